// Package groupcommit gathers the calls that wait for a log into batches, each
// of which a store writes in one transaction: a commit costs about the same for
// one event and for a thousand.
package groupcommit
