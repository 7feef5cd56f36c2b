package domain

import (
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// ProposalOf is an entry that a file holds already, in the terms of a proposal, for
// those who look at its transaction; what leaves is the entry itself. ODFI has nine
// digits. Whether it asks for same-day settlement is for the caller to say.
func ProposalOf(odfi string, h nacha.BatchHeader, e nacha.Entry) Proposal {
	p := Proposal{
		SEC: h.SEC, PushPull: Push, FromRouting: odfi, FromName: h.CompanyName,
		ToRouting: e.Routing, ToAccountType: AccountType(e.Code), ToName: e.Name, ToID: e.IndividualID,
		Description: h.Description, AmountCents: e.AmountCents, CompanyID: h.CompanyID,
		DiscretionaryData: h.DiscretionaryData, Addenda: e.Addenda05,
	}
	if nacha.TransactionCode(e.Code).Debit() {
		p.PushPull = Pull
	}
	if on, err := calendar.ParseYYMMDD(h.EffectiveOn); err == nil {
		p.EffectiveOn = on.String()
	}
	if h.SEC == "WEB" || h.SEC == "TEL" {
		p.PaymentType = map[string]string{"S": "single", "R": "recurring"}[e.Discretionary]
	}
	if e.IAT != nil {
		p.FromName, p.ToName, p.ToID = e.IAT.Originator.Name, e.IAT.Receiver.Name, e.IAT.ReceiverID
	}
	return p
}
