package inbound

import (
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain"
)

// match is the result of matching: one of our items, or a reason why the entry
// has to wait.
type match struct {
	to    *candidate
	flags []string

	reason     string // stable slug
	message    string // for the person who decides
	candidates []string
}

// Reasons why an entry is unmatched. An entry with a problem of its own waits
// under that problem's code.
const (
	notOurRouting    = "not-our-routing"
	unknownAccount   = "unknown-account"
	ambiguousAccount = "ambiguous-account"
	keysDestroyed    = "keys-destroyed"
	misrouted        = "misrouted"
	unknownTrace     = "unknown-trace"
	notSent          = "not-sent"
	answersAnswer    = "answers-an-answer"
	answersOffset    = "answers-an-offset"
	routingDiffers   = "routing-differs"
	amountDiffers    = "amount-differs"
	sideDiffers      = "direction-differs"
	changeDiffers    = "change-differs"
	duplicate        = "duplicate"
	ambiguous        = "ambiguous"
	tooOld           = "too-old"
	tooLong          = "too-large"
)

// Flags of items that are booked although something is unusual.
const (
	flagLate           = "late"
	flagAmount         = "amount-differs"
	flagAccount        = "account-differs"
	flagUnexpected     = "unexpected-code"
	flagNotRequested   = "not-requested"
	flagAfterReversal  = "after-reversal"
	flagAfterReturn    = "after-return"
	flagWrongDirection = "wrong-direction"
	flagUnusable       = "unusable-data"
	flagDuplicate      = "duplicate"
	flagDiesLater      = "date-of-death-in-the-future"
	flagByHand         = "assigned"
)

func waits(reason string, near []candidate, format string, args ...any) match {
	m := match{reason: reason, message: fmt.Sprintf(format, args...)}
	for _, c := range near {
		if !slices.Contains(m.candidates, c.name()) && len(m.candidates) < maxCandidates {
			m.candidates = append(m.candidates, c.name())
		}
	}
	return m
}

// maxCandidates bounds the list shown to a person.
const maxCandidates = 20

// only returns the candidates for which keep holds.
func only(list []candidate, keep func(candidate) bool) []candidate {
	var kept []candidate
	for _, c := range list {
		if keep(c) {
			kept = append(kept, c)
		}
	}
	return kept
}

// ofKind returns the candidates that are items of ours of the given kinds.
func ofKind(list []candidate, kinds ...domain.ItemKind) []candidate {
	return only(list, func(c candidate) bool {
		return c.item.Direction == domain.ToFed && slices.Contains(kinds, c.item.Kind)
	})
}

// flagIf adds a flag if the condition holds.
func (m *match) flagIf(holds bool, flag string) {
	if holds {
		m.flags = append(m.flags, flag)
	}
}
