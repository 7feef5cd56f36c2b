package domain

import (
	"slices"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// MaxAmountCents is the largest amount the ten digits of an entry hold.
const MaxAmountCents = 99_999_999_99

// NoAmount is the AmountCents of a proposal that names no amount, which 0, a
// prenote, is. It is refused.
const NoAmount = -1

// CheckAccountNumber refuses an account number that no entry of ours can
// contain.
func CheckAccountNumber(at, number string, most int) []FieldError {
	var f fields
	switch {
	case number == "":
		f.bad(at, "required", "an account number is needed")
	case len(number) > most:
		f.bad(at, "length", "at most %d characters fit the field; this has %d", most, len(number))
	case strings.IndexFunc(number, notInAccount) >= 0:
		f.bad(at, "alphabet", "must consist of letters, digits, spaces and hyphens")
	default:
		f.form = SomeAccount(at, number)
	}
	return f.form
}

// SomeAccount refuses an account number of spaces and zeros, which the rules
// treat as missing: the receiving bank would return the entry.
func SomeAccount(at, number string) []FieldError {
	if blank(number) {
		return []FieldError{{at, "blank", "an account number is not all spaces or zeros"}}
	}
	return nil
}

func notInAccount(r rune) bool {
	return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != ' ' && r != '-'
}

// Check validates a proposal against the form of its fields, the rules of its
// SEC code and its client. Number is the receiver's account number. The refusal
// names every wrong field, in ACH Connect's spelling.
func (p Proposal) Check(s Settings, number string) error {
	var f fields
	p.checkSEC(&f, s)
	p.checkFrom(&f, s)
	p.checkTo(&f, number)
	p.checkMoney(&f)
	p.checkDescription(&f)
	p.checkAddenda(&f)
	if p.SEC == "IAT" {
		p.checkIAT(&f)
	} else if p.IAT != nil {
		f.against("/IATDetails", "sec-code", "IAT details go with SEC code IAT only")
	}
	if err := f.refusal(); err != nil {
		return err
	}
	p.checkRenderable(&f, s, number)
	return f.refusal()
}

func (p *Proposal) checkSEC(f *fields, s Settings) {
	switch {
	case p.SEC == "":
		f.bad("/StandardEntryClassCode", "required", "a standard entry class code is needed")
	case !slices.Contains(OriginatedSECs, p.SEC):
		f.against("/StandardEntryClassCode", "sec-code", "%q is not one of CCD, PPD, IAT, WEB, TEL, CTX", p.SEC)
	case !slices.Contains(s.SECCodes, p.SEC):
		f.against("/StandardEntryClassCode", "sec-code", "this client may not originate %s", p.SEC)
	}
	switch p.PushPull {
	case Push, Pull:
	case "":
		f.bad("/TransactionType", "required", "must be push (a credit) or pull (a debit)")
	default:
		f.bad("/TransactionType", "enum", "must be push (a credit) or pull (a debit)")
	}
	if p.SEC == "TEL" && p.PushPull == Push {
		f.against("/TransactionType", "tel-push", "TEL entries are debits: a push cannot be TEL")
	}
	needed := p.PushPull == Pull && (p.SEC == "WEB" || p.SEC == "TEL")
	switch p.PaymentType {
	case "single", "recurring":
	case "":
		if needed {
			f.bad("/WebDetails/PaymentType", "required", "a %s pull needs single or recurring", p.SEC)
		}
	default:
		f.bad("/WebDetails/PaymentType", "enum", "must be single or recurring")
	}
}

func (p *Proposal) checkFrom(f *fields, s Settings) {
	switch {
	case p.FromRouting == "":
		f.bad("/FromRouting", "required", "this client has several ODFIs: say which one sends")
	case nacha.ValidRouting(p.FromRouting) != nil:
		f.bad("/FromRouting", "routing-number", "%v", nacha.ValidRouting(p.FromRouting))
	case !slices.Contains(s.ODFIs, p.FromRouting):
		f.against("/FromRouting", "odfi", "%s is not one of this client's ODFIs", p.FromRouting)
	}
	most := 16
	switch {
	case p.SEC == "IAT":
		most = 35
	case p.personToPerson():
		most = 15
	}
	least := 0
	if p.SEC == "IAT" || p.personToPerson() {
		least = 1
	}
	checkText(f, "/FromName", p.FromName, least, most)
	if p.FromName != "" && blank(p.FromName) {
		f.bad("/FromName", "blank", "a company name is not all spaces or zeros")
	}
	if p.ToID == "" && !p.personToPerson() && p.SEC != "IAT" {
		checkText(f, "/FromIdentification", p.FromID, 0, 15)
	} else {
		checkText(f, "/FromIdentification", p.FromID, 0, 35)
	}
	if !slices.Contains(s.CompanyIdentifications, p.CompanyID) {
		f.against("/CompanyIdentification", "company-identification", "is not one of this client's company identifications")
	}
	checkText(f, "/CompanyDiscretionaryData", p.DiscretionaryData, 0, 20)
}

func (p *Proposal) checkTo(f *fields, number string) {
	if p.ToRouting == "" {
		f.bad("/ToRouting", "required", "a routing number is needed")
	} else if err := nacha.ValidRouting(p.ToRouting); err != nil {
		f.bad("/ToRouting", "routing-number", "%v", err)
	}
	most := 17
	if p.SEC == "IAT" {
		most = 35
	}
	f.form = append(f.form, CheckAccountNumber("/ToAccount", number, most)...)
	switch p.ToAccountType {
	case Checking, Savings, GL, Loan:
	case "":
		f.bad("/ToAccountType", "required", "must be checking, savings, GL or loan")
	default:
		f.bad("/ToAccountType", "enum", "must be checking, savings, GL or loan")
	}
	if p.ToAccountType == Loan && p.PushPull == Pull {
		f.against("/ToAccountType", "loan-debit", "a loan account cannot be debited (R35)")
	}
	name := 22
	switch p.SEC {
	case "CTX":
		name = 16
	case "IAT":
		name = 35
	}
	checkText(f, "/ToName", p.ToName, 1, name)
	if p.ToName != "" && blank(p.ToName) {
		f.bad("/ToName", "blank", "a name is not all spaces or zeros")
	}
	checkText(f, "/ToIdentification", p.ToID, 0, 15)
}

func (p *Proposal) checkMoney(f *fields) {
	switch {
	case p.AmountCents == NoAmount:
		f.bad("/Amount", "required", "an amount in dollars is needed; 0 is a prenote")
	case p.AmountCents < 0 || p.AmountCents > MaxAmountCents:
		f.bad("/Amount", "range", "must be from 0 (a prenote) to 99999999.99")
	}
}

func (p *Proposal) checkDescription(f *fields) {
	checkText(f, "/Description", p.Description, 1, 80)
	if blank(p.SentDescription()) {
		f.bad("/Description", "blank", "a description is not all spaces or zeros")
	}
}

func (p *Proposal) checkAddenda(f *fields) {
	most := 1
	switch p.SEC {
	case "CTX":
		most = nacha.MaxAddenda
	case "TEL", "IAT":
		most = 0
	}
	if len(p.Addenda) > most {
		f.against("/Addenda", "count", "%s takes at most %d addenda; this has %d", p.SEC, most, len(p.Addenda))
		return
	}
	for i, a := range p.Addenda {
		at := "/Addenda"
		if p.SEC == "CTX" {
			at += "/" + strconv.Itoa(i)
		}
		checkText(f, at, a, 1, 80)
	}
}
