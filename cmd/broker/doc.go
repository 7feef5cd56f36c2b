// Package broker is the NATS server inside achledger: JetStream in the data
// folder, a connection in the process for the relay and the workers, and an
// address for subscribers.
//
// A subscriber logs in with a credential's key and secret and reads its
// client's events through one durable pull consumer, feed-<key>. It sits in
// an account of its own, which holds no stream. The four subjects it may
// publish to lead to a Gate in the account LEDGER, which checks each request
// and passes it on; messages come back to the subscriber's own inbox and to
// nowhere else.
//
// Subject permissions alone would not do: a JetStream server sends whatever
// a request asks for to the request's reply subject, with the server's own
// rights. A pull whose reply subject is $JS.API.STREAM.DELETE.LEDGER deletes
// the stream, one whose reply subject is ledger.<other>.x forges an event.
package broker
