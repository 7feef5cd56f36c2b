package inbound

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

// originals holds the payments that the entries of a chunk may refer to.
type originals struct {
	traced   map[string][]projections.FiledItem
	payments map[string]*payment // by stream
	files    map[string]domain.File
	offsets  map[string][]projections.FiledOffset // by trace number
}

// under lists the items that left under a trace number, newest first.
func (b *originals) under(trace string) (list []candidate) {
	for _, t := range b.traced[trace] {
		p := b.payments[domain.TransactionStream(t.Client, t.TransactionID)]
		i, ok := p.Item(t.ItemID)
		if ok && i.Filing != nil && i.Filing.Trace == trace { // still filed under it
			list = append(list, candidate{p, i, b.files[i.Filing.File]})
		}
	}
	return list
}

// traces returns the trace numbers of the entries that this one may refer to.
func (e *inboundEntry) traces() []string {
	switch n := &e.Entry; {
	case e.Kind == nacha.KindReject:
		_, sequence, _ := n.Rejected()
		return []string{e.header.ODFI + sequence}
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

// readers is how many payments are read concurrently.
const readers = 4

// readOriginals reads the payments that entries may answer.
func (a *applier) readOriginals(ctx context.Context, entries []*inboundEntry) (*originals, error) {
	var traces []string
	for _, e := range entries {
		traces = append(traces, e.traces()...)
	}
	a.forgetFiles()
	b := &originals{payments: map[string]*payment{}, files: a.files}
	var err error
	if b.traced, err = a.Views.FiledUnder(ctx, traces); err != nil {
		return nil, fmt.Errorf("look up trace numbers: %w", err)
	}
	if b.offsets, err = a.Views.OffsetsUnder(ctx, traces); err != nil {
		return nil, fmt.Errorf("look up trace numbers of offsets: %w", err)
	}
	for _, list := range b.offsets {
		for _, o := range list {
			if err := a.needFileNamed(ctx, o.FileID); err != nil {
				return nil, err
			}
		}
	}
	if err := a.readPayments(ctx, b); err != nil {
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

// readPayments reads each payment that was filed under one of the trace numbers,
// several at a time.
func (a *applier) readPayments(ctx context.Context, b *originals) error {
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
	return group.Wait()
}

// maxFiles bounds how many of our files are cached.
const maxFiles = 1_000

// forgetFiles drops files from the cache that may change. A transmitted file
// keeps its dates, and an item that the operator rejects in it is released, so
// it can stay.
func (a *applier) forgetFiles() {
	if len(a.files) >= maxFiles {
		clear(a.files)
	}
	for id, f := range a.files {
		if !f.Transmitted() {
			delete(a.files, id)
		}
	}
}

// needFile caches the file in which an item left.
func (a *applier) needFile(ctx context.Context, i *domain.Item) error {
	if i.Filing == nil {
		return nil
	}
	return a.needFileNamed(ctx, i.Filing.File)
}

func (a *applier) needFileNamed(ctx context.Context, id string) error {
	if _, ok := a.files[id]; ok {
		return nil
	}
	f, err := a.Ledger.File(ctx, id)
	a.files[id] = f
	return err
}
