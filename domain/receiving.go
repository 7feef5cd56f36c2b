package domain

import (
	"reflect"
	"slices"
)

// ReceivingStream has an event for each change of a client's receiving
// accounts. They must not overlap another client's, so each of these writes
// depends on the ones before it.
const ReceivingStream = "receiving/accounts"

// ReceivingAccountsSet records that a client's receiving accounts, or the ODFIs
// at which it has them, were compared with those of every other client. The
// settings themselves are in the client's own event of the same append.
type ReceivingAccountsSet struct {
	ClientID string `json:"client_id"`
}

// Type names the event in the log.
func (ReceivingAccountsSet) Type() string { return "receiving.accounts_set" }

func init() { register(empty[ReceivingAccountsSet]) }

// SameReceivers reports whether two settings receive payments at the same
// accounts. Sealing an account twice gives different bytes, so fingerprints are
// compared.
func (s Settings) SameReceivers(o Settings) bool {
	return slices.EqualFunc(s.ReceivingAccounts, o.ReceivingAccounts, func(a, b AccountMatch) bool {
		return a.Prefix == b.Prefix && a.Account.Fingerprint == b.Account.Fingerprint
	})
}

// sameReceivingRules reports whether two settings with the same receiving
// accounts have the same rules for them.
func (s Settings) sameReceivingRules(o Settings) bool {
	return slices.EqualFunc(s.ReceivingAccounts, o.ReceivingAccounts, func(a, b AccountMatch) bool {
		return reflect.DeepEqual(a.Rules, b.Rules)
	})
}

// ReceiversSet is the event that accompanies new settings of a client that
// receives payments at other accounts or ODFIs than before; otherwise none.
func (s Settings) ReceiversSet(id string, before Settings) []Event {
	if len(s.ReceivingAccounts) == 0 || s.SameReceivers(before) && slices.Equal(s.ODFIs, before.ODFIs) {
		return nil
	}
	return []Event{ReceivingAccountsSet{ClientID: id}}
}
