package pro

import (
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// secCodes are those of ACH Pro: an IAT entry needs more than it has fields for.
var secCodes = []string{"PPD", "CCD", "CTX", "WEB", "TEL"}

// checkBatch holds what a batch says of itself against the fields of its header.
func (b *fileBuilder) checkBatch(at string, in proBatch, sec string) {
	if !slices.Contains(secCodes, sec) {
		b.wrong(at+"/secCode", "enum", "must be one of %s", strings.Join(secCodes, ", "))
	}
	if strings.Trim(in.EntryDescription, " 0") == "" {
		b.wrong(at+"/entryDescription", "required", "is required, and not all zeros")
	}
	b.checkText(at+"/entryDescription", strings.TrimSpace(in.EntryDescription), 10)
	b.checkText(at+"/discretionaryData", in.DiscretionaryData, 20)
}

// checkText refuses what the field cannot carry as it stands: nothing in a file
// is spelled otherwise without its client being told.
func (b *fileBuilder) checkText(at, s string, most int) {
	switch {
	case !nacha.Printable(s):
		b.wrong(at, "alphabet", "has a character outside printable ASCII")
	case len(s) > most:
		b.wrong(at, "length", "at most %d characters fit the field; this has %d", most, len(s))
	}
}

// checkDirection refuses the directions that an account or a SEC code does not have.
func (b *fileBuilder) checkDirection(at, kind, sec string, debit bool) {
	switch {
	case debit && kind == domain.Loan:
		b.breaks(at, "direction", "a loan account cannot be debited (R35)")
	case !debit && sec == "TEL":
		b.breaks(at, "direction", "TEL entries are debits")
	}
}

func (b *fileBuilder) breaks(at, code, message string) {
	b.broken = append(b.broken, domain.FieldError{Pointer: at, Code: code, Message: message})
}
