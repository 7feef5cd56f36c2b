package inbound

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/projections"
)

// payment is a transaction as it stands, with what its items looked like when
// they left.
type payment struct {
	domain.Transaction
	stream string
	expect int64 // version in the log; Transaction goes on with what is decided
	sent   map[string]domain.Entry
	number map[string]string // account number each item was sent to; none: nobody can read it
}

// readPayment folds a transaction. An account may be corrected between two
// items, so each is built as it was when it was filed.
func readPayment(ctx context.Context, l *ledger.Ledger, client, id string) (*payment, error) {
	p := &payment{stream: domain.TransactionStream(client, id), sent: map[string]domain.Entry{}, number: map[string]string{}}
	p.Client = client
	events, err := l.Store.ReadStream(ctx, p.stream, 0)
	if err != nil {
		return nil, err
	}
	for _, r := range events {
		f, err := ledger.Fact(r)
		if err != nil {
			return nil, err
		}
		p.Evolve(f)
		if filed, ok := f.Event.(*domain.TransactionFiled); ok {
			if err := p.left(l, filed.ItemID); err != nil {
				return nil, fmt.Errorf("%s: %w", p.stream, err)
			}
		}
	}
	p.expect = p.Version
	return p, nil
}

// left notes what an item was sent as.
func (p *payment) left(l *ledger.Ledger, item string) (err error) {
	i, ok := p.Item(item)
	if !ok {
		return fmt.Errorf("there is no item %s", item)
	}
	if p.sent[item], err = p.EntryOf(i); err != nil {
		return err
	}
	p.number[item], err = l.OpenAccount(p.Client, p.Account)
	if seal.NotCheckable(err) {
		return nil
	}
	return err
}

// goOn evolves the payment by an event that is about to be written, so that
// the next entry of the file finds it.
func (p *payment) goOn(e domain.Event, at time.Time) {
	p.Evolve(domain.Fact{Event: e, Meta: domain.Meta{At: at}, Version: p.Version + 1})
}

// candidate is an item of ours that an entry may answer.
type candidate struct {
	*payment
	item *domain.Item
	file domain.File
}

// name is the candidate's transaction as the queue lists it.
func (c candidate) name() string { return c.Client + "/" + c.ID }

// entry is the item as it was sent.
func (c candidate) entry() domain.Entry { return c.sent[c.item.ID] }

// left reports whether the item may be at the bank.
func (c candidate) left() bool {
	switch {
	case c.file.Transmitted():
		return c.file.State != domain.FileIsRefused
	case c.file.Opened.Method == domain.ByDownload: // the client carries it; nobody tells us when
		return c.file.Cut != nil
	default:
		return c.file.State == domain.FileIsDelivering || c.file.State == domain.DeliveryUnknown
	}
}

// settledOn is when the item settled: on the effective date of its batch.
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

// book holds the payments that the entries of a chunk may answer.
type book struct {
	traced   map[string][]projections.Traced
	payments map[string]*payment // by stream
	files    map[string]domain.File
}

// under lists the items that left under a trace number, newest first.
func (b *book) under(trace string) (list []candidate) {
	for _, t := range b.traced[trace] {
		p := b.payments[domain.TransactionStream(t.Client, t.TransactionID)]
		i, ok := p.Item(t.ItemID)
		if ok && i.Filing != nil && i.Filing.Trace == trace { // not released since
			list = append(list, candidate{p, i, b.files[i.Filing.File]})
		}
	}
	return list
}

// traces are the numbers under which what an entry answers may have left.
func (e *arrival) traces() []string {
	switch n := &e.Entry; {
	case n.Return != nil:
		return []string{n.Return.OriginalTrace}
	case n.Correction != nil:
		return []string{n.Correction.OriginalTrace}
	case n.Dishonored != nil:
		return []string{n.Dishonored.ReturnTrace, n.Dishonored.OriginalTrace}
	case n.Contested != nil:
		return []string{n.Contested.DishonoredTrace}
	case n.RefusedChange != nil:
		return []string{n.Routing[:8] + n.RefusedChange.ChangeTrace}
	default:
		return nil
	}
}

// readers is how many payments are read at a time.
const readers = 4

// look reads the payments that entries may answer.
func (a *application) look(ctx context.Context, entries []*arrival) (*book, error) {
	var traces []string
	for _, e := range entries {
		if len(e.Problems) == 0 {
			traces = append(traces, e.traces()...)
		}
	}
	a.forgetFiles()
	b := &book{payments: map[string]*payment{}, files: a.files}
	var err error
	if b.traced, err = a.Views.FiledUnder(ctx, traces); err != nil {
		return nil, fmt.Errorf("look up trace numbers: %w", err)
	}
	group, reading := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for _, list := range b.traced {
		for _, t := range list {
			stream := domain.TransactionStream(t.Client, t.TransactionID)
			if _, ok := b.payments[stream]; ok {
				continue
			}
			p := &payment{}
			b.payments[stream] = p
			group.Go(func() error {
				read, err := readPayment(reading, a.Ledger, t.Client, t.TransactionID)
				if err == nil {
					*p = *read
				}
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("read what is answered: %w", err)
	}
	for _, p := range b.payments {
		for _, i := range p.Items {
			if err := a.needFile(ctx, i); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// maxFiles bounds how many files of ours are remembered.
const maxFiles = 1_000

// forgetFiles drops what may have changed. Of a file that was transmitted,
// what matters stays: its dates, and an item it is refused with is released.
func (a *application) forgetFiles() {
	if len(a.files) >= maxFiles {
		clear(a.files)
	}
	for id, f := range a.files {
		if !f.Transmitted() {
			delete(a.files, id)
		}
	}
}

// needFile reads the file an item left in.
func (a *application) needFile(ctx context.Context, i *domain.Item) error {
	if i.Filing == nil {
		return nil
	}
	if _, ok := a.files[i.Filing.File]; ok {
		return nil
	}
	f, err := a.Ledger.File(ctx, i.Filing.File)
	a.files[i.Filing.File] = f
	return err
}

// returnable is the amount of an item as its return must bear it.
func (c candidate) returnable(e *arrival) bool {
	amount := e.Entry.AmountCents
	if e.header.IAT != nil && e.Entry.Return != nil {
		amount = e.Entry.Return.OriginalAmountCents // the amount itself follows the exchange rate
	}
	return amount == c.item.AmountCents
}

// debit reports whether the item took money from its receiver.
func (c candidate) debit() bool { return nacha.TransactionCode(c.entry().Entry.Code).Debit() }
