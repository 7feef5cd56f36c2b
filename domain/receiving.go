package domain

import (
	"reflect"
	"slices"
)

// ReceivingStream holds an event for each time that a client's receiving
// accounts were set. They may overlap no other client's, so that each of these
// writes follows from the ones before it.
const ReceivingStream = "receiving/accounts"

// ReceivingAccountsSet records that a client's receiving accounts, or the
// ODFIs at which it has them, were held against those of every other client.
// The settings themselves are in the client's own event of the same append.
type ReceivingAccountsSet struct {
	ClientID string `json:"client_id"`
}

// Type names the event in the log.
func (ReceivingAccountsSet) Type() string { return "receiving.accounts_set" }

func init() { register(func() Event { return &ReceivingAccountsSet{} }) }

// SameReceivers reports whether two settings receive payments at the same
// accounts. Sealed accounts differ in bytes each time they are sealed, so their
// fingerprints are compared.
func (s Settings) SameReceivers(o Settings) bool {
	return slices.EqualFunc(s.ReceivingAccounts, o.ReceivingAccounts, func(a, b AccountMatch) bool {
		return a.Prefix == b.Prefix && a.Account.Fingerprint == b.Account.Fingerprint
	})
}

// sameReceivingRules reports whether two settings with the same receiving
// accounts treat what comes for them alike.
func (s Settings) sameReceivingRules(o Settings) bool {
	return slices.EqualFunc(s.ReceivingAccounts, o.ReceivingAccounts, func(a, b AccountMatch) bool {
		return reflect.DeepEqual(a.Rules, b.Rules)
	})
}

// ReceiversSet is the event that goes with new settings of a client that
// receives payments at other accounts or ODFIs than before; none where it does
// not, or receives at none.
func (s Settings) ReceiversSet(id string, before Settings) []Event {
	if len(s.ReceivingAccounts) == 0 || s.SameReceivers(before) && slices.Equal(s.ODFIs, before.ODFIs) {
		return nil
	}
	return []Event{ReceivingAccountsSet{ClientID: id}}
}
