package domain

import (
	"cmp"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain/calendar"
)

var (
	country  = regexp.MustCompile(`^[A-Z]{2}$`)
	currency = regexp.MustCompile(`^[A-Z]{3}$`)
	// iatTypes are the transaction type codes of addenda 10.
	iatTypes = []string{"ANN", "BUS", "DEP", "LOA", "MIS", "MOR", "PEN", "REM", "RLS", "SAL", "TAX",
		"ARC", "BOC", "MTE", "POP", "POS", "RCK", "SHR", "TEL", "WEB"}
	qualifiers = []string{"01", "02", "03"}
)

// Maximum number of addenda 17, and of addenda 17 and 18 together.
const (
	maxRemittance         = 2
	maxOptionalIATAddenda = 5
)

// omittable is a field of a proposal that may be left out, and what it is then.
type omittable struct {
	field *string
	value string
}

// omittable are the fields of an international proposal that have a default. A bit of
// TransactionOriginated.Omitted is the position of one here, so that their order stays.
func (p *Proposal) omittable() []omittable {
	i := p.IAT
	return []omittable{
		{&p.FromRouting, p.FromRouting}, {&p.CompanyID, p.CompanyID},
		{&i.ForeignExchange, "FF"}, {&i.TransactionType, "MIS"},
		{&i.OriginatingCurrency, "USD"}, {&i.DestinationCurrency, "USD"},
		{&i.From.Name, p.FromName}, {&i.To.Name, p.ToName},
		{&i.FromBank.ID, p.FromRouting}, {&i.ToBank.ID, p.ToRouting},
		{&i.FromBank.Qualifier, "01"}, {&i.ToBank.Qualifier, "01"},
	}
}

func setIfEmpty(s *string, to string) {
	*s = cmp.Or(*s, to)
}

// Asked yields every proposal that this one may have been before its defaults
// were filled in: any subset of the fields that equal their default may have
// been omitted. The one that was recorded comes first, if there is one. Most clients
// omit all of them and some omit none, so these two follow: a caller that looks for a
// match hashes each.
func (p Proposal) Asked(omitted uint16) iter.Seq[Proposal] {
	if p.IAT == nil {
		return p.askedDomestic
	}
	return func(yield func(Proposal) bool) {
		all := p.omitted(func(_ int, f omittable) bool { return *f.field == f.value && f.value != "" })
		if omitted != 0 && omitted != all && !yield(p.without(omitted)) || !yield(p.without(all)) || !yield(p) {
			return
		}
		for left := (all - 1) & all; left > 0; left = (left - 1) & all { // the subsets in between
			if left != omitted && !yield(p.without(left)) {
				return
			}
		}
	}
}

// askedDomestic is Asked for a domestic proposal, as each entry of a file is:
// only these two fields may have been omitted.
func (p Proposal) askedDomestic(yield func(Proposal) bool) {
	routing, company := p.FromRouting, p.CompanyID
	for _, left := range [4]struct{ routing, company bool }{{true, true}, {}, {routing: true}, {company: true}} {
		if p.FromRouting = routing; left.routing {
			p.FromRouting = ""
		}
		if p.CompanyID = company; left.company {
			p.CompanyID = ""
		}
		if !yield(p) {
			return
		}
	}
}

// Omitted is which fields of an international order were filled in with their
// defaults, a bit each; zero for a domestic one, which has two.
func (p Proposal) Omitted(sent Proposal) uint16 {
	if p.IAT == nil {
		return 0
	}
	empty := sent.omittable()
	return p.omitted(func(n int, f omittable) bool { return *empty[n].field == "" && *f.field != "" })
}

// omitted is the set of fields that may be left out for which something is true.
func (p *Proposal) omitted(is func(n int, f omittable) bool) (set uint16) {
	for n, f := range p.omittable() {
		if is(n, f) {
			set |= 1 << n
		}
	}
	return set
}

// without is an international proposal without a set of its fields.
func (p Proposal) without(set uint16) Proposal {
	iat := *p.IAT
	p.IAT = &iat
	for n, f := range p.omittable() {
		if set&(1<<n) != 0 {
			*f.field = ""
		}
	}
	return p
}

