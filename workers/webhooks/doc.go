// Package webhooks posts to clients what happens to their payments, files and
// bank links.
//
// The log is the queue: each webhook has a cursor in it, beside the log, and
// reads on from there when the log has something of its client. A message is
// made of the log alone, as things stood at its event, so that it is the same
// each time it is sent. Its id is the event's position.
//
// A round takes what waits for another try and a page of new messages, sends
// them, and records what failed together with the cursor in one transaction. A
// process that dies in the middle of a round sends the round once more, under
// the same ids. What failed waits and is tried again for three days; then the
// webhook is disabled, and keeps what waits. While much waits, the cursor does.
//
// What clients ask for (a ping, a replay, a retry) are events of the webhook's
// stream, which the worker carries out in the order of the log.
package webhooks
