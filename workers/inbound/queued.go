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

// queuedEvent returns the event of an entry that waits for a decision. Its
// account number and corrected data are sealed with keys of the bank's file,
// because its client is not known yet. terms are those of our bank; nil:
// FedACH's.
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
		q.SettledOn = "" // it moves no money
	}
	raw := ""
	if e.Unsupported || tooLarge {
		raw = e.Raw
	}
	return q, l.SealQueued(q, e.Entry.Account, accountType(entry.Code), data, raw)
}

// maxEntryBytes bounds an entry in an event; the rest is for the other fields.
const maxEntryBytes = eventstore.MaxEventBytes * 3 / 4

// tooLarge reports whether an entry's addenda are too large for an event; the
// raw records are stored instead. JSON may need six bytes for a character. An
// entry that repeats its account number is in its event twice, once sealed.
func (e *inboundEntry) tooLarge() bool {
	const (
		most  = 6*80 + len(`"",`) // bytes of one addenda record
		twice = 5                 // in halves: plain, and 1.5 times that sealed, in base64
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

// deadline returns the last moment at which the entry may be sent back, by the
// terms of our bank; zero if there is no limit. Source: NACHA Operating Rules,
// time frames of returns, of dishonored and contested returns and of refused
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
