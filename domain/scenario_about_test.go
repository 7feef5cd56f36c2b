package domain_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/receiving"
)

// subject is what a scenario is about: an aggregate, and the commands that it
// may be given.
type subject struct {
	now      interface{ Evolve(domain.Fact) }
	commands map[string]decide
}

// decide reads a command and answers what it decides now.
type decide func(command []byte) ([]domain.Event, error)

// to is a command that an aggregate decides by itself.
func to[C interface {
	Decide(A) ([]domain.Event, error)
}, A any](now *A) decide {
	return func(body []byte) ([]domain.Event, error) {
		var c C
		if err := json.Unmarshal(body, &c); err != nil {
			return nil, err
		}
		return c.Decide(*now)
	}
}

// with is a command for which the client's settings matter.
func with[C any, A any](now *A, by func(C, A) ([]domain.Event, error)) decide {
	return func(body []byte) ([]domain.Event, error) {
		var c C
		if err := json.Unmarshal(body, &c); err != nil {
			return nil, err
		}
		return by(c, *now)
	}
}

// answering is a command of the rulebook, given at an instant.
func answering[C interface {
	Decide(answers.Case) (answers.Decision, error)
}](t *domain.Transaction) decide {
	return func(body []byte) ([]domain.Event, error) {
		var c C
		var given struct{ Now time.Time }
		if err := errors.Join(json.Unmarshal(body, &c), json.Unmarshal(body, &given)); err != nil {
			return nil, err
		}
		d, err := c.Decide(answers.Case{Transaction: *t, Now: given.Now})
		return d.Events, err
	}
}

// receive treats what comes as the rules of its receiving account say.
func receive(t *domain.Transaction) decide {
	return func(body []byte) ([]domain.Event, error) {
		var c struct {
			Now      time.Time
			Rules    *receiving.Rules
			Received *domain.TransactionReceived
		}
		if err := json.Unmarshal(body, &c); err != nil {
			return nil, err
		}
		now := *t
		now.Evolve(domain.Fact{Event: c.Received, Meta: domain.Meta{At: c.Now}, Version: 1})
		undecided, events, err := answers.Receive{Rules: c.Rules, ReturnID: "r1"}.Treat(answers.Case{Transaction: now, Now: c.Now})
		c.Received.Undecided = undecided
		return append([]domain.Event{c.Received}, events...), err
	}
}

// record is what has no state: its events are only ever read.
type record struct{}

func (record) Evolve(domain.Fact) {}

