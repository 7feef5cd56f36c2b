// Package guard judges what waits for a file before it is cut, by the rules
// that operations set for clients and for our ODFIs. Package domain/guard has
// the rules; this one keeps the book of what is used of them.
//
// # Nothing leaves unjudged
//
// The batcher asks the guard in each of its passes. Judge follows the log as
// far as the views show it and judges what is new, in log order; what a rule
// is against is held before the batcher looks at its queues. Cut follows it
// once more, behind the page of entries that is going to be cut, and judges
// again what the cut gives another date. So whatever a page shows has been
// judged, and there is no window between the two.
//
// # The book
//
// It is kept in memory: made from the views, then moved by what the log says.
// An entry counts from when it is judged; a recall, a rejection or a person's
// hold takes it out, an approval puts it in. What happens rarely and to many
// at once, the release of a file say, has the book made anew, and so does
// another setting: what waits is judged again then, each entry in the place
// where it began to count. The verdicts are the same, since what was let
// through before stays within the limits.
//
// Where no client and no bank has rules, a pass costs one look at an empty
// table.
package guard
