package domain

import (
	"regexp"
	"slices"
)

// Holder is an end customer's account at a client, under an id the client
// chose: its bank links, and the transfers made over them. One stream holds
// all of it, so that its version decides that no two links are active.
type Holder struct {
	Version       int64
	Client        string
	ID            string
	Relationships []*Relationship // oldest first
	Transfers     []Transfer      // oldest first
}

// Transfer is a transaction made over a relationship.
type Transfer struct {
	TransactionID  string
	RelationshipID string
	Direction      TransferDirection
}

// TransferDirection says which way money goes, as the client sees it.
type TransferDirection string

// Directions of transfers.
const (
	IncomingTransfer TransferDirection = "INCOMING" // debits the linked account
	OutgoingTransfer TransferDirection = "OUTGOING" // credits it
)

// HolderStream names the stream of a holder.
func HolderStream(client, id string) string { return "holder/" + client + "/" + id }

var holderID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// ValidHolderID reports whether an id may name a holder: a UUID in lower
// case.
func ValidHolderID(id string) bool { return holderID.MatchString(id) }

// Relationship finds a relationship by id.
func (h Holder) Relationship(id string) (*Relationship, bool) {
	i := slices.IndexFunc(h.Relationships, func(r *Relationship) bool { return r.ID == id })
	if i < 0 {
		return nil, false
	}
	return h.Relationships[i], true
}

// Active is the relationship that keeps others from being linked.
func (h Holder) Active() (*Relationship, bool) {
	i := slices.IndexFunc(h.Relationships, func(r *Relationship) bool { return r.Status.Active() })
	if i < 0 {
		return nil, false
	}
	return h.Relationships[i], true
}

// Transfer finds a transfer by its transaction.
func (h Holder) Transfer(transaction string) (Transfer, bool) {
	i := slices.IndexFunc(h.Transfers, func(t Transfer) bool { return t.TransactionID == transaction })
	if i < 0 {
		return Transfer{}, false
	}
	return h.Transfers[i], true
}

// Over lists the transactions that were made over a relationship: those of
// its verification and the transfers.
func (h Holder) Over(r *Relationship) []string {
	all := slices.Clone(r.Sent)
	for _, t := range h.Transfers {
		if t.RelationshipID == r.ID {
			all = append(all, t.TransactionID)
		}
	}
	return all
}

// Clone is the holder as it stands: what happens to h afterwards does not
// change it, nor the other way round.
func (h Holder) Clone() Holder {
	h.Relationships = slices.Clone(h.Relationships)
	for i, r := range h.Relationships {
		own := *r
		own.Verifying, own.Sent = slices.Clone(r.Verifying), slices.Clone(r.Sent)
		h.Relationships[i] = &own
	}
	h.Transfers = slices.Clip(h.Transfers) // appended to, never changed
	return h
}

// Evolve applies one event of the holder's stream.
func (h *Holder) Evolve(f Fact) {
	h.Version = f.Version
	switch e := f.Event.(type) {
	case *AccountLinked:
		h.Relationships = append(h.Relationships, &Relationship{
			ID: e.RelationshipID, Status: RelationshipQueued, Account: e.Account, SetAt: f.Position,
			OwnerName: e.OwnerName, OriginalName: e.OriginalName, Nickname: e.Nickname, Type: e.AccountType,
			FromPlaid: e.FromPlaid, CreatedAt: f.Meta.At, UpdatedAt: f.Meta.At,
		})
	case *TransferMade:
		h.Transfers = append(h.Transfers, Transfer{e.TransactionID, e.RelationshipID, e.Direction})
	default:
		h.move(f)
	}
}

func (h *Holder) move(f Fact) {
	change, ok := f.Event.(interface{ changes(*Relationship) string })
	if !ok {
		return
	}
	var r Relationship
	if found, ok := h.Relationship(change.changes(&r)); ok {
		change.changes(found)
		found.UpdatedAt = f.Meta.At
	}
}
