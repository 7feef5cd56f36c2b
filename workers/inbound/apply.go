package inbound

import (
	"context"
	"errors"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

const (
	// defaultChunk is how many entries are placed in one append. An entry needs
	// three events at most.
	defaultChunk = 500
	// chunkText also bounds a chunk, by the bytes of its entries. As JSON they
	// grow eightfold at most, and the log takes 16 MiB in one append.
	chunkText = 1 << 20
)

// applier applies the good batches of one file.
type applier struct {
	*Intake
	id       string
	review   *review
	bad      map[int]bool // batches in quarantine, as the log says
	created  calendar.Date
	made     string
	accounts accounts
	files    map[string]domain.File

	// lookedUp is the batch of which entries were looked up that may have come
	// before; repeating reports that one had.
	lookedUp  int
	repeating bool

	header *nacha.BatchHeader
	chunk  []inboundEntry
	text   int
	counts domain.InboundApplied
}

// apply applies a received file completely. It can be repeated after a crash
// at any point, and does nothing if there is nothing left to do.
func (t *Intake) apply(ctx context.Context, id string, rv *review) error {
	in, err := t.Ledger.Inbound(ctx, id)
	if err != nil || in.Received == nil || in.State() != projections.InboundReceived {
		return err
	}
	if rv == nil {
		if rv, err = t.reviewAgain(id, everyBank); err != nil { // any bank: the log says which batches are in quarantine
			return err
		}
	}
	a := applier{Intake: t, id: id, review: rv, bad: map[int]bool{}, files: map[string]domain.File{}}
	// From here on the views know where entries were placed, and which items left
	// under a trace number.
	if a.accounts, err = t.known(ctx); err != nil {
		return err
	}
	if a.created, err = calendar.ParseYYMMDD(in.Received.Header.CreatedOn); err != nil {
		a.created = calendar.DateOf(in.ReceivedAt) // invalid: a person accepted the file as it is
	} else if at, err := time.ParseInLocation("060102 1504", in.Received.Header.CreatedOn+" "+in.Received.Header.CreatedAt, calendar.Eastern); err == nil {
		a.made = at.Format(time.RFC3339)
	}
	for _, q := range in.Quarantined {
		for _, n := range q.Batches {
			a.bad[n] = true
		}
	}
	if err := a.run(ctx); err != nil {
		return err
	}
	return a.complete(ctx)
}

// complete records that every entry was placed. The file may arrive again
// meanwhile, which is recorded in the same stream.
func (a *applier) complete(ctx context.Context) error {
	_, err := ledger.Execute(ctx, a.Ledger, a.stream("applied", a.id), func(domain.Inbound) ([]domain.Event, error) {
		return []domain.Event{a.counts}, nil
	})
	return err
}

// reviewAgain reads the kept file once more.
func (t *Intake) reviewAgain(id string, by reviewer) (*review, error) {
	file, err := t.bankFiles.open(id)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rv, err := by.review(file)
	if err == nil && rv.Hash != id {
		err = errors.New("the kept file is not the one that was received")
	}
	return rv, err
}

// run reads the kept file and places its entries in chunks.
func (a *applier) run(ctx context.Context) error {
	file, err := a.bankFiles.open(a.id)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = nacha.Scan(file, nacha.Handler{
		Batch: func(b *nacha.ScannedBatch) error {
			header := b.Header
			a.header = &header
			return nil
		},
		Entry: func(e *nacha.ScannedEntry) error { return a.take(ctx, e) },
	})
	if err != nil {
		return err
	}
	return a.flush(ctx)
}
