package workers

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// Confirm settles a file of which nobody knew whether it was delivered: a
// person saw it at the bank. Asking twice is asking once. It refuses a file
// that is not in that state.
func (d *Delivery) Confirm(ctx context.Context, id string) error {
	return d.settle(ctx, id, func(file domain.File) error {
		return d.delivered(ctx, file)
	})
}

// Resend settles such a file the other way: a person knows that the bank does
// not have it, and it is sent once more, dated again if it has to be. It
// refuses a file that is not in that state, and fails while delivery is off.
func (d *Delivery) Resend(ctx context.Context, id string) error {
	return d.settle(ctx, id, func(file domain.File) error {
		if ok, reason := d.Files.Gate.Allowed(file.Opened.ODFI); !ok {
			return &DeliveryOffError{file.Opened.ODFI, reason}
		}
		to, err := d.to(ctx, file)
		if err != nil {
			return err
		}
		// It may have turned up meanwhile.
		switch place, err := to.Look(ctx, file.Rendered.Name, file.Rendered.SHA256); {
		case err != nil:
			return err
		case place == Final:
			return d.delivered(ctx, file)
		case place == Foreign:
			return domain.Refuse(domain.Conflict, "a file with other content is called %s: move it away first", file.Rendered.Name)
		}
		if dated, err := d.redate(ctx, file); err != nil {
			return err
		} else if !dated {
			if err := d.put(ctx, file); err != nil {
				return err
			}
		}
		return d.deliver(ctx, id)
	})
}

// settle runs f for a file in state delivery_unknown. A file that is
// delivered needs no settling any more.
func (d *Delivery) settle(ctx context.Context, id string, f func(domain.File) error) error {
	unlock, err := d.Files.busy.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	file, err := d.Files.Ledger.File(ctx, id)
	switch {
	case err != nil:
		return err
	case file.Version == 0:
		return domain.Refuse(domain.NotFound, "there is no file %s", id)
	case file.State == domain.DeliveryUnknown:
		return f(file)
	case file.Transmitted():
		return nil
	default:
		return domain.Refuse(domain.Conflict, "file %s is %s: only one whose delivery is unknown can be settled", id, file.State)
	}
}
