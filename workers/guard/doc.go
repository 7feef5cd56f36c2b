// Package guard judges the entries that wait for a file before they are cut, by
// the rules that operations set for clients and for our ODFIs. Package
// domain/guard has the rules; this package keeps the evaluator, which counts how
// much of each limit is used.
//
// # Nothing leaves unjudged
//
// The batcher asks the guard in each of its passes. Judge follows the log as
// far as the views show it and judges new entries in log order. An entry that
// breaks a rule is held before the batcher looks at its queues. Cut follows the
// log again after the batcher has read a page of entries to cut, and judges
// again every entry to which the cut gives another date. So every entry of a
// page has been judged, and no entry can enter between the two steps.
//
// # The evaluator
//
// The evaluator is in memory. It is loaded from the views and then updated by the
// events of the log. An entry counts from when it is judged. A recall, a
// rejection or a hold by a person takes it out, an approval puts it back. An
// event that concerns many entries at once, such as the release of a file,
// makes the guard load the evaluator again, and so does a change of the rules.
// Waiting entries are then judged again, each at the position where it began to
// count. The verdicts are the same, because the entries that passed before stay
// within the limits.
//
// Where no client and no bank has rules, a pass costs one look at an empty
// table.
package guard
