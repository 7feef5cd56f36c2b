package fed

import (
	"fmt"

	"github.com/achledger/achledger/domain/nacha"
)

// Side is the money in one direction, in cents.
type Side struct {
	Sent       int64 // in accepted files
	Returned   int64 // returned and not dishonored
	Dishonored int64 // returned and dishonored
}

// Kept is the amount that the receivers keep.
func (s Side) Kept() int64 { return s.Sent - s.Returned + s.Dishonored }

// Balance sums up where the money is. In each direction, the amount sent equals
// the amounts kept and returned.
type Balance struct {
	Entries         int
	Debits, Credits Side // of our entries
	Incoming        Side // of payments to our side
	Repeated        int64
	Changes         int // notifications sent to us
	ChangesReceived int // notifications we sent
	UnsentReturns   int // returns of entries that were never sent
}

func (b *Balance) side(e nacha.Entry) *Side {
	if nacha.TransactionCode(e.Code).Debit() {
		return &b.Debits
	}
	return &b.Credits
}

func (b *Balance) sent(e nacha.Entry) {
	b.Entries++
	b.side(e).Sent += e.AmountCents
}

func (b *Balance) returned(e nacha.Entry)   { b.side(e).Returned += e.AmountCents }
func (b *Balance) dishonored(e nacha.Entry) { b.side(e).Dishonored += e.AmountCents }

// Balance returns where the money is.
func (f *Fed) Balance() Balance { return f.balance }

// Conserved compares the sums with the entries themselves, one by one: what was
// sent is settled or returned, and nothing else is.
func (f *Fed) Conserved() error {
	var debits, credits int64
	for _, e := range f.entries {
		if nacha.TransactionCode(e.entry.Code).Debit() {
			debits += e.entry.AmountCents
		} else {
			credits += e.entry.AmountCents
		}
	}
	var incoming int64
	for _, p := range f.paid {
		incoming += p.entry.AmountCents
	}
	b := f.balance
	switch {
	case debits != b.Debits.Sent, credits != b.Credits.Sent, incoming != b.Incoming.Sent:
		return fmt.Errorf("the sums do not agree with the entries: %+v", b)
	case b.Debits.Kept() < 0, b.Credits.Kept() < 0, b.Incoming.Kept() < 0:
		return fmt.Errorf("more came back than was sent: %+v", b)
	}
	return nil
}
