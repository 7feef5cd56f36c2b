package vault

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/http/api"
)

// check validates the form of a token's fields.
func (in *tokenInput) check() error {
	bad := in.checkTexts()
	bad = append(bad, in.checkNumber()...)
	bad = append(bad, in.checkBank()...)
	if len(bad) > 0 {
		return &domain.Refusal{Code: domain.Invalid, Fields: bad}
	}
	return api.RefuseRepetitions(api.Repetitions(in.AccountNumber,
		"/individual-name", in.IndividualName, "/token-description", in.Description, "/customer-key", in.CustomerKey,
		"/software-type", in.SoftwareType, "/software-type-version", in.SoftwareVersion))
}

// checkTexts returns at most one fault of each text.
func (in *tokenInput) checkTexts() (bad []domain.FieldError) {
	for _, f := range []struct {
		pointer, value string
		most           int
		needed, sent   bool // sent: into a file
	}{
		{"/individual-name", in.IndividualName, 100, true, true},
		{"/software-type", in.SoftwareType, 100, true, false},
		{"/software-type-version", in.SoftwareVersion, 100, true, false},
		{"/token-description", in.Description, 255, false, false},
		{"/customer-key", in.CustomerKey, 255, false, false},
	} {
		switch {
		case f.needed && strings.TrimSpace(f.value) == "":
			bad = append(bad, api.Wrong(f.pointer, "required", "is required")...)
		case utf8.RuneCountInString(f.value) > f.most:
			bad = append(bad, api.Wrong(f.pointer, "length", "at most %d characters", f.most)...)
		case f.sent && !writable(f.value):
			bad = append(bad, api.Wrong(f.pointer, "alphabet", "cannot be written in the letters of a NACHA file")...)
		case strings.ContainsFunc(f.value, notInXML):
			bad = append(bad, api.Wrong(f.pointer, "alphabet", "has a control character that XML has no form for")...)
		}
	}
	return bad
}

// writable reports whether something of a name is left in the letters of a file.
func writable(name string) bool {
	ascii, _, err := text.ToASCII(name)
	return err == nil && strings.TrimSpace(ascii) != ""
}

// notInXML reports whether no XML document can have a character: an answer in XML
// would have another one in its place.
func notInXML(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

var vaultAccount = regexp.MustCompile(`^[0-9]{1,17}$`)

func (in *tokenFields) checkNumber() []domain.FieldError {
	switch {
	case in.AccountNumber == "":
		return api.Wrong("/account-number", "required", "is required: 1 to 17 digits")
	case !vaultAccount.MatchString(in.AccountNumber):
		return api.Wrong("/account-number", "digits", "must be 1 to 17 digits")
	}
	if zeros := domain.SomeAccount("/account-number", in.AccountNumber); zeros != nil {
		return zeros
	}
	return in.checkDigit()
}

// checkDigit checks the account number as one of New Zealand where that is asked
// for.
func (in *tokenFields) checkDigit() []domain.FieldError {
	if !in.CheckDigit {
		return nil
	}
	if err := domain.CheckNZAccount(in.AccountNumber); err != nil {
		return api.Wrong("/account-number", "check-digit", "%v", err)
	}
	return nil
}

// checkBank checks the routing number and the type of the account.
func (in *tokenFields) checkBank() (bad []domain.FieldError) {
	if in.RoutingNumber == "" {
		bad = append(bad, api.Wrong("/routing-number", "required", "is required: nine digits")...)
	} else if err := nacha.ValidRouting(in.RoutingNumber); err != nil {
		bad = append(bad, api.Wrong("/routing-number", "routing-number", "%v", err)...)
	}
	switch strings.ToLower(in.AccountType) {
	case domain.Checking, domain.Savings:
	default:
		bad = append(bad, api.Wrong("/account-type", "enum", "must be Checking or Savings")...)
	}
	return bad
}
