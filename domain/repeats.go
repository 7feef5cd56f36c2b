package domain

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// leastRepeated is how long an account number must be to be looked for inside
// other text; a shorter one stands there by chance.
const leastRepeated = 7

// Repeats reports whether a text has an account number in it, or is one:
// account numbers are kept only sealed, and other fields are not. Blanks,
// hyphens, letter case and leading zeros do not hide it.
func Repeats(number, text string) bool {
	number, text = bare(number), bare(text)
	if number == "" || text == "" {
		return false
	}
	if number == text {
		return true
	}
	number = strings.TrimLeft(number, "0")
	return len(number) >= leastRepeated && strings.Contains(text, number)
}

var bareText = strings.NewReplacer(" ", "", "-", "")

func bare(text string) string { return strings.ToUpper(bareText.Replace(text)) }

// Repetition is what a field says that repeats the account number.
func Repetition(pointer string) FieldError {
	return FieldError{pointer, "account-number", "repeats the account number, which is kept only sealed: leave it out here"}
}

// repeats names the fields of a proposal that repeat the account number.
func (p Proposal) repeats(number string) (list []FieldError) {
	look := func(pointer, text string) {
		if Repeats(number, text) {
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
	if p.IAT != nil {
		p.IAT.texts(look)
	}
	if len(list) == 0 && repeatsInJSON(number, p.Metadata) {
		list = append(list, Repetition("/Metadata"))
	}
	return list
}

// texts shows every free text of the details, with its pointer.
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

// repeatsInJSON looks at every name, text and number of a JSON document.
func repeatsInJSON(number string, document []byte) bool {
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return false // its end
		}
		switch v := token.(type) {
		case string:
			if Repeats(number, v) {
				return true
			}
		case json.Number:
			if Repeats(number, v.String()) {
				return true
			}
		}
	}
}
