package workers

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// maxSteps bounds the steps of one call: render, stage and publish, and these
// again after a withdrawal or new dates, possibly interleaved with another
// process.
const maxSteps = 20

// steps repeats step on a file until nothing is left to do for now.
func (d *Delivery) steps(ctx context.Context, id string, step func(domain.File) (done bool, err error)) error {
	for range maxSteps {
		done := false
		err := d.Files.Ledger.Retry(func() error { // another process may have been first: read the file again
			file, err := d.Files.Ledger.File(ctx, id)
			if err == nil {
				done, err = step(file)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("deliver file %s: %w", id, err)
		}
		if done {
			return nil
		}
	}
	return fmt.Errorf("deliver file %s: it does not come to rest", id)
}

// step does the next step of a file's delivery.
func (l *lane) step(ctx context.Context, file domain.File) (done bool, err error) {
	if ok, _ := l.Files.Switch.Allowed(file.Opened.ODFI); !ok {
		return true, nil
	}
	switch file.State {
	case domain.FileIsCut:
		return l.prepare(ctx, file)
	case domain.FileIsRendered:
		if file.Opened.Method == domain.ByDownload {
			return true, nil
		}
		return false, l.stageDated(ctx, file)
	case domain.FileIsDelivering:
		return false, l.publish(ctx, file)
	default:
		return true, nil
	}
}

// prepare renders a cut file, after dating it again if necessary.
func (d *Delivery) prepare(ctx context.Context, file domain.File) (done bool, err error) {
	if ok, _ := d.Files.Switch.Allowed(file.Opened.ODFI); !ok {
		return true, nil
	}
	if dated, err := d.redate(ctx, file); dated || err != nil {
		return false, err
	}
	release, err := d.reserve(ctx, int64(size(file)))
	if err != nil {
		return false, err
	}
	defer release()
	return false, d.Files.Render(ctx, file)
}

// redate decides a file's dates again if they are no longer valid.
func (d *Delivery) redate(ctx context.Context, file domain.File) (dated bool, err error) {
	terms, err := d.terms(ctx, file)
	if err != nil {
		return false, err
	}
	again := domain.RedateFile{Now: d.Files.Ledger.Now(), Terms: terms}
	stale, err := again.Decide(file)
	if err != nil || len(stale) == 0 {
		return false, err
	}
	d.Log.Warn("file dated again", "file", file.ID, "client", file.Opened.Client, "why", stale[0].(domain.FileRedated).Why)
	return true, d.Files.record(ctx, "redated", file, again)
}

// terms are the terms of a file's bank, by which its dates are judged.
func (d *Delivery) terms(ctx context.Context, file domain.File) (*calendar.Terms, error) {
	bank, err := d.Files.Ledger.Bank(ctx, file.Opened.ODFI)
	return &bank.Terms, err
}

// stageDated stages a file, or dates it again if necessary.
func (l *lane) stageDated(ctx context.Context, file domain.File) error {
	if dated, err := l.redate(ctx, file); dated || err != nil {
		return err
	}
	return l.stage(ctx, file)
}

// stage stores the file under a new temporary name where the ODFI's files now
// go. From file.delivering on the file counts as one that may have left. The
// event is written even if the caller no longer waits, because it records what
// was done at the bank.
func (l *lane) stage(ctx context.Context, file domain.File) error {
	bank, err := l.Files.Ledger.Bank(ctx, l.odfi)
	if err != nil {
		return err
	}
	way := bank.Leaves()
	to, err := l.connect(ctx, way)
	if err != nil {
		return err
	}
	inHand := file.Rendered.Size
	if bank.PGP != nil {
		inHand *= 2
	}
	release, err := l.reserve(ctx, inHand)
	if err != nil {
		return err
	}
	defer release()
	content, err := l.Files.Bytes(ctx, file.ID)
	if err != nil {
		return err
	}
	content, encrypted, err := l.Files.leaving(file, bank.PGP, content)
	if err != nil {
		return err
	}
	if way.InPlace {
		return l.write(ctx, to, file, content, encrypted)
	}
	temporary := newTemporary(file.Rendered.Name, eventstore.TermOf(ctx))
	var arrived *ArrivedError
	putting := to.Stage(ctx, temporary, content)
	if putting != nil && !errors.As(putting, &arrived) {
		return putting
	}
	begin := domain.BeginDelivery{Method: way.Method, Temporary: temporary, Encrypted: encrypted}
	if err := l.Files.letGo(context.WithoutCancel(ctx), "delivering", file, begin); err != nil {
		var off *DeliveryOffError
		if ledger.Unwritten(err) || errors.As(err, &off) {
			_ = to.Remove(ctx, temporary) // no delivery ever begins with it; Clear finds it too
		}
		return errors.Join(err, putting)
	}
	if putting == nil {
		l.confirmed.note(file.ID, temporary)
	}
	return putting
}

// delivered records what Publish did, even if the caller no longer waits, and
// removes temporary files.
func (d *Delivery) delivered(ctx context.Context, file domain.File) error {
	if err := d.Files.record(context.WithoutCancel(ctx), "delivered", file, domain.EndDelivery{}); err != nil {
		return err
	}
	d.unrecorded.forget(file.ID)
	d.Log.Info("file delivered", "file", file.ID, "client", file.Opened.Client, "name", file.Rendered.Name)
	return nil
}
