package demo

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/achledger/achledger/cmd/internal/fedsim"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/fed"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/follow"
)

// The answers of the banks of two people, and an incoming payment.
var (
	broke = bills[3]  // the account has too little money for the debit
	moved = people[4] // the account has another number now

	incoming = fed.Payment{
		To: "231380104", Account: duesAccount, Name: "HARBOR GYM", AmountCents: 249500,
		Company: "ORCHARD FOODS", Description: "MEMBERSHIP", Addenda: []string{"12 EMPLOYEES, NOVEMBER"},
	}
)

// duesAccount is Harbor Gym's own account at Lantern Savings Bank.
const duesAccount = "4000778812"

// acknowledge makes the simulated Federal Reserve process the file.
func acknowledge(ctx context.Context, s *story) error {
	var err error
	s.fed, err = fedsim.Open(fedsim.Options{
		Outbox: s.Folder.Outbox(), Inbox: s.Folder.Inbox(), Seed: 1,
		Journal: filepath.Join(string(s.Folder), "demo.fed.journal"), // achledger fed begins a journal of its own
		Rules:   []fedsim.Rule{fedsim.Rule("account=" + broke.account + ":R01"), fedsim.Rule("account=" + moved.account + ":C01")},
	})
	if err != nil {
		return err
	}
	if err := s.fed.Pass(ctx, s.now); err != nil {
		return err
	}
	name := strings.TrimSuffix(s.file.Name, ".ach") + ".ack"
	if err := s.await(ctx, "the acknowledgement was not applied", func() (bool, error) {
		var f file
		_, err := s.client.do(ctx, http.MethodGet, "/v1/files/"+s.file.ID, nil, &f)
		return f.State == "acknowledged", err
	}); err != nil {
		return err
	}
	said, err := os.ReadFile(filepath.Join(s.Folder.Inbox(), name))
	if errors.Is(err, os.ErrNotExist) {
		said, err = s.done(ctx, name)
	}
	if err != nil {
		return err
	}
	s.say("   It is simulated, and checks the file as an operator does. Its answer:\n\n   inbox/%s\n     %s\n", name,
		strings.ReplaceAll(strings.TrimSpace(string(said)), "\n", "\n     "))
	s.say("\n   The file is acknowledged. Had it been rejected, its entries would wait\n   again, and leave under new trace numbers.\n")
	return nil
}

// done reads a file that was taken from the inbox.
func (s *story) done(ctx context.Context, name string) (content []byte, err error) {
	err = s.await(ctx, name+" was not taken from the inbox", func() (bool, error) {
		content, err = os.ReadFile(filepath.Join(s.Folder.Inbox(), "done", name))
		if errors.Is(err, os.ErrNotExist) {
			return false, nil
		}
		return err == nil, err
	})
	return content, err
}

// nextMorning moves the clock to the day on which the answers are due, and
// waits for them.
func nextMorning(ctx context.Context, s *story) error {
	due, ok := s.fed.Next()
	if !ok {
		return errors.New("the simulated Federal Reserve has nothing to send")
	}
	at := due.Add(3 * time.Hour)
	var clock struct{ Now time.Time }
	if _, err := s.ops.do(ctx, http.MethodPut, "/v1/simulations/clock", map[string]any{"now": at.UTC()}, &clock); err != nil {
		return err
	}
	s.now = clock.Now
	if err := s.fed.Pay(s.now, incoming); err != nil {
		return err
	}
	if err := s.fed.Pass(ctx, s.now); err != nil {
		return err
	}
	var list struct {
		Data []struct {
			Name, State                 string
			Entries, Applied, Unmatched int
		}
	}
	err := s.await(ctx, "the answers were not applied", func() (bool, error) {
		_, err := s.ops.do(ctx, http.MethodGet, "/v1/ops/inbound", nil, &list)
		return len(list.Data) == 1 && list.Data[0].State == "applied", err
	})
	if err != nil {
		return err
	}
	got := list.Data[0]
	s.say(`   PUT /v1/simulations/clock
   It is %s in New York.

   inbox/%s
   %s: %s, %d matched, %d unmatched
`, s.now.In(calendar.Eastern).Format("Monday 2 January, 15:04"), got.Name, got.State, text.Count(int(got.Entries), "entry", "entries"), got.Applied, got.Unmatched)
	return nil
}

// showAnswers shows what the client sees of them.
func showAnswers(ctx context.Context, s *story) error {
	if err := s.showReturn(ctx); err != nil {
		return err
	}
	if err := s.showChange(ctx); err != nil {
		return err
	}
	return s.showIncoming(ctx)
}

func (s *story) showReturn(ctx context.Context) error {
	t, e, err := s.answered(ctx, broke, "Return")
	if err != nil {
		return err
	}
	s.say("\n   %s, %s: %s\n   %s %s. %s was not collected.\n", broke.name, dollars(broke.cents), t.Status, e.ReturnCode, e.ReturnTitle, dollars(broke.cents))
	for _, a := range t.ActionsAvailable {
		if a.Action == "retry" {
			s.say("   The client may retry it until %s: POST\n   /api/transaction/{id}/retries\n", a.Deadline)
		}
	}
	return nil
}

func (s *story) showChange(ctx context.Context) error {
	t, e, err := s.answered(ctx, moved, "Correction")
	if err != nil {
		return err
	}
	s.say("\n   %s, %s: %s\n   %s: the money arrived, and the account's number is %s now.\n   The next payment has to use it.\n",
		moved.name, dollars(moved.cents), t.Status, e.ChangeCode, e.CorrectedData)
	return nil
}

func (s *story) showIncoming(ctx context.Context) error {
	var events []event
	if _, err := s.client.do(ctx, http.MethodGet, "/api/transaction/events?eventType=Origination&direction=FromFed", nil, &events); err != nil {
		return err
	}
	if len(events) != 1 {
		return fmt.Errorf("%d payments came in, want one", len(events))
	}
	var t transaction
	if _, err := s.client.do(ctx, http.MethodGet, "/api/transaction/"+events[0].TransactionID, nil, &t); err != nil {
		return err
	}
	s.say("\n   Incoming, %s from %s: %s\n   A CCD credit to the client's own account %s, which settles on\n   the next banking day.\n", dollars(incoming.AmountCents), t.FromName, t.Status, t.ToAccount)
	return nil
}

// answered finds the answer of a kind to a payment.
func (s *story) answered(ctx context.Context, p payment, kind string) (t transaction, e event, err error) {
	if _, err := s.client.do(ctx, http.MethodGet, "/api/transaction/"+s.posted[p.name], nil, &t); err != nil {
		return t, e, err
	}
	for _, e := range t.Events {
		if e.EventType == kind {
			return t, e, nil
		}
	}
	return t, e, fmt.Errorf("no %s came for %s", kind, p.name)
}

// await polls until a condition holds.
func (s *story) await(ctx context.Context, otherwise string, holds func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	for {
		ok, err := holds()
		if ok || err != nil {
			return err
		}
		if !follow.Sleep(ctx, 50*time.Millisecond) {
			return fmt.Errorf("%s within %s", otherwise, fileTimeout)
		}
	}
}
