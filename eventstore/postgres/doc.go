// Package postgres keeps the log in a PostgreSQL database, for a ledger of
// several nodes. Each node collects its calls into batches; a lock in the
// database orders the batches and thereby their positions. PostgreSQL makes
// them durable: a confirmed commit is on its disk, and on its synchronous
// standby if there is one.
//
// # Which reads can be relied on
//
// A transaction may be visible to others and still be lost: when its wait for
// the standby was cancelled, or after a crash of the primary. The write-ahead
// log is replicated in order, so if a commit of the node itself succeeds,
// everything that it read before is durable too. Such a commit is called a
// barrier, and what precedes it is proven. A node keeps the newest proven
// position, its head. Views and the relay read up to it; reads beyond it are
// proven first.
//
// # Which outcomes are known
//
// After an error before COMMIT was sent, and after an SQL error in response to
// COMMIT, nothing was written. After any other failure, such as a broken
// connection or a warning, the outcome is unknown. A new session finds it out:
// it takes the append lock, which the old session holds until its transaction
// has ended, looks for the batch, and proves the result with a barrier.
package postgres
