package connect

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// maxMetadata bounds the metadata that a client may store with a transaction,
// in bytes.
const maxMetadata = 4 << 10

// proposed is an ACH Connect proposal while it is read.
type proposed struct {
	ledger.Order
	hasFCB bool // the first correspondent bank is given, by fields of its own
}

// proposalFields are the fields of a Transaction Proposal. SEC details have
// tables of their own.
var proposalFields = newFieldSet(
	field[proposed]{"TransactionID", readTransactionID},
	enum("StandardEntryClassCode", func(p *proposed) *string { return &p.Proposal.SEC }, domain.OriginatedSECs...),
	enum("TransactionType", func(p *proposed) *string { return (*string)(&p.Proposal.PushPull) }, string(domain.Push), string(domain.Pull)),
	plain("FromRouting", func(p *proposed) *string { return &p.Proposal.FromRouting }),
	ascii("FromName", func(p *proposed) *string { return &p.Proposal.FromName }),
	ascii("FromIdentification", func(p *proposed) *string { return &p.Proposal.FromID }),
	plain("ToRouting", func(p *proposed) *string { return &p.Proposal.ToRouting }),
	plain("ToAccount", func(p *proposed) *string { return &p.Number }),
	enum("ToAccountType", func(p *proposed) *string { return &p.Proposal.ToAccountType },
		domain.Checking, domain.Savings, domain.GL, domain.Loan),
	ascii("ToName", func(p *proposed) *string { return &p.Proposal.ToName }),
	ascii("ToIdentification", func(p *proposed) *string { return &p.Proposal.ToID }),
	ascii("Description", func(p *proposed) *string { return &p.Proposal.Description }),
	field[proposed]{"Amount", readAmount},
	field[proposed]{"SameDay", readSameDay},
	field[proposed]{"IATDetails", readIAT},
	field[proposed]{"WebDetails", readWeb},
	field[proposed]{"Addenda", readAddenda},
	field[proposed]{"EffectiveDate", readEffectiveDate},
	plain("CompanyIdentification", func(p *proposed) *string { return &p.Proposal.CompanyID }),
	ascii("CompanyDiscretionaryData", func(p *proposed) *string { return &p.Proposal.DiscretionaryData }),
	field[proposed]{"Metadata", readMetadata},
)

var webFields = newFieldSet(
	enum("PaymentType", func(p *proposed) *string { return &p.Proposal.PaymentType }, "single", "recurring"),
)

// parseProposal reads a Transaction Proposal. Its refusal names every field
// that cannot be read; the rules are the domain's to check.
func parseProposal(body []byte) (ledger.Order, error) {
	var p proposed
	p.Proposal.AmountCents = domain.NoAmount
	if err := proposalFields.decode(body, &p); err != nil {
		return ledger.Order{ID: p.ID}, err
	}
	p.dropEmpty()
	return p.Order, nil
}

// dropEmpty drops parties and banks whose fields are all empty.
func (p *proposed) dropEmpty() {
	i := p.Proposal.IAT
	if i == nil {
		return
	}
	if i.Ultimate != nil && *i.Ultimate == (domain.IATParty{}) {
		i.Ultimate = nil
	}
	i.Correspondents = slices.DeleteFunc(i.Correspondents, func(b domain.IATBank) bool { return b == domain.IATBank{} })
	if len(i.Correspondents) == 0 {
		i.Correspondents = nil
	}
}

// plain is a field taken as it is.
func plain(name string, at func(*proposed) *string) field[proposed] {
	return textField(name, at)
}

// enum is a field with few values, in any letter case. Other values are left
// for the domain to refuse.
func enum(name string, at func(*proposed) *string, values ...string) field[proposed] {
	f := plain(name, at)
	read := f.read
	f.read = func(p *proposed, value, pointer string) []domain.FieldError {
		bad := read(p, value, pointer)
		for _, v := range values {
			if strings.EqualFold(*at(p), v) {
				*at(p) = v
			}
		}
		return bad
	}
	return f
}

