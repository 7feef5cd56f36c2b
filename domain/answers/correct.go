package answers

import (
	"bytes"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/codes"
	"github.com/achledger/achledger/domain/nacha"
)

// Correct notifies the sender of an incoming entry of a change. Data is the
// corrected data in its code's shape, by position; Sealed, Masked and Hash are
// the same, sealed, with account numbers masked, and as a keyed hash.
type Correct struct {
	ItemID, ReplyTo, Code string
	Data                  string
	Sealed                domain.Sealed
	Masked                string
	Hash                  []byte
}

// Decide sends the notification within two banking days after settlement.
func (r Correct) Decide(c Case) (Decision, error) {
	i, err := c.replyTo(r.ReplyTo, domain.Origination, domain.FromFed, "corrected")
	if err != nil {
		return Decision{}, err
	}
	iat := i.Incoming.Header.IAT != nil
	if r.Code == "" {
		return Decision{}, wrongField("/ChangeCode", "required", "must be a change code, such as C01")
	}
	if !nacha.KnownChange(r.Code) {
		return Decision{}, fieldRefusal(domain.Invalid, "/ChangeCode", "change-code", "%q is not a change code in use", r.Code)
	}
	if err := codes.ChangeAllowed(r.Code, i.Incoming.Header.SEC, c.today()); err != nil {
		return Decision{}, fieldRefusal(domain.RuleBroken, "/ChangeCode", "change-code", "%v", err)
	}
	change, err := nacha.ParseChange(r.Code, r.Data, iat)
	if err != nil {
		return Decision{}, fieldRefusal(domain.Invalid, "/CorrectedData", "shape", "%v", err)
	}
	if change.Code != 0 && change.Code.Debit() != nacha.TransactionCode(i.Incoming.Entry.Code).Debit() {
		return Decision{}, fieldRefusal(domain.RuleBroken, "/CorrectedData", "direction", "transaction code %d would turn the direction of the payment", change.Code)
	}
	out := domain.Outgoing{ItemID: r.ItemID, ReplyTo: r.ReplyTo, Code: r.Code, Data: r.Sealed, DataMasked: r.Masked, DataHash: r.Hash}
	for _, before := range c.Transaction.Items {
		stands := before.Kind == domain.Correction && before.Direction == domain.ToFed && before.ReplyTo == r.ReplyTo &&
			before.State != domain.Recalled && before.State != domain.Rejected
		if stands && r.repeats(before.Outgoing) {
			return Decision{ItemID: before.ID}, nil
		}
	}
	settled, _ := c.SettledOn(i)
	if err := c.inTime(&out, codes.TwoAfterEntry, settled); err != nil {
		return Decision{}, err
	}
	return c.made(domain.Correction, out, r.Data, domain.TransactionCorrectionRequested{Outgoing: out})
}

// repeats reports whether an earlier notification says the same.
func (r Correct) repeats(before *domain.Outgoing) bool {
	same := before.Code == r.Code && before.DataMasked == r.Masked
	if len(before.DataHash) == 0 || len(r.Hash) == 0 { // of an earlier release
		return same
	}
	return same && bytes.Equal(before.DataHash, r.Hash)
}
