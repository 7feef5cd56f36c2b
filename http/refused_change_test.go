package http_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers/accounts"
)

// Each case is a list of steps, with the number of the notice they are about.
// n1 is a notification of change to account 111111111, n2 to 222222222, and a one
// back to the original account. r refuses a notice, u recalls the refusal, and x has
// operations reject the refusal. t makes another payment by the token, which waits
// for a file. w lets the workers run.
func TestTheNewestNoticeWinsAndARefusedOneIsVoidInEveryOrder(t *testing.T) {
	const asked = "55512345"
	for name, tt := range map[string]struct{ steps, want string }{
		"one":                              {"n1 w", "111111111"},
		"two":                              {"n1 w n2 w", "222222222"},
		"two at once":                      {"n1 n2 w", "222222222"},
		"refused after it was acted on":    {"n1 w r1 w", asked},
		"refused before":                   {"n1 r1 w", asked},
		"the refused one, then another":    {"n1 w r1 w n2 w", "222222222"},
		"another, then the refusal":        {"n1 w n2 w r1 w", "222222222"},
		"the newer one is refused":         {"n1 w n2 w r2 w", "111111111"},
		"the newer one, before it counted": {"n1 n2 r2 w", "111111111"},
		"both are refused":                 {"n1 w n2 w r2 r1 w", asked},
		"the refusal is recalled":          {"n1 w r1 w u1 w", "111111111"},
		"recalled before it was acted on":  {"n1 r1 u1 w", "111111111"},
		"recalled beside a newer one":      {"n1 w r1 w n2 w u1 w", "222222222"},
		"the refusal is rejected":          {"n1 w r1 x1 w", asked},
		"the bank takes it back":           {"n1 w a w", asked},
		"the bank says the same":           {"a w", asked},
		"recalled, and refused again":      {"n1 w r1 u1 w r1 w", asked},

		"one waits, led already, when a newer one comes": {"n1 w t n2 w", "222222222"},
		"and when what led it is refused":                {"n1 w t r1 w", asked},
		"and between the notice and who acts on it":      {"n1 t w r1 t w", asked},
		"and the refusal is recalled":                    {"n1 w t r1 w t u1 w", "111111111"},
		"and the newer one is refused":                   {"n1 w t n2 w t r2 w", "111111111"},
		"and both are":                                   {"n1 w t n2 w t r2 r1 w", asked},
		"and the bank takes it back":                     {"n1 w t a w t", asked},
	} {
		t.Run(name, func(t *testing.T) {
			w, acme, token, waiting := correctionSteps(t, asked, "t "+tt.steps)
			if got := acme.vault("GET", tokensPath+"/"+token, "").is(200).text("ach-token", "account-number"); !strings.HasSuffix(tt.want, got) {
				t.Errorf("the token shows %q, want the end of %q", got, tt.want)
			}
			w.at("2026-11-17 14:31")
			for n, id := range waiting {
				if _, e := w.sent("acme", id); strings.TrimSpace(e.Account) != tt.want {
					t.Errorf("payment %d of those that waited left for %q, want %q", n+1, e.Account, tt.want)
				}
			}
			w.sound()
		})
	}
}

// correctionSteps stores an account number as a token, sends a debit to it, and
// takes the steps about that. t is another debit; it returns those that wait.
func correctionSteps(t *testing.T, number, steps string) (w *town, acme caller, token string, waiting []string) {
	w = newTown(t)
	acme = w.client("acme", settings())
	token = acme.store(number)
	first := acme.debit(token)
	w.at("2026-11-17 10:16")
	refusals := map[string]string{}
	for step := range strings.FieldsSeq(steps) {
		if step == "t" {
			waiting = append(waiting, acme.debit(token))
			continue
		}
		w.correctionStep(acme, first, step, refusals)
	}
	return w, acme, token, waiting
}

// correctionStep is a step of correctionSteps about the transaction that was
// sent.
func (w *town) correctionStep(acme caller, id, step string, refusals map[string]string) {
	w.t.Helper()
	ctx := context.Background()
	what, which := step[:1], step[1:]
	switch what {
	case "n":
		w.notified("acme", id, "C01", strings.Repeat(which, 9))
	case "a":
		w.notified("acme", id, "C01", "55512345")
	case "r":
		refusals[which] = acme.call("POST", "/api/transaction/"+id+"/refusals",
			`{"ReplyToEventId":"`+w.notices(id)[which]+`","ReasonCode":"C68"}`).is(201).text("EventID")
	case "u":
		acme.call("DELETE", "/api/transaction/"+id+"/events/"+refusals[which], "").is(200)
	case "x":
		_, err := ledger.Execute(ctx, w.ledger, ledger.TransactionStream("acme", id), domain.Reject{ItemID: refusals[which], Reason: "no"}.Decide)
		w.must(err)
	default:
		w.sweep()
	}
}

