// Package webhooks is where clients set the addresses that their messages are
// posted to, see what became of the messages, and have them posted again.
package webhooks