func (p Proposal) checkIAT(f *fields) {
	if p.IAT == nil {
		f.bad("/IATDetails", "required", "an IAT transaction needs IATDetails")
		return
	}
	i := *p.IAT
	i.From.check(f, "From")
	if i.Ultimate != nil {
		i.Ultimate.check(f, "UltimateReceiver")
		i.To.checkStored(f, "To")
	} else {
		i.To.check(f, "To")
	}
	i.FromBank.check(f, "FromBank", "From")
	i.ToBank.check(f, "ToBank", "To")
	for n, b := range i.Correspondents {
		name := correspondentName(n)
		b.check(f, name, name)
	}
	i.checkExchange(f)
	if len(i.Remittance) > maxRemittance {
		f.against("/IATDetails/RemittanceInformation", "count", "at most 2 remittance addenda; this has %d", len(i.Remittance))
	}
	if n := len(i.Remittance) + len(i.Correspondents); n > maxOptionalIATAddenda {
		f.against("/IATDetails", "count", "remittance and correspondent addenda together are at most 5; this has %d", n)
	}
	for n, r := range i.Remittance {
		checkText(f, "/IATDetails/RemittanceInformation/"+strconv.Itoa(n), r, 1, 80)
	}
}

func (i IAT) checkExchange(f *fields) {
	if !slices.Contains([]string{"FF", "FV", "VF"}, i.ForeignExchange) {
		f.bad("/IATDetails/ForeignExchangeIndicator", "enum", "must be FF, FV or VF")
	}
	if !currency.MatchString(i.OriginatingCurrency) {
		f.bad("/IATDetails/OriginatingCurrency", "currency", "must be an ISO 4217 code of three capital letters")
	}
	if !currency.MatchString(i.DestinationCurrency) {
		f.bad("/IATDetails/DestinationCurrency", "currency", "must be an ISO 4217 code of three capital letters")
	}
	if i.ForeignExchange == "FF" && i.OriginatingCurrency != i.DestinationCurrency {
		f.against("/IATDetails/ForeignExchangeIndicator", "fixed-to-fixed", "FF means equal currencies; these are %s and %s",
			i.OriginatingCurrency, i.DestinationCurrency)
	}
	if !slices.Contains(iatTypes, i.TransactionType) {
		f.bad("/IATDetails/TransactionTypeCode", "enum", "must be one of %s", strings.Join(iatTypes, ", "))
	}
	checkText(f, "/IATDetails/ForeignExchangeReference", i.ForeignReference, 0, 15)
}

func (p IATParty) check(f *fields, who string) {
	at := "/IATDetails/" + who
	checkText(f, at+"Name", p.Name, 1, 35)
	checkText(f, at+"Address", p.Address, 1, 35)
	checkText(f, at+"City", p.City, 1, 33)
	if len(p.cityState()) > 35 {
		f.bad(at+"City", "length", "city and state together must be at most 33 characters")
	}
	if !country.MatchString(p.Country) {
		f.bad(at+"CountryCode", "country", "must be an ISO 3166 code of two capital letters")
	}
	checkText(f, at+"PostalCode", p.PostalCode, 0, 31)
	for field, value := range map[string]string{"City": p.City, "State": p.State, "PostalCode": p.PostalCode} {
		if strings.ContainsAny(value, `*\`) {
			f.bad(at+field, "delimiter", `* and \ delimit the fields of an IAT address`)
		}
	}
	checkText(f, at+"State", p.State, 0, 33)
	p.checkBirth(f, who)
}

// checkStored checks the fields of a party that is stored and not sent, in whose
// place another one stands in the addenda: all of them may be missing.
func (p IATParty) checkStored(f *fields, who string) {
	at := "/IATDetails/" + who
	checkText(f, at+"Name", p.Name, 0, 35)
	checkText(f, at+"Address", p.Address, 0, 35)
	checkText(f, at+"City", p.City, 0, 33)
	checkText(f, at+"State", p.State, 0, 33)
	checkText(f, at+"PostalCode", p.PostalCode, 0, 31)
	if p.Country != "" && !country.MatchString(p.Country) {
		f.bad(at+"CountryCode", "country", "must be an ISO 3166 code of two capital letters")
	}
	p.checkBirth(f, who)
}

func (p IATParty) checkBirth(f *fields, who string) {
	if _, err := calendar.ParseDate(p.BornOn); err != nil && p.BornOn != "" {
		f.bad("/IATDetails/"+who+"DateOfBirth", "date", "must be a day written YYYY-MM-DD")
	}
}

func (b IATBank) check(f *fields, who, qualifier string) {
	at := "/IATDetails/"
	checkText(f, at+who+"Name", b.Name, 1, 35)
	checkText(f, at+who+"Identification", b.ID, 1, 34)
	if !slices.Contains(qualifiers, b.Qualifier) {
		f.bad(at+qualifier+"IdentificationQualifier", "enum", "must be 01 (national), 02 (BIC) or 03 (IBAN)")
	}
	if !country.MatchString(b.Country) {
		f.bad(at+who+"CountryCode", "country", "must be an ISO 3166 code of two capital letters")
	}
}

func (p IATParty) cityState() string     { return p.City + "*" + p.State + `\` }
func (p IATParty) countryPostal() string { return p.Country + "*" + p.PostalCode + `\` }
