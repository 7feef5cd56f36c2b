package projections

import "github.com/achledger/achledger/domain"

// Few transactions were rejected, recalled or returned, are held, or lie in no
// file of ours. So that they are listed without going through the others, the
// row of the origination names the list it is in. A transaction is in one such
// list at most, and most are in none: two indexes serve all lists, and neither
// has to be opened to file an entry.

// inHandList is the list of what lies in no file of ours: what came from the bank.
func inHandList(d domain.Direction) string { return Released + " " + string(d) }

// listed names the list an origination is in, by the status that is asked for;
// NULL for none, and for answers.
func listed(it itemRow, s summary, shownIn int64) value {
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
