package nacha

import (
	"fmt"
	"strings"
)

// Part is one field of a record, for people.
type Part struct {
	From, To int // positions, 1-based and inclusive
	Name     string
	Text     string // the raw text, including padding
	Meaning  string // in words, if the text is a code or an amount
	Secret   bool   // an account number, or may contain one, or a date of birth: see Shown
}

// Shown returns the text in the form that everybody may see: without padding;
// of an account number only the last four characters, of a date of birth none.
func (p Part) Shown() string {
	switch text := strings.TrimSpace(p.Text); {
	case !p.Secret:
		return trim(p.Text)
	case text == "":
		return ""
	case p.Name == dateOfBirth:
		return MaskBirthDate(text)
	default:
		return Masked(text)
	}
}

// Describer explains the records of a file one after another. It keeps the
// batch header, because the meaning of a record 6 depends on its class. The
// zero value is ready to use.
type Describer struct{ class class }

// Parts cuts a record into its named fields; reserved ones are left out. An
// unreadable line is one part.
func (d *Describer) Parts(line string) []Part {
	line = strings.TrimRight(line, "\r\n")
	_, clean := scanLine([]byte(line), len(line))
	rec := new(lineReader).judge([]byte(line), "", clean)
	if line == "" || rec.fault == overlong {
		return []Part{{From: 1, To: len(line), Name: "not a record", Text: line}}
	}
	line = string(rec.text)
	if line[0] == '5' {
		h := readBatchHeader(line)
		d.class = classOf(&h)
	}
	var parts []Part
	from := 1
	for _, f := range d.layoutOf(line) {
		if f.name != "" {
			text := at(line, from, f.to)
			secret := f.name == accountNumber || f.name == correctedData || f.name == dateOfBirth
			parts = append(parts, Part{From: from, To: f.to, Name: f.name, Text: text, Meaning: meaning(f.name, text), Secret: secret})
		}
		from = f.to + 1
	}
	return parts
}

// Describe names a record and lists its fields with content, one per line, with
// account numbers reduced to their last four characters.
func (d *Describer) Describe(line string) string {
	parts := d.Parts(line)
	var out strings.Builder
	out.WriteString(recordName(line))
	for _, p := range parts[1:] {
		if blank(p.Text) {
			continue
		}
		text := p.Shown()
		if p.Meaning != "" {
			text += " (" + p.Meaning + ")"
		}
		fmt.Fprintf(&out, "\n  %2d-%-2d  %-36s %s", p.From, p.To, p.Name, text)
	}
	return out.String()
}

// meaning describes codes and amounts in words.
func meaning(name, text string) string {
	n, ok := wide(trim(text))
	switch {
	case !ok:
		return ""
	case strings.HasSuffix(name, ", cents"):
		return fmt.Sprintf("$%d.%02d", n/100, n%100)
	case name == "transaction code":
		return TransactionCode(n).String()
	case name == "service class":
		return map[int64]string{MixedClass: "debits and credits", CreditClass: "credits", DebitClass: "debits", AdviceClass: "advices"}[n]
	default:
		return ""
	}
}

// Masked keeps the last four characters of an account number, fewer of a short
// one. It does not reveal the length of the number.
func Masked(account string) string {
	return "*****" + account[len(account)-min(4, len(account)/2):]
}

// recordName names a record by its first characters.
func recordName(line string) string {
	if strings.HasPrefix(line, nines[:RecordLength]) {
		return "Filler"
	}
	names := map[byte]string{'1': "File header", '5': "Batch header", '6': "Entry", '8': "Batch control", '9': "File control"}
	if line != "" && line[0] == '7' && len(line) > 3 {
		return "Addenda " + line[1:3]
	}
	if line != "" && names[line[0]] != "" {
		return names[line[0]]
	}
	return "Not a record"
}
