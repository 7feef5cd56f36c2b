package workers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
)

// permutations are all orders of some things.
func permutations[T any](of []T) (all [][]T) {
	if len(of) == 0 {
		return [][]T{nil}
	}
	for i := range of {
		rest := slices.Delete(slices.Clone(of), i, i+1)
		for _, p := range permutations(rest) {
			all = append(all, append([]T{of[i]}, p...))
		}
	}
	return all
}

// fourEyes has two people who can approve, and lets nothing out that was held
// without both.
func (b *bank) fourEyes() (maker, checker string) {
	b.t.Helper()
	ctx := b.t.Context()
	maker, checker = "ann@bank.test", "ben@bank.test"
	for _, email := range []string{maker, checker} {
		_, err := ledger.Execute(ctx, b.Ledger, ledger.OperatorsStream(), func(domain.Operators) ([]domain.Event, error) {
			return []domain.Event{domain.OperatorAdded{Email: email, Name: email, Roles: []string{domain.RoleApprover}}}, nil
		})
		must(b.t, err)
	}
	_, err := ledger.Execute(ctx, b.Ledger, ledger.PolicyStream(), domain.ChangePolicy{FourEyes: true, Approvers: 2}.Decide)
	must(b.t, err)
	return maker, checker
}

// approvedByTwo lets an entry leave that was held: one person asks, who cannot
// approve it, and another approves.
func (b *bank) approvedByTwo(id, maker, checker string) {
	b.t.Helper()
	asking := ledger.ForTwo(b.t.Context(), ledger.Proposal{Action: domain.ActRelease, Subject: itemOf(id), Maker: maker, Input: []byte(id)})
	_, err := ledger.Execute(asking, b.Ledger, ledger.TransactionStream(gym, id), domain.Approve{ItemID: itemOf(id), Reason: "a call"}.Decide)
	var awaiting *ledger.Awaiting
	if !errors.As(err, &awaiting) {
		b.t.Fatalf("asked for approval: %v", err)
	}
	if _, err := b.Ledger.Approve(b.t.Context(), awaiting.Approval.ID, maker, ""); domain.CodeOf(err) != domain.OwnRequest {
		b.t.Errorf("who asked approves: %v", err)
	}
	b.stands(map[string]domain.State{id: domain.Held})
	_, err = b.Ledger.Approve(b.t.Context(), awaiting.Approval.ID, checker, "")
	must(b.t, err)
}

// payment is one of four, in the order in which they are posted.
type payment struct {
	cents int64
	day   string
	id    string
	waits bool // it would have crossed the limit when it was judged
}

// In every order, over two files and a restart between them, never more than
// 1,000.00 leaves for Tuesday, and exactly what would have crossed it waits.
func TestInEveryOrderNoMoreThanTheLimitLeavesAndTheRestWaitsForASecondPerson(t *testing.T) {
	all := permutations([]payment{
		{cents: 600_00, day: "2026-11-24"}, {cents: 300_00, day: "2026-11-24"}, {cents: 200_00, day: "2026-11-24"}, {cents: 900_00, day: "2026-11-25"},
	})
	for n, order := range all {
		for first := 1; first < len(order); first++ {
			if testing.Short() && first != 1+n%3 {
				continue
			}
			untouched := []string{"", guard.Keep, guard.RejectDeadline}[(n+first)%3] // empty: approved
			var name []string
			for i, p := range order {
				if i == first {
					name = append(name, "restart")
				}
				name = append(name, fmt.Sprint(p.cents/100))
			}
			t.Run(strings.Join(append(name, untouched), " "), func(t *testing.T) { inOrder(t, slices.Clone(order), first, untouched) })
		}
	}
}

func inOrder(t *testing.T, order []payment, first int, untouched string) {
	limit := daily(1000_00)
	limit.AtDeadline = untouched
	b := openBank(t, bounded(limit))
	maker, checker := b.fourEyes()
	used := map[string]int64{}
	for i := range order {
		if i == first {
			b.sweepAt("2026-11-23 10:15") // Monday
			b.restart()
		}
		p := &order[i]
		p.id = b.post(gym, pull(i+1, cents(p.cents), on(p.day)))
		if p.waits = used[p.day]+p.cents > 1000_00; !p.waits {
			used[p.day] += p.cents
		}
	}
	b.sweepAt("2026-11-23 14:30")
	files := map[string]bool{}
	for _, p := range order {
		i := b.item(gym, p.id)
		switch {
		case p.waits:
			b.stands(map[string]domain.State{p.id: domain.Held})
			if by := i.HeldBy; by == nil || by.Rule != "limits/debit/settlement_date" || by.Limit != "1000.00" || by.Deadline != "2026-11-24T03:30:00Z" {
				t.Errorf("%d cents are held by %+v", p.cents, by)
			}
		case p.day == "2026-11-24":
			b.stands(map[string]domain.State{p.id: domain.Filed})
			files[i.Filing.File] = true
		default:
			b.stands(map[string]domain.State{p.id: domain.Pending})
		}
	}
	if used["2026-11-24"] > 1000_00 || len(files) == 0 {
		t.Fatalf("%d cents left for Tuesday, in %d files", used["2026-11-24"], len(files))
	}
	b.endsAt(order, untouched, maker, checker)
}

// endsAt has what waits approved by two, or touched by nobody until its last
// window is over.
func (b *bank) endsAt(order []payment, untouched, maker, checker string) {
	b.t.Helper()
	want := domain.Filed
	switch untouched {
	case "":
		for _, p := range order {
			if p.waits {
				b.approvedByTwo(p.id, maker, checker)
			}
		}
	case guard.Keep:
		want = domain.Held
	case guard.RejectDeadline:
		want = domain.Rejected
	}
	b.sweepAt("2026-11-23 22:30") // the last window for Tuesday
	b.sweepAt("2026-11-23 22:31")
	for _, p := range order {
		if p.waits {
			b.stands(map[string]domain.State{p.id: want})
		} else if p.day == "2026-11-25" {
			b.stands(map[string]domain.State{p.id: domain.Pending})
		}
	}
	b.sweepAt("2026-11-24 10:15")
	for _, p := range order {
		if p.day == "2026-11-25" {
			b.stands(map[string]domain.State{p.id: domain.Filed})
		}
	}
}
