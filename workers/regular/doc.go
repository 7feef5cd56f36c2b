// Package regular works in folders that others may write to: the outbox and
// the inbox. What bears the name of a file there may be a link that leads
// elsewhere, or a pipe that nobody writes to. Nothing here leads out of the
// folder, and no link in it is followed.
package regular
