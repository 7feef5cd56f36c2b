// Package relay copies the log to NATS JetStream: message n of the stream
// LEDGER is the event at position n, and there are no other messages. The log
// is authoritative. The stream may be down, slow, rolled back or wiped; the
// relay brings it up to date again from what the stream itself contains, and
// keeps no state of its own.
//
// Each message requires that its predecessor is the stream's last message
// (Nats-Expected-Last-Sequence). So the server refuses a message that is
// published twice, late, or by a second relay, and every message it accepts is
// right. An acknowledgement is requested only for the last message of each page
// of the log: it confirms all messages before it.
package relay
