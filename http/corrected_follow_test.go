package http_test

import (
	"context"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/fed"
	"github.com/achledger/achledger/projections"
)

// A bank corrects the account of a debit: n. r refuses that notice, and u recalls
// the refusal. What follows the debit, asked for at q, waits for a file until l, and
// goes where the bank wants the money, as long as its word counts.
func TestWhatFollowsAnEntryGoesToTheAccountThatItsBankNamed(t *testing.T) {
	const asked, corrected = "55512345", "111111111"
	follows := map[string]struct {
		cameBack bool
		body     string
	}{
		"retries":     {true, `"}`},
		"return_fees": {true, `","Amount":25,"NoticeGivenOn":"2026-11-10"}`},
		"reversals":   {false, `","ReasonCode":"duplicate"}`},
	}
	for steps, want := range map[string]string{
		"q l":              asked,
		"n1 w q l":         corrected,
		"n1 q l":           corrected, // the cut acts on the notice first
		"q n1 w l":         corrected,
		"n1 r1 w q l":      asked,
		"q n1 w r1 l":      asked,
		"n1 w q r1 l":      asked,
		"n1 w q r1 u1 w l": corrected,
	} {
		for verb, f := range follows {
			t.Run(verb+" "+steps, func(t *testing.T) {
				w := newTown(t)
				acme := w.client("acme", settings())
				id := acme.debit(acme.store(asked))
				w.at("2026-11-17 10:16")
				w.at("2026-11-18 09:00")
				if f.cameBack {
					w.returned("acme", id, "R01")
				}
				tx, err := w.ledger.Transaction(context.Background(), "acme", id)
				w.must(err)
				to, item, refusals := tx.Items[len(tx.Items)-1].ID, "", map[string]string{}
				for step := range strings.FieldsSeq(steps) {
					switch step {
					case "q":
						item = acme.call("POST", "/api/transaction/"+id+"/"+verb, `{"ReplyToEventId":"`+to+f.body).is(201).text("EventID")
					case "l":
						w.at("2026-11-18 10:16")
						w.at("2026-11-18 14:31") // what the first pass corrects is cut by a later one
					default:
						w.correctionStep(acme, id, step, refusals)
					}
				}
				if _, e := w.sentAs("acme", id, item); strings.TrimSpace(e.Account) != want {
					t.Errorf("it went to %q, want %q", e.Account, want)
				}
				if _, e := w.sent("acme", id); strings.TrimSpace(e.Account) != asked {
					t.Errorf("the debit went to %q", e.Account)
				}
				w.sound()
			})
		}
	}
}

// A debit is presented again to the corrected account. Then its client refuses the
// notice: that is about the debit's account and not about the one that the retry went
// to, from which a reversal takes the money back.
func TestEachNoticeIsAboutTheAccountThatItsEntryWentTo(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", settings())
	token := acme.store("55512345")
	id := acme.debit(token)
	w.at("2026-11-17 10:16")
	w.at("2026-11-18 09:00")
	w.returned("acme", id, "R01")
	w.corrected("acme", id, "C01", "111111111")
	tx, err := w.ledger.Transaction(context.Background(), "acme", id)
	w.must(err)
	retry := acme.call("POST", "/api/transaction/"+id+"/retries", `{"ReplyToEventId":"`+tx.Items[1].ID+`"}`).is(201).text("EventID")
	w.at("2026-11-18 10:16")
	first := w.accountOf(id, tx.Origination().ID)
	if second := w.accountOf(id, retry); len(first.Leads) != 1 || second.ID != first.Leads[0].To {
		t.Fatalf("the debit's account is %+v, and that of its retry %+v", first, second)
	}
	w.correctionStep(acme, id, "r1", map[string]string{})
	w.sweep()
	if first = w.accountOf(id, tx.Origination().ID); len(first.Refused) != 1 {
		t.Errorf("the debit's account has %+v", first)
	}
	if second := w.accountOf(id, retry); len(second.Refused) != 0 {
		t.Errorf("the account of the retry has %+v", second)
	}
	if got := acme.vault("GET", tokensPath+"/"+token, "").is(200).text("ach-token", "account-number"); got != "2345" {
		t.Errorf("the token shows %q", got)
	}
	reversal := acme.call("POST", "/api/transaction/"+id+"/reversals", `{"ReplyToEventId":"`+tx.Origination().ID+`","ReasonCode":"duplicate"}`).is(201).text("EventID")
	w.at("2026-11-18 14:31")
	if _, e := w.sentAs("acme", id, reversal); strings.TrimSpace(e.Account) != "111111111" {
		t.Errorf("the reversal of the retry went to %q", e.Account)
	}
	w.sound()
}

