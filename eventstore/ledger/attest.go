package ledger

import (
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	fast "github.com/segmentio/encoding/json"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/seal"
)

// ErrMoved says that a payment is not the one that was recorded: its account
// number was sealed for another payment, or part of it was changed. A person
// who can write into a backup can do that and compute the hash chain again,
// without a key.
var ErrMoved = errors.New("the payment or its account is not what was recorded: something of it was exchanged")

// Exchanged reports whether an error says that a sealed value does not belong
// in its place in the log. Then nothing may be paid by it.
func Exchanged(err error) bool {
	return errors.Is(err, ErrMoved) || errors.Is(err, seal.ErrNotAuthentic)
}

// OrderContent is the canonical form of an order without its id, from which the
// keyed hash in its event is made. Number is the account number in the clear.
func OrderContent(p domain.Proposal, number string) ([]byte, error) {
	return json.Marshal(canonicalOrder{p, number})
}

// canonicalOrder is an order without its id.
type canonicalOrder struct {
	Proposal domain.Proposal
	Number   string
}

// EntryContent is the same for an entry that the ledger makes itself.
func EntryContent(id string) []byte { return []byte("verifies " + id) }

// Attest checks that an opened account number is the one that was recorded with
// the transaction: by its fingerprint, and by the keyed hash of the order,
// which covers the number and the whole order. Both were made with the client's
// key. A payment from the bank has neither.
func (l *Ledger) Attest(t *domain.Transaction, number string) error {
	if t.Originated == nil {
		return nil
	}
	print, err := l.Keys.Fingerprint(t.Client, t.Routing, number, t.AccountType)
	if err != nil {
		return fmt.Errorf("fingerprint an account of client %s: %w", t.Client, err)
	}
	if print != t.Account.Fingerprint {
		return fmt.Errorf("%w (the account's fingerprint)", ErrMoved)
	}
	o := t.Originated
	if len(o.Content) == 0 || o.Account.Fingerprint != t.Account.Fingerprint {
		return nil // an entry of a client's own file, whose input is kept; or the account was corrected since
	}
	asked, err := l.OpenBirths(t)
	if err != nil {
		return err
	}
	for content := range contents(asked, number) {
		mac, err := l.Keys.MAC(t.Client, content)
		if err != nil {
			return fmt.Errorf("hash an order of client %s: %w", t.Client, err)
		}
		if hmac.Equal(mac, o.Content) {
			return nil
		}
	}
	return fmt.Errorf("%w (the order's hash)", ErrMoved)
}

// maxDescription is the greatest length of a description.
const maxDescription = 80

// contents yields the possible contents of a transaction's order, the likeliest
// first. The event has the proposal with defaults filled in, but the hash was made
// of the order as it was sent: its description may have been missing or blank. The
// likeliest also come as a faster encoder writes them, which is nearly always in the
// same bytes; other bytes only have another hash.
func contents(t *domain.Transaction, number string) iter.Seq[[]byte] {
	o := t.Originated
	return func(yield func([]byte) bool) {
		described := func(description string, most int, encode func(any) ([]byte, error)) bool {
			p := o.Proposal
			p.Description = description
			for asked := range p.Asked(o.Omitted) {
				if most == 0 {
					break
				}
				most--
				if content, err := encode(canonicalOrder{asked, number}); err == nil && !yield(content) {
					return false
				}
			}
			return true
		}
		const likely, every = 2, -1 // what is recorded, or all that may have been omitted and none
		for _, encode := range []func(any) ([]byte, error){fast.Marshal, json.Marshal} {
			if !described(o.Proposal.Description, likely, encode) || !described("", likely, encode) {
				return
			}
		}
		if !yield(EntryContent(t.ID)) {
			return
		}
		for _, most := range []int{likely, every} {
			if !described(o.Proposal.Description, most, json.Marshal) {
				return
			}
			for blanks := range maxDescription + 1 {
				if !described(strings.Repeat(" ", blanks), most, json.Marshal) {
					return
				}
			}
		}
	}
}
