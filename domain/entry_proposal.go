package domain

import (
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// ProposalOf converts an entry of a file to the form of a proposal, in which
// its transaction is shown; the entry itself is what leaves. ODFI has nine
// digits. The caller sets whether it asks for same-day settlement.
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
