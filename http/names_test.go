package http_test

import (
	"context"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// debit makes a debit with a vault token and answers its transaction.
func (c caller) debit(token string) string {
	c.t.Helper()
	return c.vault("POST", "/rest/v2/ach/transactions/debit", `{"amount":"5.00","token-id":"`+token+`"}`).is(200).text("ach-transaction", "transaction-id")
}

// store stores an account number in the vault and returns its token.
func (c caller) store(number string) string {
	c.t.Helper()
	body := strings.NewReplacer("123456789", number, "081009813", "121000358").Replace(theToken)
	return c.vault("POST", tokensPath, body).is(200).text("ach-token", "token-id")
}

func TestOneAccountUnderThreeNames(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", verifiedBy("none"))
	const old = "55512345"
	token := acme.store(old)
	relationship := acme.link(john, strings.Replace(theLink, number, old, 1))
	recipient := acme.call("POST", "/v1/recipients", `{"name":"John Doe","recipientType":"CONSUMER"}`).is(201).text("recipientId")
	accounts := "/v1/recipients/" + recipient + "/accounts"
	account := acme.call("POST", accounts, `{"routingNumber":"121000358","accountNumber":"`+old+`","accountType":"CHECKING"}`).is(201).text("accountId")
	w.sweep()

	first := acme.debit(token)
	w.at("2026-11-17 10:16")
	waiting := acme.debit(token) // waits while the notice comes
	held := acme.call("POST", transfers(john), transfer(relationship, "INCOMING", "3.00")).is(200).text("id")
	w.corrected("acme", first, "C01", "777888999")

	reveal := w.credential("acme", "read", "reveal")
	if got := acme.vault("GET", tokensPath+"/"+token, "").is(200).text("ach-token", "account-number"); got != "8999" {
		t.Errorf("the vault token shows %q", got)
	}
	if got := reveal.call("GET", links(john)+"/"+relationship, "").is(200).text("bank_account_number"); got != "777888999" {
		t.Errorf("the relationship shows %q", got)
	}
	if got := acme.call("GET", accounts+"/"+account, "").is(200); !strings.Contains(string(got.body), "8999") {
		t.Errorf("the recipient's account shows %s", got.body)
	}
	after := acme.call("POST", transfers(john), transfer(relationship, "OUTGOING", "4.00")).is(200).text("id")
	last := acme.debit(token)
	w.at("2026-11-17 14:31")
	for name, id := range map[string]string{"waiting": waiting, "transfer": held, "next transfer": after, "next debit": last} {
		if _, e := w.sent("acme", id); strings.TrimSpace(e.Account) != "777888999" {
			t.Errorf("the %s left for %q", name, e.Account)
		}
	}
	w.sound()
}

func TestANameTheClientChangedIsNotCorrected(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", settings())
	token, other := acme.store("55512345"), acme.store("55512345")
	sent := acme.debit(token)
	w.at("2026-11-17 10:16")
	acme.vault("PUT", tokensPath+"/"+token, strings.NewReplacer("123456789", "66612345", "081009813", "121000358").Replace(theToken)).is(200)
	w.corrected("acme", sent, "C01", "777888999")
	shows := func(token, want string) {
		t.Helper()
		if got := acme.vault("GET", tokensPath+"/"+token, "").is(200).text("ach-token", "account-number"); got != want {
			t.Errorf("token %s shows %q, want %q", token, got, want)
		}
	}
	shows(token, "2345") // the client's own newer number: 66612345
	shows(other, "8999")
	acme.vault("PUT", tokensPath+"/"+other, strings.NewReplacer("123456789", "55512345", "081009813", "121000358").Replace(theToken)).is(200)
	shows(other, "2345") // the client insists after the correction
	w.sweep()
	shows(other, "2345")
}

func TestNoticesOfChangeThatApplyAndThatDoNot(t *testing.T) {
	for name, tt := range map[string]struct {
		code, data             string
		routing, account, kind string
		left                   bool
	}{
		"C01 the number":               {"C01", "900000001", "121000358", "0001", "Checking", false},
		"C02 the bank":                 {"C02", "021000021", "021000021", "2345", "Checking", false},
		"C03 both":                     {"C03", "021000021   900000001", "021000021", "0001", "Checking", false},
		"C05 savings":                  {"C05", "37", "121000358", "2345", "Savings", false},
		"C06 number and type":          {"C06", "900000001           37", "121000358", "0001", "Savings", false},
		"C07 all three":                {"C07", "021000021900000001        37", "021000021", "0001", "Savings", false},
		"C05 that turns the direction": {"C05", "32", "121000358", "2345", "Checking", true},
		"C02 that is no bank":          {"C02", "021000022", "121000358", "2345", "Checking", true},
		"C01 that says the same":       {"C01", "55512345", "121000358", "2345", "Checking", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			acme := w.client("acme", settings())
			token := acme.store("55512345")
			sent := acme.debit(token)
			w.at("2026-11-17 10:16")
			w.corrected("acme", sent, tt.code, tt.data)
			w.sweep() // a second pass changes nothing
			a := acme.vault("GET", tokensPath+"/"+token, "").is(200)
			if a.text("ach-token", "routing-number") != tt.routing || a.text("ach-token", "account-number") != tt.account || a.text("ach-token", "account-type") != tt.kind {
				t.Errorf("after %s: %s", tt.code, a.body)
			}
			count := map[string]int{}
			for _, e := range w.events() {
				count[e.Type]++
			}
			corrected, left := count[domain.AccountCorrected{}.Type()], count[domain.AccountCorrectionLeft{}.Type()]
			if corrected+left != 1 || (left == 1) != tt.left {
				t.Errorf("%d corrected, %d left alone", corrected, left)
			}
			w.sound()
		})
	}
}

