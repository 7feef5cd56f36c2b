// Package workers does what the ledger promised when it took a payment: it
// cuts files when a client's thresholds are met, renders them and reads them
// back, and puts them where the bank takes them.
//
// A Batcher decides when something leaves. Files writes that decision into
// the log, entry by entry, before a byte is rendered, and makes the bytes
// from the log alone. Uploads does the same for files a client sends in
// whole. Delivery carries files to the outbox, one recorded step at a time.
//
// All of them may be stopped at any moment and started again: progress lives
// in the log, and every step looks there before it acts. Two batchers may run
// at once, since the log lets one of them through; an outbox belongs to one
// process, which holds the lock of its folder.
//
// The broker is never needed. Its messages only make Delivery begin sooner
// than the next sweep would.
package workers
