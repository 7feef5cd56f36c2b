// Package projections keeps the views: tables in views.db that say what the
// log says, arranged for asking. A view can be deleted at any time and comes
// back from the log.
//
// Views follows the log with Run and answers questions; Directory answers who
// clients and credentials are, straight from their streams; DescribeItems and
// DescribeTransaction say of one folded transaction what the views say of all.
//
// # How a row comes about
//
// A projector reads the log in pages, decodes them ahead, and applies each in
// one transaction that also moves the checkpoint: rows and position are on
// disk together or not at all. The checkpoint moves only from the position
// the projector started at, so of two projectors on one file one applies a
// page and the other one finds out and continues behind it. Live run, catch-up
// and rebuild are this one path.
//
// Most events are applied by what they say themselves. Where that is not
// enough, the stream is folded up to the event and its rows are written as
// DescribeItems would describe them. Either way a row depends on the events
// up to the checkpoint and on nothing else, neither the clock nor where one
// page ended and the next began; that is what makes a rebuilt view equal the
// live one, row for row, and Compare proves it.
//
// # Generations
//
// All tables bear the number of a generation, and the control table says which
// one is live. Rebuild fills the next one beside it and then changes that one
// word. A read learns the live generation in the same read transaction in
// which it asks its question, so no question meets half of each.
//
// # Caveats
//
// The file needs no backup and may lose its newest commits in a power cut:
// they are in the log and come again. It holds no account numbers, sealed or
// not, save their last digits. An event type that this program does not know
// is passed over; a known one that cannot be read stops the views with an
// error, because what came after it would be told wrong.
package projections
