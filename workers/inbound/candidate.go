package inbound

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// candidate is one of our items that an entry may refer to.
type candidate struct {
	*payment
	item *domain.Item
	file domain.File
}

// name identifies the candidate's transaction in the queue.
func (c candidate) name() string { return c.Client + "/" + c.ID }

// entry is the item as it was sent.
func (c candidate) entry() domain.Entry { return c.sent[c.item.ID] }

// left reports whether the bank may have the item.
func (c candidate) left() bool {
	switch {
	case c.file.State == domain.FileIsReleased, c.file.State == domain.FileIsRejected, c.file.State == domain.FileIsHeld, c.file.State == domain.FileIsGivenUp:
		return false
	case c.file.Transmitted():
		return c.file.State != domain.FileIsRefused
	case c.file.Opened.Method == domain.ByDownload: // the client delivers the file; when is unknown
		return c.file.Cut != nil
	default:
		return c.file.State == domain.FileIsDelivering || c.file.State == domain.DeliveryUnknown
	}
}

// settledOn is when the item settled: the effective entry date of its batch.
func (c candidate) settledOn() calendar.Date {
	for _, b := range c.file.Batches {
		if b.Number == c.item.Filing.Batch {
			if day, err := calendar.ParseYYMMDD(b.EffectiveOn); err == nil {
				return calendar.OnOrAfter(day)
			}
		}
	}
	return calendar.DateOf(c.item.Filing.At)
}

// returnable reports whether the return carries the item's amount.
func (c candidate) returnable(e *inboundEntry) bool {
	amount := e.Entry.AmountCents
	if e.header.IAT != nil && e.Entry.Return != nil {
		amount = e.Entry.Return.OriginalAmountCents // the amount itself follows the exchange rate
	}
	return amount == c.item.AmountCents
}

// debit reports whether the item took money from its receiver.
func (c candidate) debit() bool { return nacha.TransactionCode(c.entry().Entry.Code).Debit() }

// sameSide reports whether the entry's transaction code has the item's direction.
// The operator moves its money by that code, and not by the item it names.
func (c candidate) sameSide(e *inboundEntry) bool {
	return e.Entry.AmountCents == 0 || nacha.TransactionCode(e.Entry.Code).Debit() == c.debit()
}
