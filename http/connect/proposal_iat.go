package connect

import (
	"slices"
	"strconv"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// iatFields are the fields of IATDetails. Parties and banks are written out
// flat, each with a prefix of its own.
var iatFields = newFieldSet(slices.Concat(
	party("From", func(i *domain.IAT) *domain.IATParty { return &i.From }),
	bankFields("From", func(i *domain.IAT) *domain.IATBank { return &i.FromBank }),
	party("To", func(i *domain.IAT) *domain.IATParty { return &i.To }),
	bankFields("To", func(i *domain.IAT) *domain.IATBank { return &i.ToBank }),
	ultimate(),
	[]field[proposed]{
		ascii("FCBName", func(p *proposed) *string { return &firstCorrespondent(p).Name }),
		ascii("FCBIdentification", func(p *proposed) *string { return &firstCorrespondent(p).ID }),
		plain("FCBIdentificationQualifier", func(p *proposed) *string { return &firstCorrespondent(p).Qualifier }),
		plain("FCBCountryCode", func(p *proposed) *string { return &firstCorrespondent(p).Country }),
		{"CorrespondentBanks", readCorrespondents},
		{"RemittanceInformation", readRemittance},
		enum("ForeignExchangeIndicator", func(p *proposed) *string { return &p.iat().ForeignExchange }, "FF", "FV", "VF"),
		ascii("ForeignExchangeReference", func(p *proposed) *string { return &p.iat().ForeignReference }),
		plain("TransactionTypeCode", func(p *proposed) *string { return &p.iat().TransactionType }),
		plain("OriginatingCurrency", func(p *proposed) *string { return &p.iat().OriginatingCurrency }),
		plain("DestinationCurrency", func(p *proposed) *string { return &p.iat().DestinationCurrency }),
	},
)...)

// party is the fields of an address, and a date of birth.
func party(prefix string, of func(*domain.IAT) *domain.IATParty) []field[proposed] {
	at := func(f func(*domain.IATParty) *string) func(*proposed) *string {
		return func(p *proposed) *string { return f(of(p.iat())) }
	}
	return []field[proposed]{
		ascii(prefix+"Address", at(func(a *domain.IATParty) *string { return &a.Address })),
		ascii(prefix+"City", at(func(a *domain.IATParty) *string { return &a.City })),
		ascii(prefix+"State", at(func(a *domain.IATParty) *string { return &a.State })),
		ascii(prefix+"PostalCode", at(func(a *domain.IATParty) *string { return &a.PostalCode })),
		plain(prefix+"CountryCode", at(func(a *domain.IATParty) *string { return &a.Country })),
		plain(prefix+"DateOfBirth", at(func(a *domain.IATParty) *string { return &a.BornOn })),
	}
}

// ultimate is the party on whose behalf the receiver is paid, with a name of
// its own.
func ultimate() []field[proposed] {
	of := func(i *domain.IAT) *domain.IATParty {
		if i.Ultimate == nil {
			i.Ultimate = &domain.IATParty{}
		}
		return i.Ultimate
	}
	name := ascii("UltimateReceiverName", func(p *proposed) *string { return &of(p.iat()).Name })
	return append(party("UltimateReceiver", of), name)
}

// bankFields is the fields of a sending or receiving bank. Its identification is
// the proposal's routing number.
func bankFields(prefix string, of func(*domain.IAT) *domain.IATBank) []field[proposed] {
	return []field[proposed]{
		ascii(prefix+"BankName", func(p *proposed) *string { return &of(p.iat()).Name }),
		plain(prefix+"BankCountryCode", func(p *proposed) *string { return &of(p.iat()).Country }),
		plain(prefix+"IdentificationQualifier", func(p *proposed) *string { return &of(p.iat()).Qualifier }),
	}
}

// iat returns the proposal's IAT details, and makes them for their first field.
func (p *proposed) iat() *domain.IAT {
	if p.Proposal.IAT == nil {
		p.Proposal.IAT = &domain.IAT{}
	}
	return p.Proposal.IAT
}

func firstCorrespondent(p *proposed) *domain.IATBank {
	i := p.iat()
	if !p.hasFCB { // whatever the order of the fields, it is the first bank
		i.Correspondents = append([]domain.IATBank{{}}, i.Correspondents...)
		p.hasFCB = true
	}
	return &i.Correspondents[0]
}

func readIAT(p *proposed, value, at string) []domain.FieldError {
	p.iat()
	return iatFields.read(p, value, at)
}

// correspondent is a correspondent bank while it is read.
type correspondent struct {
	*proposed
	bank domain.IATBank
}

func readRemittance(p *proposed, value, at string) []domain.FieldError {
	texts, bad := p.texts(value, at)
	p.iat().Remittance = texts
	return bad
}

var correspondentFields = newFieldSet(
	bankField("Name", true, func(b *domain.IATBank) *string { return &b.Name }),
	bankField("Identification", true, func(b *domain.IATBank) *string { return &b.ID }),
	bankField("IdentificationQualifier", false, func(b *domain.IATBank) *string { return &b.Qualifier }),
	bankField("CountryCode", false, func(b *domain.IATBank) *string { return &b.Country }),
)

func bankField(name string, leaves bool, of func(*domain.IATBank) *string) field[correspondent] {
	return field[correspondent]{name, func(c *correspondent, value, at string) []domain.FieldError {
		into := func(*proposed) *string { return of(&c.bank) }
		if leaves {
			return ascii(name, into).read(c.proposed, value, at)
		}
		return plain(name, into).read(c.proposed, value, at)
	}}
}

// readCorrespondents reads the correspondent banks after the first, which has
// fields of its own. No entry has room for more of them than are read.
func readCorrespondents(p *proposed, value, at string) (bad []domain.FieldError) {
	n := 0
	ok := api.Elements(value, func(v string) {
		if n == api.MaxComplaints {
			return
		}
		c := correspondent{proposed: p}
		bad = append(bad, correspondentFields.read(&c, v, at+"/"+strconv.Itoa(n))...)
		p.iat().Correspondents = append(p.iat().Correspondents, c.bank)
		n++
	})
	if !ok {
		return api.Wrong(at, "type", "must be an array of objects")
	}
	return bad
}
