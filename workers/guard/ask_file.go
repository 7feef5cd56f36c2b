package guard

import (
	"context"
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/projections"
)

// file asks about the entries of a client's own file. The file passes this rule
// only if all of them are allowed.
func (a *Asker) file(ctx context.Context, id string) error {
	f, err := a.Guard.Ledger.File(ctx, id)
	if err != nil || f.State != domain.FileIsHeld || f.HeldBy == nil {
		return err
	}
	rule := f.HeldBy.Rule
	if _, ok := guard.IsAsked(rule); !ok {
		return nil
	}
	hook, engine, err := a.hookOf(ctx, f.Opened.Client, rule)
	if err != nil {
		return err
	}
	decision := domain.EngineAnswer{Action: guard.Allow, Reason: "allowed by " + engine}
	var list []projections.Sent
	err = a.Views.Guarding(ctx, func(shown *projections.Guarding) error {
		return shown.EachOfFile(id, func(s projections.Sent, _ int64, e guard.Entry) error {
			if hook == nil || hook.Asks(e) {
				list = append(list, s)
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for some := range slices.Chunk(list, atATime(hook)) {
		if decision, err = a.part(ctx, f, some, hook, engine, decision); err != nil {
			return err
		}
		if decision.Action == guard.Reject {
			break
		}
	}
	return a.decided(ctx, f, rule, decision)
}

// part asks about some entries of a file. The file gets the most severe answer
// of all its parts.
func (a *Asker) part(ctx context.Context, f domain.File, list []projections.Sent, hook *guard.DecisionHook, engine string, decision domain.EngineAnswer) (domain.EngineAnswer, error) {
	var question question
	for _, s := range list {
		t, err := a.Guard.Ledger.Transaction(ctx, f.Opened.Client, s.TransactionID)
		if err != nil {
			return decision, err
		}
		if i, ok := t.Item(s.ItemID); ok {
			if err := question.add(a.Guard.Ledger, &t, i); err != nil {
				return decision, err
			}
		}
	}
	answers, err := a.ask(ctx, hook, engine, question)
	for _, e := range question.Entries {
		d := answers[e.EventID]
		if d.Action == guard.Reject && decision.Action != guard.Reject || d.Action == guard.Hold && decision.Action == guard.Allow {
			decision = domain.EngineAnswer{Action: d.Action, Reason: fmt.Sprintf("transaction %s: %s", e.TransactionID, d.Reason)}
		}
	}
	return decision, err
}

// decided records the answer. If the engine allowed the file, the other rules
// judge it.
func (a *Asker) decided(ctx context.Context, f domain.File, rule string, d domain.EngineAnswer) (err error) {
	answer := domain.RecordEngineAnswerOnFile{Rule: rule, EngineAnswer: d}
	if d.Action == guard.Allow {
		if answer.Verdict, err = a.Guard.fileAllowed(ctx, f, rule); err != nil {
			return err
		}
	}
	return a.Files.Decided(ctx, f.ID, answer)
}
