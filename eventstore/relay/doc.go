// Package relay echoes the log to NATS JetStream: message n of the stream
// LEDGER is the event at position n, no more and no less. The log is the
// truth; the stream can be down, slow, rolled back or wiped, and the relay
// brings it level again from what the stream itself says it holds. It keeps
// no state of its own.
//
// Each message demands that the one before it is the stream's last
// (Nats-Expected-Last-Sequence). So whatever is published twice, late, or by
// a second relay is refused by the server, and what it accepts is right. The
// server is asked about the last message of each page of the log only: that
// it took this one says that it holds all before it.
package relay