// notices are the items of the notifications of change that came for a
// transaction, from "1".
func (w *town) notices(id string) map[string]string {
	w.t.Helper()
	t, err := w.ledger.Transaction(context.Background(), "acme", id)
	w.must(err)
	list := map[string]string{}
	for _, i := range t.Items {
		if i.Kind == domain.Correction {
			list[string(rune('1'+len(list)))] = i.ID
		}
	}
	return list
}

// The worker that applies notices does not run between the client's answer and the
// cut.
func TestACutUsesTheAccountThatIsRightWhenItBegins(t *testing.T) {
	const asked = "55512345"
	for name, tt := range map[string]struct{ steps, want string }{
		"a notice came just before":       {"t n1", "111111111"},
		"it was refused just before":      {"n1 w t r1", asked},
		"the refusal was recalled":        {"n1 w r1 w t u1", "111111111"},
		"and it was refused again":        {"n1 w r1 u1 w t r1", asked},
		"the newer of two was refused":    {"n1 w n2 w t r2", "111111111"},
		"operations rejected the refusal": {"n1 w r1 w t x1", asked},
		"both at once":                    {"t n1 r1", asked},
	} {
		t.Run(name, func(t *testing.T) {
			w, _, _, waiting := correctionSteps(t, asked, tt.steps)
			w.clock.Advance(5 * time.Hour)
			for range 2 { // what the first pass corrects is cut by the second
				w.must(w.batcher.Sweep(context.Background()))
			}
			for _, id := range waiting {
				if _, e := w.sent("acme", id); strings.TrimSpace(e.Account) != tt.want {
					t.Errorf("it left for %q, want %q", e.Account, tt.want)
				}
			}
			w.sound()
		})
	}
}

// brokenAccount fails to write to bank accounts of a client for a while.
type brokenAccount struct {
	eventstore.Store
	client string
	broken bool
}

func (b *brokenAccount) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	for _, a := range appends {
		if b.broken && strings.HasPrefix(a.Stream, domain.AccountStream(b.client, "")) {
			b.broken = false
			return eventstore.Result{}, errors.New("no more room")
		}
	}
	return b.Store.Append(ctx, appends...)
}

// Notices are applied in order: if the second were applied while the first cannot
// be, the first would be applied last and put the older account back.
func TestANoticeThatCannotBeActedOnHoldsUpWhatComesLaterOfItsClient(t *testing.T) {
	const asked = "55512345"
	w := newTown(t)
	clients := map[string]caller{"acme": w.client("acme", settings()), "zeta": w.client("zeta", settings())}
	tokens, sent := map[string]string{}, map[string]string{}
	for name, c := range clients {
		tokens[name] = c.store(asked)
		sent[name] = c.debit(tokens[name])
	}
	w.at("2026-11-17 10:16")
	w.notified("acme", sent["acme"], "C01", "111111111")
	w.notified("acme", sent["acme"], "C01", "222222222")
	w.notified("zeta", sent["zeta"], "C01", "333333333")

	broken := *w.ledger
	broken.Store = &brokenAccount{Store: w.ledger.Store, client: "acme", broken: true}
	corrections, err := accounts.New(accounts.Config{Ledger: &broken, Views: w.views})
	w.must(err)
	for pass, want := range []map[string]string{
		{"acme": asked, "zeta": "333333333"},
		{"acme": "222222222", "zeta": "333333333"},
	} {
		if err := corrections.Pass(context.Background()); (err != nil) != (pass == 0) {
			t.Errorf("pass %d: %v", pass+1, err)
		}
		for name, c := range clients {
			if got := c.vault("GET", tokensPath+"/"+tokens[name], "").is(200).text("ach-token", "account-number"); !strings.HasSuffix(want[name], got) {
				t.Errorf("after pass %d the token of %s shows %q, want the end of %q", pass+1, name, got, want[name])
			}
		}
	}
	w.sound()
}

func TestATransferThatWaitsFollowsItsLinkBackWhenACorrectionIsRefused(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", verifiedBy("none"))
	link := acme.link(john, theLink)
	w.sweep()
	transfer := func() string {
		return acme.call("POST", "/v1/accounts/"+john+"/transfers",
			`{"transfer_type":"ach","relationship_id":"`+link+`","amount":"5.00","direction":"INCOMING"}`).is(200).text("id")
	}
	first := transfer()
	w.at("2026-11-17 10:16")
	_, asked := w.sent("acme", first)
	w.notified("acme", first, "C01", "999888777")
	w.sweep()
	waiting := transfer()
	acme.call("POST", "/api/transaction/"+first+"/refusals",
		`{"ReplyToEventId":"`+w.notices(first)["1"]+`","ReasonCode":"C68"}`).is(201)
	w.at("2026-11-17 14:31")
	if _, e := w.sent("acme", waiting); e.Account != asked.Account {
		t.Errorf("it left for %q, want %q", e.Account, asked.Account)
	}
	w.sound()
}
