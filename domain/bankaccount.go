package domain

import (
	"slices"
	"time"
)

// BankAccount is a receiver's account that stored names refer to: a vault
// token, a recipient's account, a relationship. Its id is the keyed fingerprint
// of routing number, number and type, so the same account under three names is
// one account. It never changes: a notification of change opens the corrected
// account, and every name then refers to that.
type BankAccount struct {
	Version  int64
	ID       string // fingerprint
	Routing  string
	Type     string // checking, savings, GL or loan
	Account  Account
	OpenedAt time.Time
	// Leads are the corrections from this account to another, oldest first.
	Leads []AccountCorrection
	// Left are the ids of notifications of change that were ignored.
	Left []string
	// Refused are the ids of notifications that the client refused; their
	// corrections are not followed.
	Refused []string
}

// AccountCorrection is a correction from one account to another.
type AccountCorrection struct {
	To            string // id of the corrected account
	Code          string // change code
	ItemID        string // of the notification of change
	TransactionID string // of the corrected transaction
	Position      int64
	At            time.Time
}

// Events of a bank account.
type (
	// AccountOpened records an account at its first use by a client.
	AccountOpened struct {
		Routing     string  `json:"routing"`
		AccountType string  `json:"account_type"`
		Account     Account `json:"account"`
	}
	// AccountCorrected records that a notification of change led to another
	// account. Names set before it follow the newest correction that was not
	// refused; a name that the client sets afterwards does not.
	AccountCorrected struct {
		To            string `json:"to"`
		Code          string `json:"code"`
		TransactionID string `json:"transaction_id"`
		ItemID        string `json:"item_id"`
	}
	// AccountCorrectionLeft records that a notification of change was ignored: its
	// data is not valid, would change the direction of the payment, or is known
	// already.
	AccountCorrectionLeft struct {
		Code          string `json:"code"`
		Reason        string `json:"reason"` // no account numbers
		TransactionID string `json:"transaction_id"`
		ItemID        string `json:"item_id"`
	}
	// AccountCorrectionRefused records that the client refuses a notification of
	// change, acted on or not: its correction is not followed. That remains so even
	// if the refusal never leaves: the bank notifies again, if it was right.
	AccountCorrectionRefused struct {
		TransactionID string `json:"transaction_id"`
		ItemID        string `json:"item_id"` // of the notification of change
	}
	// AccountRefusalRecalled records that the client recalled its refusal of a
	// notification of change before it left: the correction counts again.
	AccountRefusalRecalled struct {
		TransactionID string `json:"transaction_id"`
		ItemID        string `json:"item_id"` // of the notification of change
	}
)

// Type names each event in the log.
func (AccountOpened) Type() string            { return "account.opened" }
func (AccountCorrected) Type() string         { return "account.corrected" }
func (AccountCorrectionLeft) Type() string    { return "account.correction_left" }
func (AccountCorrectionRefused) Type() string { return "account.correction_refused" }
func (AccountRefusalRecalled) Type() string   { return "account.refusal_recalled" }

func init() {
	register(
		empty[AccountOpened], empty[AccountCorrected], empty[AccountCorrectionLeft], empty[AccountCorrectionRefused],
		empty[AccountRefusalRecalled],
	)
}

// AccountStream names the stream of a client's bank account.
func AccountStream(client, fingerprint string) string { return "account/" + client + "/" + fingerprint }

// Evolve applies one event of the account's stream.
func (a *BankAccount) Evolve(f Fact) {
	a.Version = f.Version
	switch e := f.Event.(type) {
	case *AccountOpened:
		a.ID, a.Routing, a.Type, a.Account, a.OpenedAt = e.Account.Fingerprint, e.Routing, e.AccountType, e.Account, f.Meta.At
		a.Account.In = f.Stream
	case *AccountCorrected:
		a.Leads = append(a.Leads, AccountCorrection{e.To, e.Code, e.ItemID, e.TransactionID, f.Position, f.Meta.At})
	case *AccountCorrectionLeft:
		a.Left = append(a.Left, e.ItemID)
	case *AccountCorrectionRefused:
		a.Refused = append(a.Refused, e.ItemID)
	case *AccountRefusalRecalled:
		a.Refused = slices.DeleteFunc(a.Refused, func(item string) bool { return item == e.ItemID })
	}
}

// OfAccount returns the event that belongs in the stream of a transaction's bank
// account, in the same append as new events of the transaction: a notification
// of change is refused, or its refusal recalled. It is nil for other events.
// Entry is the item that the notification is about. A worker that acts on the
// notification at the same time fails with a version error and reads again.
func OfAccount(t Transaction, events []Event) (account Event, entry string) {
	if t.Originated == nil {
		return nil, ""
	}
	about := func(notice string) string {
		if i, ok := t.Item(notice); ok {
			return i.ReplyTo
		}
		return ""
	}
	for _, e := range events {
		switch e := e.(type) {
		case TransactionRefusalRequested:
			return AccountCorrectionRefused{t.ID, e.ReplyTo}, about(e.ReplyTo)
		case TransactionRecalled:
			if i, ok := t.Item(e.ItemID); ok && i.Kind == RefusedChange {
				return AccountRefusalRecalled{t.ID, i.ReplyTo}, about(i.ReplyTo)
			}
		}
	}
	return nil, ""
}

