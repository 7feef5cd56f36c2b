package workers

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// NamedFiles finds a file by the fields of its header.
type NamedFiles interface {
	CatchUp(ctx context.Context) error
	FileHeaded(ctx context.Context, headerName string) (projections.File, bool, error)
}

// Acknowledge applies the operator's acknowledgement of a file. If the operator
// rejected the file or batches of it, their entries are released to wait for
// another file under new numbers. It may be repeated: nothing is recorded
// twice. An interrupted release is finished by the next sweep.
//
// Errors: a refusal if the acknowledgement is for no file of ours or
// contradicts an earlier one; *DeliveryOffError if the log does not have the
// file's delivery, and delivery is off or paused: a ledger that was restored
// does not know yet that the file had left.
func (f *Files) Acknowledge(ctx context.Context, names NamedFiles, a ack.Acknowledgement) (domain.File, error) {
	return f.acknowledge(ctx, names, domain.Acknowledge{Acknowledgement: a})
}

// AcknowledgeByHand does the same with an acknowledgement that a person hands in.
// It may also reject a file that the operator took for a duplicate.
func (f *Files) AcknowledgeByHand(ctx context.Context, names NamedFiles, a ack.Acknowledgement) (domain.File, error) {
	return f.acknowledge(ctx, names, domain.Acknowledge{Acknowledgement: a, ByHand: true})
}

func (f *Files) acknowledge(ctx context.Context, names NamedFiles, a domain.Acknowledge) (domain.File, error) {
	if err := names.CatchUp(ctx); err != nil {
		return domain.File{}, err
	}
	name := domain.HeaderName(a.Origin, a.CreatedOn, a.CreatedAt, a.Modifier)
	row, ok, err := names.FileHeaded(ctx, name)
	if err != nil {
		return domain.File{}, err
	}
	if !ok {
		return domain.File{}, domain.Refuse(domain.NotFound, "the acknowledgement is for %s, which is no file of ours", name)
	}
	unlock, err := f.busy.lock(ctx, row.ID)
	if err != nil {
		return domain.File{}, err
	}
	defer unlock()
	ctx = ledger.WithWorker(ctx, "acknowledgement")
	answer := &acknowledgement{Acknowledge: a}
	file, err := f.decide(ctx, row.ID, "acknowledged", answer)
	if on, reason := f.Switch.Allowed(file.Opened.ODFI); !on && domain.CodeOf(err) == domain.Conflict && !file.Transmitted() && !file.Answered.TakenBack {
		return file, &DeliveryOffError{file.Opened.ODFI, reason}
	}
	if err != nil {
		return file, err
	}
	if answer.differs != nil {
		f.differs(file, *answer.differs)
	}
	if a.Result == ack.Duplicate && file.Answered.Result == ack.Duplicate {
		f.Log.Error("the operator takes a file for a duplicate: its entries stay where they are, look before anything is sent again",
			"file", file.ID, "name", name)
	}
	return f.finishRelease(ctx, file)
}

// acknowledgement remembers whether the operator's totals differ from ours.
type acknowledgement struct {
	domain.Acknowledge
	differs *domain.FileTotalsDiffer
}

// Decide implements fileCommand.
func (c *acknowledgement) Decide(f domain.File) ([]domain.Event, error) {
	c.differs = nil
	events, err := c.Acknowledge.Decide(f)
	for _, e := range events {
		if differs, ok := e.(domain.FileTotalsDiffer); ok {
			c.differs = &differs
		}
	}
	return events, err
}

// differs raises an alarm that the ACH operator's totals differ from ours.
func (f *Files) differs(file domain.File, e domain.FileTotalsDiffer) {
	args := []any{"file", file.ID, "name", file.Name(), "result", e.Result}
	for _, side := range []struct {
		whose  string
		totals ack.Totals
	}{{"theirs", e.Theirs}, {"ours", e.Ours}} {
		for _, total := range []struct {
			name string
			said *int64
		}{{"batches", side.totals.Batches}, {"entries", side.totals.Entries}, {"debit_cents", side.totals.DebitCents}, {"credit_cents", side.totals.CreditCents}} {
			if total.said != nil {
				args = append(args, side.whose+"_"+total.name, *total.said)
			}
		}
	}
	f.Log.Error("the operator counted something else in a file than we sent: ask it what it got before anything is sent again", args...)
	if f.TotalsDiffer != nil {
		f.TotalsDiffer()
	}
}

// fileCommand is a command on a file.
type fileCommand interface {
	Decide(domain.File) ([]domain.Event, error)
}

// decide executes a command on a file.
func (f *Files) decide(ctx context.Context, id, step string, command fileCommand) (domain.File, error) {
	return ledger.Execute(ctx, f.Ledger, ledger.FileStream("", id).Through(f.through(step)), command.Decide)
}
