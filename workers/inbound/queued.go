package inbound

import (
	"encoding/json"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// queuedEvent is the entry as it waits. Its account number and corrected data are
// sealed with keys of the bank's file: nobody knows yet whose they are. Terms
// are those of our bank; nil: FedACH's.
func (e *inboundEntry) queuedEvent(l *ledger.Ledger, terms *calendar.Terms, m match) (*domain.EntryQueued, error) {
	entry, data, _ := open(e.Entry, e.header)
	tooLarge := e.tooLarge()
	if e.Unsupported || tooLarge {
		entry.Addenda05 = nil
	}
	q := &domain.EntryQueued{
		EntryID: e.id, Inbound: e.inbound, Line: e.Line, Header: *e.header, Entry: entry,
		SettledOn: e.settledOn.String(), Reason: m.reason, Message: m.message, Candidates: m.candidates,
		ReturnBy: e.deadline(l, terms),
	}
	if e.header.SEC == "ADV" || e.Kind == nacha.KindReject {
		q.SettledOn = "" // it tells of money, it moves none
	}
	raw := ""
	if e.Unsupported || tooLarge {
		raw = e.Raw
	}
	return q, l.SealQueued(q, e.Entry.Account, accountType(entry.Code), data, raw)
}

// maxEntryBytes leaves room in an event for what stands beside the entry.
const maxEntryBytes = eventstore.MaxEventBytes * 3 / 4

// tooLarge reports whether an entry's addenda do not fit an event; then it is
// kept as it came. JSON may take six bytes for a character. An entry that
// repeats its account number stands in its event twice, once sealed.
func (e *inboundEntry) tooLarge() bool {
	const (
		most  = 6*80 + len(`"",`) // of one addenda
		twice = 5                 // halves: once, and once more in base64
	)
	if len(e.Entry.Addenda05)*most*twice/2 < maxEntryBytes {
		return false
	}
	data, err := json.Marshal(&e.Entry)
	size := len(data)
	if len(domain.RepeatsIn(e.header, &e.Entry)) > 0 {
		size = size * twice / 2
	}
	return err != nil || size > maxEntryBytes
}

// deadline is the last moment at which the entry may be sent back, by the terms
// of our bank; zero if the rules know none. Source: NACHA Operating Rules, time
// frames of returns, dishonored and contested returns and of refused
// notifications of change.
func (e *inboundEntry) deadline(l *ledger.Ledger, terms *calendar.Terms) time.Time {
	var limit calendar.TimeLimit
	switch e.Kind {
	case nacha.KindForward:
		limit = calendar.ReturnDeadline(e.settledOn)
	case nacha.KindReturn:
		limit = calendar.DishonorDeadline(e.settledOn)
	case nacha.KindDishonored:
		limit = calendar.ContestDeadline(e.settledOn)
	case nacha.KindChange:
		limit = calendar.RefuseChangeDeadline(calendar.DateOf(l.Now()))
	default:
		return time.Time{}
	}
	return terms.Limit(limit).SendBefore
}