// CorrectionAfter is the newest correction after a log position that was not refused;
// a zero one if there is none.
func (a BankAccount) CorrectionAfter(setAt int64) AccountCorrection {
	for _, l := range slices.Backward(a.Leads) {
		if l.Position > setAt && !slices.Contains(a.Refused, l.ItemID) {
			return l
		}
	}
	return AccountCorrection{}
}

// Acted reports whether a notification of change was acted on or ignored.
func (a BankAccount) Acted(itemID string) bool {
	return slices.Contains(a.Left, itemID) ||
		slices.ContainsFunc(a.Leads, func(l AccountCorrection) bool { return l.ItemID == itemID })
}

// TransactionAccountChanged records that a waiting transaction leaves with
// corrected data, or what follows its entry does, because its account was
// corrected by a notification of change to an earlier entry, or to that one.
// Code and Because are empty if it leaves as originally asked for, or as its
// name was set, because the notification was refused.
type TransactionAccountChanged struct {
	Routing     string  `json:"routing"`
	AccountType string  `json:"account_type"`
	Account     Account `json:"account"`
	Code        string  `json:"code"`
	Because     string  `json:"because"` // the corrected transaction
}

// Type names the event in the log.
func (TransactionAccountChanged) Type() string { return "transaction.account_changed" }

func init() { register(empty[TransactionAccountChanged]) }

// CorrectAccount acts on a notification of change about a bank account.
type CorrectAccount struct {
	TransactionID, ItemID, Code string // of the notification
	To                          string // the account it leads to
	Left                        string // why it is ignored; empty if it is acted on
}

// Decide acts on it once.
func (c CorrectAccount) Decide(a BankAccount) ([]Event, error) {
	switch {
	case a.Acted(c.ItemID):
		return nil, nil
	case c.Left != "":
		return []Event{AccountCorrectionLeft{Code: c.Code, Reason: c.Left, TransactionID: c.TransactionID, ItemID: c.ItemID}}, nil
	default:
		return []Event{AccountCorrected{To: c.To, Code: c.Code, TransactionID: c.TransactionID, ItemID: c.ItemID}}, nil
	}
}

// FollowCorrection moves a waiting transaction to another account, because of a
// correction or of its refusal. What left before is not affected.
type FollowCorrection struct {
	To         ItemAccount
	Correction AccountCorrection // the correction in force; a zero one where it is refused
	Beside     []Event           // of the transaction, written before it in the same append
}

// Decide changes a transaction of which something waits, held or not, that leaves
// with its account.
func (c FollowCorrection) Decide(t Transaction) ([]Event, error) {
	if !t.LeavesWithAccount(c.Beside) {
		return nil, nil
	}
	return []Event{TransactionAccountChanged{
		Routing: c.To.Routing, AccountType: c.To.AccountType, Account: c.To.Account, Code: c.Correction.Code, Because: c.Correction.TransactionID,
	}}, nil
}

// AccountToFollow returns the account whose corrections what waits follows, or what is
// about to by new events: the one that the client named. A reversal of an entry
// that was presented again goes to where that went, although the client may have
// refused the notification of change that led there.
func (t *Transaction) AccountToFollow(beside []Event) Named {
	if p := t.LastPresentment(); p.Kind == Retry && t.reverses(beside) {
		return Named{Account: t.SentTo(p.ID).Account.Fingerprint, SetAt: p.Position}
	}
	return t.NamedAccount()
}

// reverses reports whether a reversal waits, or is about to by new events.
func (t *Transaction) reverses(beside []Event) bool {
	return slices.ContainsFunc(t.Items, func(i *Item) bool { return i.Kind == Reversal && i.Waits() }) ||
		slices.ContainsFunc(beside, func(e Event) bool { _, is := e.(TransactionReversalRequested); return is })
}

// LeavesWithAccount reports whether a correction of the transaction's account matters:
// something waits, or is about to by new events, that leaves with the account.
func (t *Transaction) LeavesWithAccount(beside []Event) bool {
	for _, i := range t.Items {
		if i.Direction == ToFed && i.Kind.SharesAccount() && i.Waits() {
			return true
		}
	}
	for _, e := range beside {
		switch e.(type) {
		case TransactionRetryRequested, TransactionReversalRequested, TransactionReturnFeeRequested:
			return true
		}
	}
	return false
}
