package domain

// Vocabulary is a number for the event types that this program knows: it
// increases with each release that adds some. In a ledger with several nodes,
// no event of a type is written while a node runs whose release does not know
// that type.
const Vocabulary = 0

// introduced has the vocabulary that first had an event type, for every type
// that was added after the first release. A new meaning of a database table
// begins with such an event, too.
var introduced = map[string]int{}

// Introduced returns the vocabulary that first had an event type.
func Introduced(eventType string) int { return introduced[eventType] }
