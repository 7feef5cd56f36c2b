package domain

import (
	"errors"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// checkRenderable builds the entry of the proposal and has the file writer
// validate it. What the writer would refuse days later, together with
// everything in the same file, is refused here.
func (p *Proposal) checkRenderable(f *fields, s Settings, number string) {
	err := p.renderable(s, number)
	if err == nil {
		return
	}
	var refused *nacha.FieldError
	if errors.As(err, &refused) {
		f.bad(p.pointer(s, number, refused.Field), "form", "%s", FieldRule(err))
	}
}

func (p *Proposal) renderable(s Settings, number string) error {
	e := p.entry(p.companyName(s), p.ToRouting, p.ToAccountType)
	e.Entry.Account = number
	return e.Renderable(p.FromRouting)
}

// pointers are the fields of an entry in ACH Connect's spelling.
var pointers = map[string]string{
	"standard entry class":         "/StandardEntryClassCode",
	"company name":                 "/FromName",
	"company discretionary data":   "/CompanyDiscretionaryData",
	"company identification":       "/CompanyIdentification",
	"company entry description":    "/Description",
	"ODFI identification":          "/FromRouting",
	"trace number":                 "/FromRouting",
	"transaction code":             "/TransactionType",
	"routing number":               "/ToRouting",
	"account number":               "/ToAccount",
	"individual name":              "/ToName",
	"discretionary data":           "/WebDetails/PaymentType",
	"addenda":                      "/Addenda",
	"addenda 05":                   "/Addenda",
	"payment related information":  "/Addenda",
	"amount":                       "/Amount",
	"foreign amount":               "/Amount",
	"receiver identification":      "/ToIdentification",
	"foreign exchange indicator":   "/IATDetails/ForeignExchangeIndicator",
	"foreign exchange reference":   "/IATDetails/ForeignExchangeReference",
	"originating currency":         "/IATDetails/OriginatingCurrency",
	"destination currency":         "/IATDetails/DestinationCurrency",
	"destination country":          "/IATDetails/ToBankCountryCode",
	"transaction type":             "/IATDetails/TransactionTypeCode",
	"remittance":                   "/IATDetails/RemittanceInformation",
	"addenda 17":                   "/IATDetails/RemittanceInformation",
	"originating bank qualifier":   "/IATDetails/FromIdentificationQualifier",
	"receiving bank qualifier":     "/IATDetails/ToIdentificationQualifier",
	"correspondent bank qualifier": "/IATDetails/FCBIdentificationQualifier",
}

// partyFields are the fields of parties and banks of an IAT entry, after the
// word for the party.
var partyFields = map[string]string{
	"name": "Name", "street": "Address", "city and state": "City", "country and postal code": "CountryCode",
	"identification": "Identification", "country": "CountryCode", "qualifier": "IdentificationQualifier",
}

// pointer is a field of the entry in the caller's spelling.
func (p *Proposal) pointer(s Settings, number, field string) string {
	if at, ok := pointers[field]; ok {
		return at
	}
	if field == "individual identification" {
		switch {
		case p.personToPerson():
			return "/FromName"
		case p.ToID != "":
			return "/ToIdentification"
		default:
			return "/FromIdentification"
		}
	}
	for who, at := range map[string]string{
		"originating bank ": "FromBank", "receiving bank ": "ToBank", "originator ": "From", "receiver ": p.receiverPrefix(),
	} {
		if what, ok := strings.CutPrefix(field, who); ok && partyFields[what] != "" {
			return "/IATDetails/" + at + partyFields[what]
		}
	}
	if what, ok := strings.CutPrefix(field, "correspondent bank "); ok {
		return "/IATDetails/" + p.correspondentPrefix(s, number) + partyFields[what]
	}
	return "/IATDetails"
}

func (p *Proposal) receiverPrefix() string {
	if p.IAT != nil && p.IAT.Ultimate != nil {
		return "UltimateReceiver"
	}
	return "To"
}

// correspondentPrefix finds the correspondent bank that cannot be written. The
// first one has fields of its own.
func (p *Proposal) correspondentPrefix(s Settings, number string) string {
	for n := 1; n < len(p.IAT.Correspondents); n++ {
		before, iat := *p, *p.IAT
		iat.Correspondents = iat.Correspondents[:n]
		before.IAT = &iat
		if before.renderable(s, number) != nil {
			return correspondentName(n - 1)
		}
	}
	return correspondentName(len(p.IAT.Correspondents) - 1)
}

func correspondentName(n int) string {
	if n == 0 {
		return "FCB"
	}
	return "CorrespondentBanks/" + strconv.Itoa(n) + "/"
}
