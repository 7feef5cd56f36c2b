package workers

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// describing has the descriptions of a client looked at that pays wages and
// sells goods.
func describing(action guard.Action) func(*domain.Settings) {
	return func(s *domain.Settings) {
		s.SECCodes = append(s.SECCodes, "WEB")
		s.Descriptions, s.Companies = action, []guard.Company{{Identification: s.CompanyIdentifications[0], SellsGoods: true, PaysWages: true}}
	}
}

func as(description string) func(*domain.Proposal) {
	return func(p *domain.Proposal) { p.Description = description }
}

func fromWeb(p *domain.Proposal) { p.SEC, p.PaymentType = "WEB", "single" }

// cutsAt cuts at an instant and delivers nothing.
func (b *bank) cutsAt(instant string) {
	b.t.Helper()
	b.clock.Set(at(instant))
	_, err := b.guard.Judge(b.t.Context())
	must(b.t, err)
	must(b.t, b.batcher.cutAll(b.t.Context()))
}

// takesBackFileOf has the entries of an entry's file wait again.
func (b *bank) takesBackFileOf(id string) {
	b.t.Helper()
	must(b.t, b.files.Release(b.t.Context(), b.item(gym, id).Filing.File, domain.ReleaseFile{Reason: "wrong", Then: domain.ThenWait}))
}

func TestWagesThatAreNotDescribedSoAreHeldApprovedAndLeave(t *testing.T) {
	b := openBank(t, describing(guard.Hold))
	wages := b.post(gym, pull(1, push, as("salary november"))) // ten characters are sent
	dues := b.post(gym, pull(2, fromWeb))
	payroll := b.post(gym, pull(3, push, as("PAYROLL")))
	goods := b.post(gym, pull(4, fromWeb, as("PURCHASE")))
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{wages: domain.Held, dues: domain.Held, payroll: domain.Filed, goods: domain.Filed})
	by := b.item(gym, wages).HeldBy
	if by == nil || *by != (guard.HeldBy{Rule: "descriptions", Saw: "salary nov", AtDeadline: "keep", Deadline: "2026-11-21T03:30:00Z"}) {
		t.Errorf("held by %+v", by)
	}

	b.approve(gym, wages)
	b.restart()
	b.cutsAt("2026-11-20 16:30")
	b.stands(map[string]domain.State{wages: domain.Filed, dues: domain.Held})
	b.takesBackFileOf(wages)
	b.sweep()
	b.stands(map[string]domain.State{wages: domain.Pending}) // approved once
	b.sweepAt("2026-11-20 22:30")
	b.stands(map[string]domain.State{wages: domain.Filed, dues: domain.Held})
}

func TestADescriptionIsWarnedOfOnceAndLeaves(t *testing.T) {
	b := openBank(t, describing(guard.Warn))
	var log bytes.Buffer
	listen := func() { b.guard.Log = slog.New(slog.NewTextHandler(&log, nil)) }
	warned := func(want int64) {
		t.Helper()
		if lines := strings.Count(log.String(), "a rule warns of what leaves"); int64(lines) != want || b.guard.Warned() != want {
			t.Errorf("%d lines, %d entries, want %d: %s", lines, b.guard.Warned(), want, log.String())
		}
		log.Reset()
	}
	listen()
	wages := b.post(gym, pull(1, push, as("BONUS"), on("2026-11-25")))
	b.sweep()
	warned(1)
	other := b.post(gym, pull(2, push, as("PAYROLL")))
	b.cutsAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{wages: domain.Pending, other: domain.Filed})
	b.takesBackFileOf(other)
	b.sweep() // has the evaluator made anew
	if b.guard.Warned() != 1 || log.Len() != 0 {
		t.Errorf("warned of it again: %s", log.String())
	}

	b.restart()
	listen()
	b.sweepAt("2026-11-24 10:15")
	b.stands(map[string]domain.State{wages: domain.Filed})
	warned(1)
}

func TestADescriptionIsJudgedAgainForTheDayToWhichTheCutMovesTheEntry(t *testing.T) {
	for action, state := range map[guard.Action]domain.State{guard.Hold: domain.Held, guard.Warn: domain.Filed} {
		t.Run(string(action), func(t *testing.T) {
			b := openBank(t, describing(action))
			b.clock.Set(at("2026-03-18 09:00"))
			wages := b.post(gym, pull(1, push, as("BONUS"), on("2026-03-19")))
			before := b.post(gym, pull(2, push, as("PAYROLL"), on("2026-03-19")))
			must(t, b.batcher.Sweep(t.Context()))
			b.stands(map[string]domain.State{wages: domain.Pending, before: domain.Pending})
			if b.guard.Warned() != 0 {
				t.Error("warned of an entry that settles on the day before the rule began")
			}
			b.cutsAt("2026-03-19 10:15") // both are dated for the rule's first day now
			b.stands(map[string]domain.State{wages: state, before: domain.Filed})
			if warned := b.guard.Warned() == 1; warned != (action == guard.Warn) {
				t.Errorf("warned of %d", b.guard.Warned())
			}
			if action == guard.Warn {
				return
			}
			b.approve(gym, wages)
			b.cutsAt("2026-03-19 14:30")
			b.stands(map[string]domain.State{wages: domain.Filed}) // approved once
		})
	}
}

func TestAClientsOwnFileWithWagesIsHeldWhole(t *testing.T) {
	b := openBank(t, describing(guard.Hold))
	a, err := b.upload(rendered(t, payroll(2, func(f *nacha.File) { f.Batches[0].Header.Description = "WAGES NOV" })))
	must(t, err)
	must(t, b.batcher.Sweep(t.Context()))
	if f := b.fileStands(a.FileID, domain.FileIsHeld); f.HeldBy == nil || f.HeldBy.Rule != "descriptions" || f.HeldBy.Saw != "WAGES NOV" {
		t.Errorf("held by %+v", f.HeldBy)
	}
	_, err = ledger.Execute(t.Context(), b.Ledger, ledger.FileStream(gym, a.FileID), domain.ApproveFile{Reason: "a call"}.Decide)
	must(t, err)
	must(t, b.batcher.Sweep(t.Context()))
	b.fileStands(a.FileID, domain.FileIsDelivered)
}
