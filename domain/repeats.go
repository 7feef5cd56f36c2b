package domain

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// leastRepeated is the length from which an account number is searched for
// inside other text; a shorter one may occur there by chance.
const leastRepeated = 7

// Repeats reports whether a text contains an account number, or is one: account
// numbers are stored sealed only, and other fields are not sealed. Blanks,
// hyphens, letter case and leading zeros are ignored.
func Repeats(number, text string) bool { return needleOf(number).in(text) }

// needle is an account number to be found in texts.
type needle struct {
	whole string // a text equal to it matches
	part  string // a text that contains it matches; empty: it may by chance
	shown int    // how many of the last characters may be shown
}

func needleOf(number string) needle {
	n := needle{whole: bare(number), shown: len(bare(Tail(number)))}
	n.part = strings.TrimLeft(n.whole, "0")
	if len(n.part) < leastRepeated {
		n.part = n.whole // with its zeros it may be long enough
	}
	if len(n.part) < leastRepeated {
		n.part = ""
	}
	return n
}

// in reports whether the text contains the number.
func (n needle) in(text string) bool {
	if n.whole == "" || text == "" {
		return false
	}
	text = bare(text)
	return text == n.whole || n.part != "" && strings.Contains(text, n.part)
}

// hide masks the number in a text, except for its tail. The length stays the
// same.
func (n needle) hide(text string) string {
	if !n.in(text) {
		return text
	}
	find, plain := n.part, bare(text)
	if plain == n.whole {
		find = n.whole
	}
	out, at := []byte(text), places(text)
	for from := 0; ; {
		i := strings.Index(plain[from:], find)
		if i < 0 {
			return string(out)
		}
		first := from + i
		from = first + len(find)
		end := at[from-1] + 1
		if n.shown > 0 {
			end = at[from-n.shown]
		}
		for k := at[first]; k < end; k++ {
			out[k] = '*'
		}
	}
}

// places returns the offset in a text of each character that bare keeps.
func places(text string) []int {
	var at []int
	for i := range len(text) {
		if c := text[i]; c != ' ' && c != '-' {
			at = append(at, i)
		}
	}
	return at
}

// bare is a text without the characters that are ignored.
func bare(text string) string {
	out := make([]byte, 0, len(text))
	for i := range len(text) {
		if c := text[i]; c != ' ' && c != '-' {
			out = append(out, upper(c))
		}
	}
	return string(out)
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

// Repetition is the error of a field that repeats the account number.
func Repetition(pointer string) FieldError {
	return FieldError{pointer, "account-number", "repeats the account number, which is kept only sealed: leave it out here"}
}

// repeats names the fields of a proposal that repeat the account number.
func (p Proposal) repeats(number string) (list []FieldError) {
	needle := needleOf(number)
	look := func(pointer, text string) {
		if needle.in(text) {
			list = append(list, Repetition(pointer))
		}
	}
	look("/FromName", p.FromName)
	look("/FromIdentification", p.FromID)
	look("/ToName", p.ToName)
	look("/ToIdentification", p.ToID)
	look("/Description", p.Description)
	look("/CompanyDiscretionaryData", p.DiscretionaryData)
	for i, a := range p.Addenda {
		at := "/Addenda"
		if p.SEC == "CTX" {
			at += "/" + strconv.Itoa(i)
		}
		look(at, a)
	}
	if len(list) == 0 {
		look("/Addenda", strings.Join(p.Addenda, "")) // across the line it is split at
	}
	if p.IAT != nil {
		p.IAT.texts(look)
	}
	if len(list) == 0 && len(p.Metadata) > 0 && repeatsInJSON(needle, p.Metadata) {
		list = append(list, Repetition("/Metadata"))
	}
	return list
}

// texts calls look with every free text of the details and its pointer.
func (i *IAT) texts(look func(pointer, text string)) {
	const at = "/IATDetails/"
	party := func(prefix string, p *IATParty) {
		if p == nil {
			return
		}
		look(at+prefix+"Name", p.Name)
		look(at+prefix+"Address", p.Address)
		look(at+prefix+"City", p.City)
		look(at+prefix+"State", p.State)
		look(at+prefix+"PostalCode", p.PostalCode)
	}
	party("From", &i.From)
	party("To", &i.To)
	party("UltimateReceiver", i.Ultimate)
	look(at+"FromBankName", i.FromBank.Name)
	look(at+"ToBankName", i.ToBank.Name)
	for n, b := range i.Correspondents {
		at := at + "CorrespondentBanks/" + strconv.Itoa(n)
		look(at+"/Name", b.Name)
		look(at+"/Identification", b.ID)
	}
	for n, r := range i.Remittance {
		look(at+"RemittanceInformation/"+strconv.Itoa(n), r)
	}
	look(at+"ForeignExchangeReference", i.ForeignReference)
}

// repeatsInJSON examines every name, text and number of a JSON document.
func repeatsInJSON(number needle, document []byte) bool {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return false // its end
		}
		switch v := token.(type) {
		case string:
			if number.in(v) {
				return true
			}
		case json.Number:
			if number.in(v.String()) {
				return true
			}
		}
	}
}
