// Package groupcommit collects the waiting calls of a log into batches, each of
// which a store writes in one transaction: a commit costs about the same for
// one event and for a thousand.
package groupcommit
