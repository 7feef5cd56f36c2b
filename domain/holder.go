package domain

import (
	"regexp"
	"slices"
)

// Holder is an end customer's account at a client, under an id that the client
// chose, with its bank links and the transfers that use them. All of it is in
// one stream, whose version ensures that only one link is active.
type Holder struct {
	Version       int64
	Client        string
	ID            string
	Relationships []*Relationship // oldest first
	Transfers     []Transfer      // oldest first
}

// Transfer is a transaction that uses a relationship.
type Transfer struct {
	TransactionID  string
	RelationshipID string
	Direction      TransferDirection
}

// TransferDirection is the direction of the money from the client's point of
// view.
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

// Active returns the relationship that prevents others from being linked.
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

// Over lists the transactions that used a relationship: those of its
// verification and the transfers.
func (h Holder) Over(r *Relationship) []string {
	all := slices.Clone(r.Sent)
	for _, t := range h.Transfers {
		if t.RelationshipID == r.ID {
			all = append(all, t.TransactionID)
		}
	}
	return all
}

// Clone returns a copy. Later events of either do not change the other.
func (h Holder) Clone() Holder {
	h.Relationships = slices.Clone(h.Relationships)
	for i, r := range h.Relationships {
		own := *r
		own.Verifying, own.Sent = slices.Clone(r.Verifying), slices.Clone(r.Sent)
		h.Relationships[i] = &own
	}
	h.Transfers = slices.Clip(h.Transfers) // only appended to
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
