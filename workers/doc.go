// Package workers carries out what follows from an accepted payment: it cuts
// files when a client's thresholds are met, renders them and reads them back,
// and puts them where the bank picks them up.
//
// A Batcher decides when something leaves. Files writes that decision into the
// log, entry by entry, before a byte is rendered, and makes the bytes from the
// log alone. Uploads does the same for files that a client sends as a whole.
// Delivery takes files to the outbox or to the bank's server, one recorded step
// at a time.
//
// All of them may be stopped at any moment and started again: progress lives in
// the log, and every step looks there before it acts. Two batchers may run at
// once, since the log accepts the cut of only one of them; an outbox belongs to
// one process, which holds the lock of its folder.
//
// The broker is not required. Its messages only start a delivery before the
// next sweep would.
package workers
