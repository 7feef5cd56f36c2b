// Package projections keeps the views: tables in views.db that are derived from
// the log and arranged for queries. They can be deleted at any time and are
// then made again from the log.
//
// Views follows the log with Run and answers queries. Directory returns
// clients, credentials and banks directly from their streams. DescribeItems and
// DescribeTransaction compute for one folded transaction what the views show
// for all.
//
// # How a row is made
//
// A projector reads the log in pages, decodes them ahead, and applies each in
// one transaction that also moves the checkpoint: rows and position are on disk
// together or not at all. The checkpoint moves only from the position the
// projector started at, so of two projectors on one file only one applies a
// page; the other notices and continues after it. Live run, catch-up and
// rebuild all take this path.
//
// Most events contain everything that is needed to apply them. For the others
// the stream is folded up to the event and its rows are written as
// DescribeItems would describe them. Either way a row depends only on the
// events up to the checkpoint, and neither on the clock nor on how the log was
// divided into pages. Therefore a rebuilt view equals the live one, row for
// row, which Compare verifies.
//
// # Generations
//
// The names of all tables end with the number of a generation, and the control
// table says which generation is live. Rebuild fills the next one beside it and
// then changes that row. A read looks up the live generation in the same read
// transaction as its query, so no query mixes two generations.
//
// # Caveats
//
// The file needs no backup and may lose its newest commits in a power failure:
// they are projected from the log again. It contains no account numbers, sealed
// or not, except their last digits. An event of a type that this program does
// not know is skipped. A known one that cannot be read stops the views with an
// error, because later rows would be wrong.
package projections