// ascii is a field that leaves in a file, which takes ASCII only. Other text is
// transliterated, and the original is kept.
func ascii(name string, at func(*proposed) *string) field[proposed] {
	return field[proposed]{name, func(p *proposed, value, pointer string) []domain.FieldError {
		s, ok := api.Unquote(value)
		if !ok {
			return api.Wrong(pointer, "type", "must be a string")
		}
		out, bad := p.transliterate(s, pointer)
		*at(p) = out
		return bad
	}}
}

func (p *proposed) transliterate(s, pointer string) (string, []domain.FieldError) {
	out, changed, err := text.ToASCII(s)
	if err != nil {
		return "", api.Wrong(pointer, "alphabet", "%v", err)
	}
	if changed {
		if p.Proposal.Originals == nil {
			p.Proposal.Originals = map[string]string{}
		}
		p.Proposal.Originals[pointer[1:]] = s
	}
	return out, nil
}

func readTransactionID(p *proposed, value, at string) []domain.FieldError {
	s, ok := api.Unquote(value)
	if id, valid := api.ParseGUID(s); ok && (valid || s == "") {
		p.ID = id
		return nil
	}
	return api.Wrong(at, "guid", "must be a GUID, 8-4-4-4-12 hexadecimal digits")
}

// readAmount reads the digits of a number, or of a string with a number in it;
// they are never converted to a float.
func readAmount(p *proposed, value, at string) []domain.FieldError {
	cents, bad := readCents(value, at)
	p.Proposal.AmountCents = cents
	return bad
}

func readCents(value, at string) (int64, []domain.FieldError) {
	digits := value
	if s, ok := api.Unquote(value); ok {
		digits = s
	}
	cents, err := text.ParseDollars(digits)
	if err != nil {
		return 0, api.Wrong(at, "amount", "%v", err)
	}
	return cents, nil
}

func readSameDay(p *proposed, value, at string) []domain.FieldError {
	switch value {
	case "true":
		p.Proposal.SameDay = true
	case "false":
	default:
		return api.Wrong(at, "type", "must be true or false")
	}
	return nil
}

func readWeb(p *proposed, value, at string) []domain.FieldError {
	return webFields.read(p, value, at)
}

func readAddenda(p *proposed, value, at string) (bad []domain.FieldError) {
	p.Proposal.Addenda, bad = p.texts(value, at)
	return bad
}

// texts reads one string, or an array of them; an empty string is dropped.
func (p *proposed) texts(value, at string) (texts []string, bad []domain.FieldError) {
	read := func(v, pointer string) {
		if len(bad) >= api.MaxComplaints {
			return
		}
		s, ok := api.Unquote(v)
		if !ok {
			bad = append(bad, api.Wrong(pointer, "type", "must be a string, or an array of strings")...)
			return
		}
		out, wrongs := p.transliterate(s, pointer)
		texts, bad = append(texts, out), append(bad, wrongs...)
	}
	n := 0
	array := api.Elements(value, func(v string) {
		read(v, at+"/"+strconv.Itoa(n))
		n++
	})
	if !array && value != `""` {
		read(value, at)
	}
	return texts, bad
}

// lastEffective is the last day that a NACHA file can name.
const lastEffective = "2099-12-31"

func readEffectiveDate(p *proposed, value, at string) []domain.FieldError {
	s, _ := api.Unquote(value)
	day, ok := api.ParseDay(s)
	if !ok && s != "" || s == "" && value != `""` {
		return api.Wrong(at, "date", "must be a date as YYYY-MM-DD or M/D/YYYY")
	}
	if day > lastEffective {
		return api.Wrong(at, "date", "must be at most %s: a file has two digits for the year", lastEffective)
	}
	p.Proposal.EffectiveOn = day
	return nil
}

func readMetadata(p *proposed, value, at string) []domain.FieldError {
	var b bytes.Buffer
	if value[0] != '{' || json.Compact(&b, []byte(value)) != nil {
		return api.Wrong(at, "type", "must be a JSON object")
	}
	if b.Len() > maxMetadata {
		return api.Wrong(at, "length", "at most %d bytes are kept; this has %d", maxMetadata, b.Len())
	}
	if b.String() != "{}" {
		p.Proposal.Metadata = b.Bytes()
	}
	return nil
}
