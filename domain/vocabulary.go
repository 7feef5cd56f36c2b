package domain

// Vocabulary is which event types this program knows, as a number: it goes up with
// each release that adds some. Of a ledger with several nodes, no event of a type is
// written while a node runs whose release does not know it.
const Vocabulary = 0

// introduced is the vocabulary with which an event type came, for every type that was
// added after the first release. A new meaning of a table of the database begins with
// such an event, too.
var introduced = map[string]int{}

// Introduced is the vocabulary with which an event type came.
func Introduced(eventType string) int { return introduced[eventType] }
