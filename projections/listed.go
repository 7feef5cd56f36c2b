package projections

import "github.com/achledger/achledger/domain"

// Few transactions were rejected, recalled or returned, are held, or are in no
// file of ours. The row of their origination names this list, so that they are
// listed without reading all others. A transaction is in at most one list, and
// most are in none. Two indexes serve all lists, and filing an entry changes
// neither.

// inHandList is the list of items in no file of ours, which came from the bank.
func inHandList(d domain.Direction) string { return Released + " " + string(d) }

// listed returns the list of an origination, by the status that selects it;
// NULL for none, and for answers.
func listed(it *itemRow, s *summary, shownIn int64) value {
	switch {
	case it.kind != domain.Origination:
		return nil
	case s.shown == 0:
		return Returned
	case it.status == Recalled, it.status == Rejected:
		return it.status
	case it.status == Pending && it.reason != "":
		return PendingHeld
	case it.status == Released && shownIn == 0:
		return inHandList(it.direction)
	default:
		return nil
	}
}
