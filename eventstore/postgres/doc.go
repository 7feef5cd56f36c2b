// Package postgres keeps the log in a PostgreSQL database, for a ledger of
// several nodes. Each node gathers its calls into batches; one lock in the
// database gives every batch its positions. PostgreSQL does the rest: what is
// answered is on its disk, and on its synchronous standby when it has one.
//
// # Which answers count
//
// A transaction can be seen by others although it may still be lost: when its
// wait for the standby was cancelled, or after a crash of the primary. The
// write-ahead log is replicated in order, so a commit of one's own that
// succeeds, a barrier, proves everything seen before it. A node keeps the
// newest position that it knows to lie below such a commit, its head. Views and
// the relay read up to it; what is read above it is proven first.
//
// # Which outcomes are known
//
// An error before COMMIT was sent, and an SQL error that answers COMMIT, mean
// that nothing was written. Everything else is unknown: a connection that broke,
// a warning. It is resolved by a new session that takes the append lock, which
// the old session holds until its transaction has ended, looks for the batch
// and proves what it saw by a barrier.
package postgres