// about is a new subject of a kind.
func about(kind string, client *domain.Client) subject {
	switch kind {
	case "transaction":
		t := &domain.Transaction{Client: client.ID}
		return subject{t, map[string]decide{
			"originate": with(t, func(c domain.Originate, now domain.Transaction) ([]domain.Event, error) {
				return c.Decide(*client, now)
			}),
			"recall": to[domain.Recall](t), "hold": to[domain.Hold](t), "approve": to[domain.Approve](t), "reject": to[domain.Reject](t), "guard": to[domain.Guard](t), "lapse": to[domain.Lapse](t),
			"answer-decision":   to[domain.RecordEngineAnswer](t),
			"hold-unrenderable": to[domain.HoldUnrenderable](t), "refuse-over": to[domain.RefuseOver](t),
			"receive": receive(t), "return": answering[answers.Return](t), "pay-or-return": answering[answers.PayOrReturn](t), "overdue": answering[answers.Overdue](t),
			"release": with(t, func(c domain.Release, now domain.Transaction) ([]domain.Event, error) { return c.Decide(now), nil }),
		}}
	case "file":
		f := &domain.File{}
		return subject{f, map[string]decide{
			"open": to[domain.OpenFile](f), "fill": to[domain.FillFile](f), "balance": to[domain.BalanceFile](f), "cut": to[domain.CutFile](f), "give-up": to[domain.GiveUpFile](f),
			"redate": to[domain.RedateFile](f), "render": to[domain.RenderFile](f), "begin-delivery": to[domain.BeginDelivery](f),
			"end-delivery": to[domain.EndDelivery](f), "doubt-delivery": to[domain.MarkDeliveryUnknown](f), "had-left": to[domain.HadLeft](f),
			"acknowledge": to[domain.Acknowledge](f), "release-file": to[domain.ReleaseFile](f), "finish-release": to[domain.FinishRelease](f),
			"guard-file": to[domain.GuardFile](f), "approve-file": to[domain.ApproveFile](f), "lapse-file": to[domain.LapseFile](f), "answer-file-decision": to[domain.RecordEngineAnswerOnFile](f),
		}}
	case "client":
		c := &domain.Client{}
		return subject{c, map[string]decide{"open": to[domain.OpenClient](c), "change": to[domain.ChangeClient](c)}}
	case "credential":
		c := &domain.Credential{}
		return subject{c, map[string]decide{"issue": to[domain.IssueCredential](c), "revoke": to[domain.RevokeCredential](c)}}
	case "bank":
		b := &domain.Bank{}
		return subject{b, map[string]decide{"configure": to[domain.ConfigureBank](b)}}
	case "company":
		c := &domain.RatedCompany{}
		return subject{c, map[string]decide{"watch": to[domain.WatchRates](c), "lift": to[domain.LiftCompany](c)}}
	case "holder":
		h := &domain.Holder{}
		return subject{h, map[string]decide{
			"link": to[domain.LinkAccount](h), "cancel": to[domain.CancelRelationship](h), "transfer": to[domain.MakeTransfer](h),
			"begin-verifying": to[domain.BeginVerifying](h), "end-verifying": to[domain.EndVerifying](h), "confirm-amounts": to[domain.ConfirmAmounts](h),
		}}
	case "token":
		v := &domain.VaultToken{}
		return subject{v, map[string]decide{"store": to[domain.StoreToken](v), "replace": to[domain.ReplaceToken](v), "delete": to[domain.DeleteToken](v)}}
	case "webhook":
		w := &domain.Webhook{}
		return subject{w, map[string]decide{
			"open": to[domain.OpenWebhook](w), "change": to[domain.ChangeWebhook](w), "delete": to[domain.DeleteWebhook](w),
			"rotate": to[domain.RotateWebhookSecret](w), "ping": to[domain.PingWebhook](w), "replay": to[domain.ReplayWebhook](w),
			"retry": to[domain.RetryWebhook](w), "disable": to[domain.DisableWebhook](w),
		}}
	case "recipient":
		r := &domain.Recipient{}
		return subject{r, map[string]decide{
			"save": with(r, func(c domain.SaveRecipient, now domain.Recipient) ([]domain.Event, error) {
				return c.Decide(client.Settings, now)
			}),
		}}
	case "profile":
		p := &domain.Profile{}
		return subject{p, map[string]decide{
			"save": with(p, func(c domain.SaveODFI, now domain.Profile) ([]domain.Event, error) {
				return c.Decide(client.Settings, now)
			}),
		}}
	case "operators":
		o := &domain.Operators{}
		return subject{o, map[string]decide{"add": to[domain.AddOperator](o), "change": to[domain.ChangeOperator](o)}}
	case "policy":
		p := &domain.Policy{}
		return subject{p, map[string]decide{"change": to[domain.ChangePolicy](p)}}
	case "approval":
		a := &domain.Approval{}
		return subject{a, map[string]decide{
			"ask": to[domain.AskApproval](a), "approve": to[domain.GiveApproval](a), "refuse": to[domain.DenyApproval](a),
			"withdraw": to[domain.TakeBackApproval](a), "outdate": to[domain.OutdateApproval](a), "end-act": to[domain.EndAct](a),
		}}
	case "inbound":
		now := &domain.Inbound{}
		return subject{now, map[string]decide{"dismiss": to[domain.DismissInbound](now)}}
	}
	if kind == "unmatched" {
		u := &domain.Unmatched{}
		return subject{now: u, commands: map[string]decide{
			"assign": to[domain.AssignEntry](u), "return": to[domain.ReturnEntry](u), "dismiss": to[domain.DismissEntry](u),
		}}
	}
	return subject{now: withoutCommands(kind)}
}

// withoutCommands are the aggregates whose events workers decide.
func withoutCommands(kind string) interface{ Evolve(domain.Fact) } {
	switch kind {
	case "account":
		return &domain.BankAccount{}
	case "traces":
		return &domain.Traces{}
	case "modifiers":
		return &domain.Modifiers{}
	case "ach-file":
		return &domain.ProfileFile{}
	case "customer":
		return &domain.Customer{}
	case "record":
		return record{}
	}
	panic(fmt.Sprintf("no scenario can be about %q", kind))
}
