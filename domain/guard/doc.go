// Package guard has the rules by which entries are held before they leave: the
// rules that operations set for a client or for one of our ODFIs, and their
// verdicts over an entry, given what was counted before it. It is pure, like
// the rest of the domain.
//
// An Evaluator counts what entries use of the limits. Its owner passes it every entry
// in log order: Judge tells whether an entry would exceed a limit, Count counts
// it. A held entry is not counted until a person approves it; then it counts,
// and the rule that held it never holds it again.
package guard
