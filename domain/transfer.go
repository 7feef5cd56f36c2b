package domain

import "slices"

// TransferMade records that a transaction moves money for a relationship. Both
// are written in the same append.
type TransferMade struct {
	TransactionID  string            `json:"transaction_id"`
	RelationshipID string            `json:"relationship_id"`
	Direction      TransferDirection `json:"direction"`
}

// Type names the event in the log.
func (TransferMade) Type() string { return "transfer.made" }

func init() { register(empty[TransferMade]) }

// MakeTransfer moves money for a relationship.
type MakeTransfer struct {
	TransactionID  string
	RelationshipID string
	Direction      TransferDirection
}

// Decide makes a transfer for an approved relationship.
func (c MakeTransfer) Decide(now Holder) ([]Event, error) {
	r, ok := now.Relationship(c.RelationshipID)
	if !ok {
		return nil, RefuseField(RuleBroken, "/relationship_id", "relationship", "the account has no such relationship")
	}
	if r.Status != RelationshipApproved {
		return nil, RefuseField(RuleBroken, "/relationship_id", "relationship-status", "the relationship is %s: transfers need an APPROVED one", r.Status)
	}
	return []Event{TransferMade{c.TransactionID, r.ID, c.Direction}}, nil
}

// CorrectTransfer records the corrected entry of a returned transfer as a
// transfer for the same relationship.
type CorrectTransfer struct {
	TransactionID string // of the corrected entry
	Corrects      string // the returned transaction
}

// Decide records nothing if the returned transaction is not a transfer. It
// refuses if the relationship takes no new entries any more.
func (c CorrectTransfer) Decide(now Holder) ([]Event, error) {
	t, ok := now.Transfer(c.Corrects)
	if !ok {
		return nil, nil
	}
	if r, ok := now.Relationship(t.RelationshipID); ok {
		if why := r.NoMore(""); why != "" { // it was canceled meanwhile
			return nil, Refuse(RuleBroken, "%s", why)
		}
	}
	return []Event{TransferMade{c.TransactionID, t.RelationshipID, t.Direction}}, nil
}

// LinkProposal proposes an entry for a relationship: to its current account, in
// the owner's name. The client's default SEC code is preferred. It refuses if
// no SEC code of the client allows the direction.
func LinkProposal(s Settings, r *Relationship, a BankAccount, kind PushPull, cents int64) (Proposal, error) {
	p := Proposal{
		PushPull: kind, ToRouting: a.Routing, ToAccountType: a.Type, ToName: r.OwnerName, AmountCents: cents,
	}
	if r.OriginalName != "" {
		p.Originals = map[string]string{"ToName": r.OriginalName}
	}
	if len(s.ODFIs) > 0 {
		p.FromRouting = s.ODFIs[0]
	}
	for _, sec := range append([]string{s.DefaultSEC}, "PPD", "CCD", "CTX", "WEB", "TEL") {
		if slices.Contains(s.SECCodes, sec) && suits(sec, kind) {
			p.SEC = sec
			break
		}
	}
	switch p.SEC {
	case "":
		return p, Refuse(RuleBroken, "none of this client's SEC codes can %s here", kind)
	case "WEB", "TEL":
		p.PaymentType = "single"
	}
	return p, nil
}

// suits reports whether an SEC code can be used for an entry of a relationship.
// IAT needs parties and banks that are not known. TEL is for debits only. A WEB
// credit comes from a natural person, which the client is not.
func suits(sec string, kind PushPull) bool {
	return sec != "IAT" && (kind == Pull || sec != "TEL" && sec != "WEB")
}
