// Package guard has the rules by which entries are held before they leave:
// what operations set for a client or for one of our ODFIs, and what follows
// from it for one entry and what was counted before it. It is pure, as the
// rest of the domain is.
//
// A Book counts what entries use of the limits. Whoever keeps one shows it
// every entry in log order: Judge says whether an entry would pass a limit,
// Count counts it. What is held is not counted until a person approves it;
// then it counts, and the rule that held it never holds it again.
package guard