// accountOf is the bank account to which an item of a transaction went.
func (w *town) accountOf(id, item string) domain.BankAccount {
	w.t.Helper()
	t, err := w.ledger.Transaction(context.Background(), "acme", id)
	w.must(err)
	a, err := w.ledger.BankAccount(context.Background(), "acme", t.SentTo(item).Account.Fingerprint)
	w.must(err)
	return a
}

// A debit came back, and is presented again to the account that its bank had named.
// What the ledger answers about the debit bears the debit's own account, as the bank's
// records do: the refusal of the notice, and the dishonor of a return that came twice.
func TestAnAnswerBearsTheAccountOfTheEntryThatItIsAbout(t *testing.T) {
	const asked, corrected = "55512345", "111111111"
	w := newTown(t)
	acme := w.client("acme", settings())
	id := acme.debit(acme.store(asked))
	w.at("2026-11-17 10:16")
	w.at("2026-11-18 09:00")
	w.returned("acme", id, "R01")
	w.corrected("acme", id, "C01", corrected)
	tx, err := w.ledger.Transaction(context.Background(), "acme", id)
	w.must(err)
	retry := acme.call("POST", "/api/transaction/"+id+"/retries", `{"ReplyToEventId":"`+tx.Items[1].ID+`"}`).is(201).text("EventID")
	w.at("2026-11-18 10:16")
	refusals := map[string]string{}
	w.correctionStep(acme, id, "r1", refusals)
	h, e := w.sent("acme", id)
	again := w.takes(fed.Return(h, e, "R01", calendar.DateOf(w.clock.Now()), w.trace()))
	w.sweep()
	queue, _, err := w.views.UnmatchedEntries(context.Background(), projections.UnmatchedFilter{})
	w.must(err)
	if again.Counts.Unmatched != 1 || len(queue) != 1 {
		t.Fatalf("the second return has %+v, and in the queue is %+v", again.Counts, queue)
	}
	_, err = w.intake.Assign(context.Background(), queue[0].ID, "acme", id)
	w.must(err)
	dishonor := acme.call("POST", "/api/transaction/"+id+"/dishonors", `{"ReplyToEventId":"`+queue[0].ID+`","ReasonCode":"R67"}`).is(201).text("EventID")
	w.at("2026-11-18 14:31")
	for item, want := range map[string]string{tx.Origination().ID: asked, retry: corrected, refusals["1"]: asked, dishonor: asked} {
		if _, e := w.sentAs("acme", id, item); strings.TrimSpace(e.Account) != want {
			t.Errorf("event %s has account %q, want %q", item, e.Account, want)
		}
	}
	w.sound()
}

// A bank names another account for a debit, n, and sends the debit back, b, as not in
// accordance with its authorization. The corrected entry, q, goes to that account,
// however its client had named the first, unless the client refuses the notice, r.
func TestACorrectedEntryGoesToTheAccountThatTheBankNamed(t *testing.T) {
	const asked, corrected = "55512345", "111111111"
	for by, debit := range map[string]func(acme caller) string{
		"token": func(acme caller) string { return acme.debit(acme.store(asked)) },
		"number": func(acme caller) string {
			return acme.call("POST", "/api/transaction", `{"StandardEntryClassCode":"PPD","TransactionType":"pull","Amount":5,
				"ToRouting":"121000358","ToAccount":"`+asked+`","ToAccountType":"checking","ToName":"TEST PERSON"}`).is(201).text("TransactionID")
		},
	} {
		for steps, want := range map[string]string{
			"b q l":         asked,
			"n1 w b q l":    corrected,
			"b q n1 w l":    corrected,
			"n1 w r1 b q l": asked,
			"n1 w b q r1 l": asked,
		} {
			t.Run(by+" "+steps, func(t *testing.T) {
				w := newTown(t)
				acme := w.client("acme", settings())
				id, made, refusals := debit(acme), "", map[string]string{}
				w.at("2026-11-17 10:16")
				w.at("2026-11-18 09:00")
				for step := range strings.FieldsSeq(steps) {
					switch step {
					case "b":
						w.returned("acme", id, "R11")
					case "q":
						tx, err := w.ledger.Transaction(context.Background(), "acme", id)
						w.must(err)
						made = acme.call("POST", "/api/transaction/"+id+"/corrected_entries",
							`{"ReplyToEventId":"`+tx.Items[len(tx.Items)-1].ID+`","Reason":"the amount","Amount":4}`).is(201).text("TransactionID")
					case "l":
						w.at("2026-11-18 10:16")
						w.at("2026-11-18 14:31")
					default:
						w.correctionStep(acme, id, step, refusals)
					}
				}
				if _, e := w.sent("acme", made); strings.TrimSpace(e.Account) != want {
					t.Errorf("it went to %q, want %q", e.Account, want)
				}
				w.sound()
			})
		}
	}
}
