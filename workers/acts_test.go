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
)

// undone are the approvals of a test.
type undone []string

func (undone) CatchUp(context.Context) error                       { return nil }
func (u undone) UndoneApprovals(context.Context) ([]string, error) { return u, nil }

// Two people agreed. A database that is away for a moment does not undo that, and
// what the act itself says ends it.
func TestAnActIsCarriedOutOnceTheDatabaseIsBack(t *testing.T) {
	b := openBank(t)
	maker, checker := b.fourEyes()
	err := b.Ledger.AskForAct(t.Context(), ledger.Proposal{Action: domain.ActFileResend, Subject: "f1", Maker: maker, Input: []byte("f1")}, domain.Act{Params: []byte(`{"file_id":"f1"}`)})
	var awaiting *ledger.Awaiting
	if !errors.As(err, &awaiting) {
		t.Fatalf("asked for approval: %v", err)
	}
	id := awaiting.Approval.ID
	_, err = b.Ledger.Approve(t.Context(), id, checker, "")
	must(t, err)
	answers := []error{fmt.Errorf("read the file: %w", eventstore.ErrAway), errors.New("there is no file f1")}
	a := Acts{Ledger: b.Ledger, Views: undone{id}, Log: slog.New(slog.DiscardHandler), Do: map[domain.Action]func(context.Context, *domain.ApprovalAsked) error{
		domain.ActFileResend: func(context.Context, *domain.ApprovalAsked) error {
			err := answers[0]
			answers = answers[1:]
			return err
		},
	}}
	for _, failed := range []string{"", "there is no file f1"} {
		if err := a.Sweep(t.Context()); err == nil {
			t.Error("the act failed and nobody hears of it")
		}
		approval, err := ledger.Load(t.Context(), b.Ledger, ledger.ApprovalStream(id))
		must(t, err)
		if approval.Failed != failed {
			t.Errorf("it ended with %q, want %q", approval.Failed, failed)
		}
	}
}
