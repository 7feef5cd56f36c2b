package guard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// question is the body that is posted to an engine.
type question struct {
	Entries []questioned `json:"entries"`
}

// questioned is an entry as an engine sees it: names and parties whole, their
// dates of birth too, the account as its last four and its fingerprint.
type questioned struct {
	EventID       string      `json:"event_id"`
	TransactionID string      `json:"transaction_id"`
	Client        string      `json:"client"`
	ODFI          string      `json:"odfi"`
	Company       string      `json:"company_identification"`
	CompanyName   string      `json:"company_name"`
	SEC           string      `json:"sec"`
	Direction     string      `json:"direction"`
	AmountCents   int64       `json:"amount_cents"`
	Description   string      `json:"description"`
	EffectiveOn   string      `json:"effective_on,omitempty"` // as the client asked
	SameDay       bool        `json:"same_day,omitempty"`
	Name          string      `json:"name"` // of the receiver
	ReceiverID    string      `json:"receiver_id,omitempty"`
	Routing       string      `json:"routing"`
	AccountType   string      `json:"account_type"`
	AccountTail   string      `json:"account_last_four"`
	Fingerprint   string      `json:"account_fingerprint"` // equal for equal accounts of one client
	Addenda       []string    `json:"addenda,omitempty"`
	IAT           *domain.IAT `json:"iat,omitempty"`
}

func (q *question) add(l *ledger.Ledger, t *domain.Transaction, i *domain.Item) error {
	in, err := t.EntryOf(i)
	if err != nil {
		return err
	}
	iat, err := parties(l, t, in)
	if err != nil {
		return err
	}
	name := in.Entry.Name
	if iat != nil {
		name = iat.To.Name
	}
	direction := string(calendar.KindOf(nacha.TransactionCode(in.Entry.Code).Debit()))
	p := t.Originated.Proposal
	q.Entries = append(q.Entries, questioned{
		EventID: i.ID, TransactionID: t.ID, Client: t.Client, ODFI: t.ODFI(), Company: in.Header.CompanyID, CompanyName: in.Header.CompanyName,
		SEC: in.Header.SEC, Direction: direction, AmountCents: i.AmountCents, Description: in.Header.Description, EffectiveOn: p.EffectiveOn,
		SameDay: p.SameDay, Name: name, ReceiverID: in.Entry.IndividualID, Routing: t.Routing, AccountType: t.AccountType,
		AccountTail: t.Account.Tail, Fingerprint: t.Account.Fingerprint, Addenda: in.Entry.Addenda05, IAT: iat,
	})
	return nil
}

// parties are those of an international entry with their dates of birth, which
// the log has sealed: a sanctions list tells people apart by them. A text that
// repeats the account number stays masked. Nil: the entry is domestic.
func parties(l *ledger.Ledger, t *domain.Transaction, in domain.Entry) (*domain.IAT, error) {
	iat := t.Originated.Proposal.IAT
	if iat == nil { // of a client's own file
		iat = domain.ReceivedIAT(in.Header, in.Entry)
	}
	if iat == nil {
		return nil, nil
	}
	opened, err := l.OpenIAT(t)
	if err != nil || opened == nil {
		return iat, err
	}
	return domain.Proposal{IAT: iat}.WithBirths(domain.Proposal{IAT: opened}.Births()).IAT, nil
}

// id names the question: the same entries again are the same question.
func (q question) id() string {
	h := sha256.New()
	for _, e := range q.Entries {
		h.Write([]byte(e.EventID))
	}
	return "decision_" + hex.EncodeToString(h.Sum(nil)[:16])
}

// reply is the body of an engine's answer.
type reply struct {
	Decisions []struct {
		EventID string       `json:"event_id"`
		Verdict guard.Action `json:"verdict"` // allow, hold or reject
		Reason  string       `json:"reason"`
	} `json:"decisions"`
}

// errTakenAway says that the hook was removed.
var errTakenAway = errors.New("no engine is set any more")

// ask returns the engine's answer for each entry. An entry without an answer
// that can be understood is held for a person. An error is a fault of ours, or
// says that the process is stopping: then nothing is recorded, and the engine
// is asked again.
func (a *Asker) ask(ctx context.Context, hook *guard.DecisionHook, engine string, q question) (map[string]domain.EngineAnswer, error) {
	if len(q.Entries) == 0 {
		return nil, nil
	}
	said, failed := map[string]domain.EngineAnswer{}, errTakenAway
	if hook != nil {
		body, err := json.Marshal(q)
		if err != nil {
			return nil, err
		}
		secret, err := a.Guard.Ledger.DecisionSecret(engine, hook.URL)
		if err != nil {
			return nil, err
		}
		var answer reply
		if failed = a.post.ask(ctx, hook, secret, q.id(), body, &answer); failed == nil {
			said = answer.decisions()
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if failed != nil {
		a.Log.Warn("an engine did not decide; what it was asked about waits for a person", "engine", engine, "entries", len(q.Entries), "err", failed)
	}
	counts := map[string]int{}
	for _, e := range q.Entries {
		d, ok := said[e.EventID]
		if !ok && failed == nil {
			d = unanswered("it said nothing about this entry")
		} else if !ok {
			d = unanswered(failed.Error())
		}
		if strings.HasPrefix(d.Reason, noAnswer) {
			counts["unanswered"]++
		} else {
			counts[string(d.Action)]++
		}
		said[e.EventID] = d
	}
	for outcome, n := range counts {
		a.Answered(outcome, n)
	}
	return said, nil
}

// maxReason bounds the length of an engine's reason, in characters.
const maxReason = 200

// noAnswer begins the reason of what a person has to look at in the engine's
// place.
const noAnswer = "the engine that decides gave no answer: "

func unanswered(why string) domain.EngineAnswer {
	return domain.EngineAnswer{Action: guard.Hold, Reason: noAnswer + why}
}

// decisions are the answers by entry. A verdict that is none holds. Of two for one
// entry the graver one counts.
func (r reply) decisions() map[string]domain.EngineAnswer {
	said := map[string]domain.EngineAnswer{}
	grave := map[guard.Action]int{guard.Allow: 1, guard.Hold: 2, guard.Reject: 3}
	for _, d := range r.Decisions {
		reason := []rune(d.Reason)
		answer := domain.EngineAnswer{Action: d.Verdict, Reason: fmt.Sprintf("the engine that decides says %s", d.Verdict)}
		if len(reason) > 0 {
			answer.Reason += ": " + string(reason[:min(len(reason), maxReason)])
		}
		if grave[d.Verdict] == 0 {
			answer = unanswered(fmt.Sprintf("%.20q is not allow, hold or reject", d.Verdict))
		}
		if grave[answer.Action] > grave[said[d.EventID].Action] {
			said[d.EventID] = answer
		}
	}
	return said
}