// A notification of change names the fields that are wrong, and no others: a second
// one about an entry that left before the first keeps what that corrected.
func TestASecondNotificationKeepsWhatTheFirstCorrected(t *testing.T) {
	for name, tt := range map[string]struct {
		notices                [][2]string
		routing, account, kind string
	}{
		"the number, then the receiver's identification": {[][2]string{{"C01", "900000001"}, {"C09", "MEMBER 18"}}, "121000358", "0001", "Checking"},
		"the number, then what is wrong with addenda":    {[][2]string{{"C01", "900000001"}, {"C13", "ADDENDA FORMAT ERROR"}}, "121000358", "0001", "Checking"},
		"the number, then the type":                      {[][2]string{{"C01", "900000001"}, {"C05", "37"}}, "121000358", "0001", "Savings"},
		"the bank, then the number":                      {[][2]string{{"C02", "021000021"}, {"C01", "900000001"}}, "021000021", "0001", "Checking"},
		"the type, then the bank, then the number":       {[][2]string{{"C05", "37"}, {"C02", "021000021"}, {"C01", "900000001"}}, "021000021", "0001", "Savings"},
		"another number":                                 {[][2]string{{"C03", "021000021   900000001"}, {"C01", "900000022"}}, "021000021", "0022", "Checking"},
		"the first number again":                         {[][2]string{{"C01", "900000001"}, {"C01", "55512345"}}, "121000358", "2345", "Checking"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			acme := w.client("acme", settings())
			token := acme.store("55512345")
			sent := acme.debit(token)
			w.at("2026-11-17 10:16")
			for _, n := range tt.notices {
				w.corrected("acme", sent, n[0], n[1])
			}
			a := acme.vault("GET", tokensPath+"/"+token, "").is(200)
			if a.text("ach-token", "routing-number") != tt.routing || a.text("ach-token", "account-number") != tt.account || a.text("ach-token", "account-type") != tt.kind {
				t.Errorf("after %v: %s", tt.notices, a.body)
			}
			next := acme.debit(token)
			w.at("2026-11-17 14:31")
			if _, e := w.sent("acme", next); e.Routing != tt.routing || !strings.HasSuffix(strings.TrimSpace(e.Account), tt.account) {
				t.Errorf("the next entry left for %s at %s", strings.TrimSpace(e.Account), e.Routing)
			}
			w.sound()
		})
	}
}

func TestACorrectionReachesWhatNoNameLedTo(t *testing.T) {
	w := newTown(t)
	acme := w.client("acme", settings())
	post := func() string {
		return acme.originate(proposal("TransactionType", "pull", "StandardEntryClassCode", "PPD", "ToRouting", "121000358", "ToAccount", "55512345")).is(201).text("TransactionID")
	}
	first := post()
	w.at("2026-11-17 10:16")
	waiting := post()
	w.corrected("acme", first, "C05", "37")
	tx, err := w.ledger.Transaction(context.Background(), "acme", waiting)
	w.must(err)
	if tx.AccountType != domain.Savings {
		t.Errorf("what waited goes to a %s account", tx.AccountType)
	}
	w.at("2026-11-17 14:31")
	if _, e := w.sent("acme", waiting); e.Code != 37 {
		t.Errorf("it left under code %d", e.Code)
	}
	w.sound()
}
