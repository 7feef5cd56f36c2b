package workers

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// mayAppend reports why nothing more may be filed for a client at an ODFI:
// *DeliveryOffError, or a refusal. It is called before each append, because
// operations may have stopped the client or the ODFI since the previous one.
func (f *Files) mayAppend(ctx context.Context, odfi string, client func(domain.Client) error, id string) error {
	if ok, reason := f.Switch.Allowed(odfi); !ok {
		return &DeliveryOffError{odfi, reason}
	}
	if id == domain.LedgerClient {
		return nil
	}
	c, err := f.Ledger.Client(ctx, id)
	if err != nil {
		return err
	}
	return client(c)
}

// notSuspended refuses a suspended client.
func notSuspended(c domain.Client) error {
	if c.Suspended {
		return domain.Refuse(domain.Suspended, "the client is suspended: nothing new is accepted")
	}
	return nil
}

// giveUp closes a file that is not cut, so that it is not completed later, and
// releases the entries filed in it. They are then in no file, and wait again or
// are rejected, as then says. The caller holds the file's lock. It returns why;
// after any other error the next sweep tries again.
func (f *Files) giveUp(ctx context.Context, id string, why error, then domain.Then) error {
	ctx = context.WithoutCancel(ctx) // a caller who leaves must not interrupt it
	var refusal *domain.Refusal
	event := domain.GiveUpFile{Code: domain.DeliveryOff, Reason: why.Error(), Then: then}
	if errors.As(why, &refusal) {
		event.Code, event.Reason = refusal.Code, refusal.Error()
	}
	file, err := f.Ledger.File(ctx, id)
	if err != nil {
		return err
	}
	if file.State != domain.FileOpen {
		return errTaken
	}
	if err := f.record(ctx, "given up", file, event); err != nil {
		return fmt.Errorf("give up file %s: %w", id, err)
	}
	f.Log.Warn("file given up before it was cut", "file", id, "client", file.Opened.Client, "odfi", file.Opened.ODFI,
		"why", file.Opened.Why, "code", event.Code, "reason", event.Reason)
	if file, err = f.Ledger.File(ctx, id); err == nil {
		_, err = f.finishRelease(ctx, file)
	}
	if err != nil {
		f.Log.Error("the entries of a file that was given up are released by the next sweep", "file", id, "err", err)
	}
	return why
}

// noFault reports whether an error says that operations stopped a client or an
// ODFI, or that trace numbers started over. Such an error is not a fault of the
// pass.
func noFault(err error) bool {
	var off *DeliveryOffError
	return domain.CodeOf(err) == domain.Suspended || errors.Is(err, errStartedOver) || errors.As(err, &off)
}

// stops reports whether an error says that a file must not be filled further. A
// pause of delivery does not: it ends within seconds of a failover, and the file
// is completed then.
func (f *Files) stops(err error) bool {
	var off *DeliveryOffError
	if errors.As(err, &off) {
		return f.Switch.SwitchedOff(off.ODFI)
	}
	return domain.CodeOf(err) != ""
}
