package workers

import (
	"context"
	"errors"

	"github.com/achledger/achledger/domain"
)

// Confirm settles a file of which it was unknown whether it was delivered, or
// whether its client had carried it: a person saw it at the bank. Confirming
// twice has no further effect. It refuses a file in any other state.
func (d *Delivery) Confirm(ctx context.Context, id string) error {
	return d.settle(ctx, id, domain.File.ConfirmChanges, func(file domain.File) error {
		return d.delivered(ctx, file)
	})
}

// Resend settles such a file the other way: a person knows that the bank does
// not have it, and it is sent once more the way the ODFI's files leave now,
// dated again if it has to be. It refuses a file that is not in that state, and
// one with an entry that the bank answered: whatever is said, the bank has it,
// and every entry would be paid twice. It fails while delivery is off.
func (d *Delivery) Resend(ctx context.Context, id string) error {
	file, err := d.Files.Ledger.File(ctx, id)
	if err != nil {
		return err
	}
	l, leave, err := d.enter(ctx, file.Opened.ODFI)
	if err != nil {
		return err
	}
	defer leave()
	return d.settle(ctx, id, domain.File.ResendChanges, func(file domain.File) error {
		if ok, reason := d.Files.Switch.Allowed(file.Opened.ODFI); !ok {
			return &DeliveryOffError{file.Opened.ODFI, reason}
		}
		err := l.Files.withoutAnswer(ctx, file, func(transaction string) error {
			return domain.Refuse(domain.Conflict, "the bank answered transaction %s, which left in file %s, so the bank has the file: confirm its delivery", transaction, file.ID)
		})
		if err != nil {
			return err
		}
		if found, err := l.findAgain(ctx, file); found || err != nil {
			return err
		}
		if err := l.stageDated(ctx, file); err != nil {
			return err
		}
		return l.deliverLocked(ctx, id)
	})
}

// findAgain examines where the delivery began: the file may have turned up
// there, and a copy under its temporary name must never be delivered. If the
// ODFI's files now go elsewhere and the old place does not respond, the
// person's word decides.
func (l *lane) findAgain(ctx context.Context, file domain.File) (found bool, err error) {
	way, moved, err := l.whereBegun(ctx, file)
	if err != nil {
		return false, err
	}
	to, err := l.connect(ctx, way)
	if err != nil {
		if moved && ctx.Err() == nil {
			return false, nil
		}
		return false, err
	}
	location, err := to.Find(ctx, file.Temporary(), file.Rendered.Name, file.LeftAs())
	switch {
	case err != nil && moved && ctx.Err() == nil:
		return false, nil
	case err != nil:
		return false, err
	case location == Final:
		return true, l.end(ctx, to, file)
	case location == NameTaken && !moved:
		return false, domain.Refuse(domain.Conflict, "a file with other content is called %s: move it away first", file.Rendered.Name)
	case location == Temporary, location == Corrupt:
		return false, to.Withdraw(ctx, file.Temporary())
	case location == Unreadable && file.Temporary() != file.Rendered.Name:
		return false, withdrawUnseen(ctx, to, file.Temporary())
	default:
		return false, nil
	}
}

// withdrawUnseen withdraws a copy from a server that lets nobody see whether it
// has one, so that a rename that is still under way there cannot deliver it
// beside the new copy. A server that refuses has no copy of that name, or
// permits no such rename: then the person's word decides. Nobody clears the
// folder of such a server later, so the withdrawn copy is removed at once, if
// the server permits that.
func withdrawUnseen(ctx context.Context, to Deliverer, temporary string) error {
	err := to.Withdraw(ctx, temporary)
	var lost *UnreachableError
	if errors.As(err, &lost) || ctx.Err() != nil {
		return err // perhaps it was withdrawn: the next call finds no such copy
	}
	if err == nil {
		_ = to.Remove(ctx, withdrawn(temporary))
	}
	return nil
}

// settle calls f for a file that a person's word changes.
func (d *Delivery) settle(ctx context.Context, id string, changes func(domain.File) (bool, error), f func(domain.File) error) error {
	unlock, err := d.Files.busy.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	file, err := d.Files.Ledger.File(ctx, id)
	if err != nil {
		return err
	}
	if file.Version == 0 {
		return domain.Refuse(domain.NotFound, "there is no file %s", id)
	}
	if needed, err := changes(file); err != nil || !needed {
		return err
	}
	return f(file)
}
