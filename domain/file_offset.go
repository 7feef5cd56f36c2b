package domain

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/achledger/achledger/domain/nacha"
)

// FileOffset records the entry that balances a batch of a file, so that its
// debits equal its credits. It is decided before the cut, when all entries of
// the file are filed. It is not a transaction, since no client ordered it, and
// counts only in the file and in settlement. Its account is in the batch.
type FileOffset struct {
	Batch int    `json:"batch"`
	Trace string `json:"trace"`
	Code  int    `json:"code"` // transaction code: direction and type of account
	Cents int64  `json:"cents"`
}

// Type names the event in the log.
func (FileOffset) Type() string { return "file.offset" }

func init() { register(empty[FileOffset]) }

// OrderedOffset is the account against which a client wants a batch of its own
// file balanced, in the clear. It is kept sealed with the file; in the log it
// is sealed in the batch.
type OrderedOffset struct {
	Routing      string `json:"routing"`
	AccountType  string `json:"type"`
	Number       string `json:"number"`
	EntriesClass int    `json:"entries_class"` // service class of the batch's entries without the offset
}

// OffsetID is the identification in the entry of an offset.
const OffsetID = "OFFSET"

// BatchHolds sums up the entries filed in a batch.
type BatchHolds struct {
	DebitCents, CreditCents int64
	LastTrace               int // sequence of its newest trace number
}

// Add counts an entry filed in the batch.
func (h *BatchHolds) Add(t nacha.Totals, sequence int) {
	h.DebitCents, h.CreditCents, h.LastTrace = h.DebitCents+t.DebitCents, h.CreditCents+t.CreditCents, sequence
}

// Offsets is how many offsets the batch may get.
func (b FileBatch) Offsets() int {
	if b.Balance == nil {
		return 0
	}
	return 1
}

// in returns the batch as read from a stream, to which the account number in it
// is bound.
func (b FileBatch) in(stream string) FileBatch {
	if b.Balance != nil {
		balance := *b.Balance
		balance.Account.In = stream
		b.Balance = &balance
	}
	return b
}

// OffsetOf returns the offset of the batch, without its trace number; ok is
// false if it needs none.
func (b FileBatch) OffsetOf(h BatchHolds) (o FileOffset, ok bool) {
	if b.Balance == nil || h.DebitCents == h.CreditCents {
		return o, false
	}
	debit := h.CreditCents > h.DebitCents
	return FileOffset{
		Batch: b.Number, Code: EntryCode(b.Balance.AccountType, debit),
		Cents: max(h.DebitCents, h.CreditCents) - min(h.DebitCents, h.CreditCents),
	}, true
}

// Debit reports whether the offset takes money from its account.
func (o FileOffset) Debit() bool { return nacha.TransactionCode(o.Code).Debit() }

// Totals returns what the offset adds to the totals of its batch and its file.
func (o FileOffset) Totals(b FileBatch) nacha.Totals {
	rdfi, _ := strconv.ParseInt(b.Balance.Routing[:8], 10, 64) // nine digits, checked when it was set
	t := nacha.Totals{Entries: 1, EntryHash: rdfi}
	if o.Debit() {
		t.DebitCents = o.Cents
	} else {
		t.CreditCents = o.Cents
	}
	return t
}

// Entry returns the offset's entry; number is that of its account.
func (o FileOffset) Entry(b FileBatch, number string) nacha.Entry {
	e := nacha.Entry{
		Code: o.Code, Routing: b.Balance.Routing, Account: number, AmountCents: o.Cents,
		Name: b.CompanyName, IndividualID: OffsetID, Trace: o.Trace,
	}
	if b.SEC == "WEB" && o.Debit() {
		e.Discretionary = "S"
	}
	return e
}

// BalanceFile adds offsets to a file whose entries are all filed.
type BalanceFile struct{ Offsets []FileOffset }

// Decide adds the offsets, one for each batch, in the order of the batches.
func (c BalanceFile) Decide(f File) ([]Event, error) {
	if err := f.mayBe("balanced", FileOpen); err != nil {
		return nil, err
	}
	last := f.balanced()
	events := make([]Event, len(c.Offsets))
	for i, o := range c.Offsets {
		if o.Batch <= last || o.Batch > len(f.Batches) || f.Batches[o.Batch-1].Balance == nil {
			return nil, fmt.Errorf("batch %d of file %s gets no offset after batch %d", o.Batch, f.ID, last)
		}
		last, events[i] = o.Batch, o
	}
	return events, nil
}

// balanced returns the last batch that has its offset.
func (f *File) balanced() int {
	if n := len(f.Offsets); n > 0 {
		return f.Offsets[n-1].Batch
	}
	return 0
}

// OffsetIn returns the offset of a batch.
func (f *File) OffsetIn(batch int) (o FileOffset, ok bool) {
	at, ok := slices.BinarySearchFunc(f.Offsets, batch, func(o FileOffset, batch int) int { return cmp.Compare(o.Batch, batch) })
	if ok {
		o = f.Offsets[at]
	}
	return o, ok
}
