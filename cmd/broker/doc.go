// Package broker is the NATS server inside achledger: JetStream in the data
// folder, a connection within the process for the relay and the workers, and an
// address for subscribers.
//
// A subscriber logs in with a credential's key and secret and reads its
// client's events through one durable pull consumer, feed-<key>. It has an
// account of its own, which contains no stream. It may publish to four
// subjects, which lead to a Gate in the account LEDGER. The gate checks each
// request and forwards it; messages come back to the subscriber's own inbox and
// nowhere else.
//
// Subject permissions alone would not be enough: a JetStream server publishes
// what was requested to the request's reply subject, with the server's own
// rights. A pull with the reply subject $JS.API.STREAM.DELETE.LEDGER would
// delete the stream; one with the reply subject ledger.<other>.x would forge an
// event.
package broker
