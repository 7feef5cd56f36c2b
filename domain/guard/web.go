package guard

import (
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain/calendar"
)

// Allow lets WEB debits to any account leave.
const Allow Action = "allow"

const webDebits = "web_debits"

// Outcome is the outcome of an entry to an account.
type Outcome struct {
	Transaction string
	SettledOn   calendar.Date // of its batch in a delivered file; zero if it is in none
	Code        string        // return code; empty if it was not returned
}

// noAccount are the codes by which a bank says that the account does not exist,
// or no longer accepts entries.
var noAccount = []string{"R02", "R03", "R04"}

// NoAccount reports whether a return code is one of them.
func NoAccount(code string) bool { return slices.Contains(noAccount, code) }

// asksForAccount reports whether the rule examines the account of an entry.
// Source: NACHA Operating Rules, WEB debits: the account is validated when it
// is used first, and whenever it changes. A retry is not a first use.
func (o Owned) asksForAccount(e Entry) bool {
	return (o.WebDebits == Hold || o.WebDebits == Reject) && e.SEC == "WEB" && e.Debit && !e.ledgerDescribes()
}

// AsksForAccount reports whether a rule needs the outcomes of other entries to
// the account of an entry.
func (b *Evaluator) AsksForAccount(e Entry) bool {
	return slices.ContainsFunc(b.looking.of(e.Client, e.ODFI), func(o Owned) bool { return o.asksForAccount(e) })
}

// unknown returns the verdict over a WEB debit whose account was not validated,
// or nil.
func (o Owned) unknown(e Entry) *Verdict {
	if !o.asksForAccount(e) {
		return nil
	}
	verdict := &Verdict{Action: o.WebDebits, HeldBy: HeldBy{Rule: o.prefix() + webDebits, AtDeadline: Keep},
		Reason: "a WEB debit to an account to which nothing of the client's has settled yet, and which was not validated"}
	for _, past := range e.Account {
		if NoAccount(past.Code) {
			verdict.Saw, verdict.OtherTransaction = past.Code, past.Transaction
			verdict.Reason = fmt.Sprintf("a WEB debit to an account from which transaction %s came back with %s", past.Transaction, past.Code)
			return verdict
		}
		if past.settled(e.OriginatedOn) {
			return nil
		}
	}
	if e.Validated {
		return nil
	}
	return verdict
}

// settled reports whether an entry had settled, and its bank had had the time
// to return it, by a banking day. The period is that of prenotes.
func (o Outcome) settled(by calendar.Date) bool {
	return o.Code == "" && !o.SettledOn.IsZero() && !by.Before(calendar.PrenoteLiveFrom(o.SettledOn))
}

func (r Rules) checkWebDebits(bad Checker) {
	enum(bad, "/"+webDebits, string(r.WebDebits), "", string(Hold), string(Reject), string(Allow))
}
