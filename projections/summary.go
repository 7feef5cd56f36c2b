package projections

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// summary has the fields of a transaction as a whole, according to its stream.
type summary struct {
	sec       string
	push      domain.PushPull
	name      string // of the counterparty
	tail      string
	account   value  // nil for a payment we received
	company   string // of the originating company
	updatedAt int64
	updated   int64
	shown     int64  // position of the item whose status it has; 0: it is Returned
	shownIn   string // the file that contains that item, if any
}

func summaryOf(t *domain.Transaction) summary {
	s := summary{tail: t.Account.Tail, updatedAt: micros(t.UpdatedAt), shown: shownBy(t)}
	for _, i := range t.Items {
		s.updated = max(s.updated, i.ChangedAt)
		if i.Position == s.shown && i.Filing != nil {
			s.shownIn = i.Filing.File
		}
	}
	switch {
	case t.Received != nil:
		s.sec, s.name, s.company = t.Received.Header.SEC, t.Received.Header.CompanyName, t.Received.Header.CompanyID
		s.push = domain.Push
		if nacha.TransactionCode(t.Received.Entry.Code).Debit() {
			s.push = domain.Pull
		}
	case t.Originated != nil:
		p := &t.Originated.Proposal
		s.account = AccountKey(t.Account.Fingerprint)
		s.sec, s.push, s.name, s.company = p.SEC, p.PushPull, p.ToName, p.CompanyID
		if raw := t.Originated.Raw; raw != nil {
			s.sec, s.name, s.company = raw.Header.SEC, raw.Entry.Name, raw.Header.CompanyID
		}
	}
	return s
}

// shownBy returns the position of the item whose status the transaction has: its
// origination, or the retry that presented it again. 0 stands for Returned.
func shownBy(t *domain.Transaction) int64 {
	o := t.Origination()
	switch {
	case o == nil:
		return 0
	case t.Originated == nil:
		return shownOfReceived(t)
	case t.IsBack():
		return 0
	}
	shown := o.Position
	for _, i := range t.Items[1:] {
		if i.Kind == domain.Retry && i.State == domain.Filed {
			shown = i.Position
		}
	}
	return shown
}

// shownOfReceived is shownBy for a payment that we received. It is Returned if the
// last of its return and the disputes about it is in effect a return: a dishonored
// return cancels that, and a contest the dishonor. Those of ours count from when they
// are in a file, those of the bank at once.
func shownOfReceived(t *domain.Transaction) int64 {
	o := t.Origination()
	shown := o.Position
	for _, i := range t.Items[1:] {
		if i.State != domain.Filed && i.State != domain.InHand {
			continue
		}
		switch i.Kind {
		case domain.Return, domain.Contest:
			shown = 0
		case domain.Dishonor:
			shown = o.Position
		}
	}
	return shown
}
