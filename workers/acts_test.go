package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// undone are the approvals of a test.
type undone []string

func (undone) CatchUp(context.Context) error                       { return nil }
func (u undone) UndoneApprovals(context.Context) ([]string, error) { return u, nil }

// approved asks for an act, has it approved, and returns the worker that carries it
// out with do.
func (b *bank) approved(action domain.Action, switched DeliverySwitch, do func(context.Context) error) (a Acts, id string) {
	b.t.Helper()
	maker, checker := b.fourEyes()
	err := b.Ledger.AskForAct(b.t.Context(), ledger.Proposal{Action: action, Subject: "f1", Maker: maker, Input: []byte("f1")}, domain.Act{Params: []byte(`{"file_id":"f1"}`)})
	var awaiting *ledger.Awaiting
	if !errors.As(err, &awaiting) {
		b.t.Fatalf("asked for approval: %v", err)
	}
	id = awaiting.Approval.ID
	_, err = b.Ledger.Approve(b.t.Context(), id, checker, "")
	must(b.t, err)
	return Acts{Ledger: b.Ledger, Views: undone{id}, Switch: switched, Log: slog.New(slog.DiscardHandler), Do: map[domain.Action]func(context.Context, *domain.ApprovalAsked) error{
		action: func(ctx context.Context, _ *domain.ApprovalAsked) error { return do(ctx) },
	}}, id
}

// Two people agreed. What is in the way and ends by itself does not undo that, and
// what the act itself says ends it.
func TestAnActIsCarriedOutOnceWhatWasInItsWayHasEnded(t *testing.T) {
	b := openBank(t)
	var said error
	a, id := b.approved(domain.ActFileResend, &switching{}, func(context.Context) error { return said })
	for _, tt := range []struct {
		said   error
		failed string
	}{
		{fmt.Errorf("read the file: %w", eventstore.ErrAway), ""},
		{&DeliveryOffError{ourBank, "after a failover"}, ""},
		{fmt.Errorf("write: %w", eventstore.ErrStorageFull), ""},
		{fmt.Errorf("write: %w", eventstore.ErrDeliveryOff), ""},
		{fmt.Errorf("write: %w", eventstore.ErrClosed), ""},
		{fmt.Errorf("write: %w", &eventstore.NotKnownError{Type: "file.delivering"}), ""},
		{fmt.Errorf("others were first: %w", &eventstore.VersionError{Stream: "file/f1"}), ""},
		{fmt.Errorf("wait for the views: %w", projections.ErrBehind), ""},
		{errors.New("there is no file f1"), "there is no file f1"},
	} {
		said = tt.said
		if err := a.Sweep(t.Context()); err == nil {
			t.Errorf("%v: the act failed and nobody hears of it", tt.said)
		}
		approval, err := ledger.Load(t.Context(), b.Ledger, ledger.ApprovalStream(id))
		must(t, err)
		if approval.Failed != tt.failed {
			t.Fatalf("%v: it ended with %q, want %q", tt.said, approval.Failed, tt.failed)
		}
	}
}

// Two people release a file while delivery is paused after a failover. It is
// released when the pause ends; while delivery is switched off, only another
// request can do that.
func TestAnApprovedReleaseOutlivesAPauseOfDelivery(t *testing.T) {
	for name, tt := range map[string]struct {
		off   switching
		state domain.FileState
	}{
		"paused":       {switching{paused: true}, domain.FileIsReleased},
		"switched off": {switching{off: true}, domain.FileIsCut},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			switched := &switching{}
			b.switched = switched
			b.newWorkers()
			done, err := b.upload(rendered(t, payroll(3)))
			must(t, err)
			a, id := b.approved(domain.ActFileRelease, switched, func(ctx context.Context) error {
				return b.files.Release(ctx, done.FileID, domain.ReleaseFile{Reason: "sent in error", Then: domain.ThenWait})
			})
			*switched = tt.off
			var off *DeliveryOffError
			if err := a.CarryOut(t.Context(), id); !errors.As(err, &off) {
				t.Fatalf("it says %v", err)
			}
			*switched = switching{}
			must(t, a.Sweep(t.Context()))
			if f := b.onlyFile(); f.State != tt.state {
				t.Errorf("the file is %s, want %s", f.State, tt.state)
			}
		})
	}
}
