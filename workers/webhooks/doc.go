// Package webhooks posts messages to clients about their payments, files and
// bank links.
//
// The log is the queue. Each webhook has a cursor, stored beside the log, and
// reads on from there when the log has new events of its client. A message is
// made from the log alone, with its subject as it stood at the message's event,
// so every try sends the same content. The message's id is the position of the
// event, with the message's ordinal.
//
// A round takes the messages that are due for another try and a page of new
// ones, sends them, and records the failures together with the cursor in one
// transaction. A process that stops in the middle of a round repeats it, under
// the same ids. A message that failed is tried again for three days; then its
// webhook is disabled and keeps its waiting messages. While many messages wait,
// the cursor does not move.
//
// The orders of clients (a ping, a replay, a retry) are events of the webhook's
// stream. The worker carries them out in the order of the log.
package webhooks
