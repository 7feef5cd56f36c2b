package domain

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/achledger/achledger/domain/nacha"
)

// OriginatedSECs are the standard entry class codes a client can originate.
var OriginatedSECs = []string{"CCD", "PPD", "IAT", "WEB", "TEL", "CTX"}

func (s Settings) withDefaults() Settings {
	if s.Batching.Windows == nil {
		s.Batching.Windows = slices.Clone(DefaultWindows)
	}
	s.DefaultDescription = cmp.Or(s.DefaultDescription, "PAYMENT")
	if s.DefaultSEC == "" && len(s.SECCodes) > 0 {
		s.DefaultSEC = s.SECCodes[0]
	}
	s.UnknownAccounts = cmp.Or(s.UnknownAccounts, QueueUnknown)
	s.Verification = cmp.Or(s.Verification, "prenote")
	s.File.LineEnding = cmp.Or(s.File.LineEnding, "LF")
	s.Rules = s.Rules.WithDefaults()
	s.ReceivingAccounts = slices.Clone(s.ReceivingAccounts)
	for i, a := range s.ReceivingAccounts {
		if a.Rules != nil {
			rules := a.Rules.WithDefaults()
			s.ReceivingAccounts[i].Rules = &rules
		}
	}
	return s
}

// Equal reports whether two settings are equal.
func (s Settings) Equal(o Settings) bool {
	same := s.SameReceivers(o) && s.sameReceivingRules(o) && s.SameOffsets(o)
	s.ReceivingAccounts, o.ReceivingAccounts = nil, nil
	s.Balance, o.Balance = nil, nil
	return same && reflect.DeepEqual(s, o)
}

var (
	windowTime = regexp.MustCompile(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)
	tenChars   = regexp.MustCompile(`^[0-9A-Za-z ]{1,10}$`)
)

// maxClientName bounds the name of a client, in characters.
const maxClientName = 200

// checkNewName refuses a name that no page could show. It is not asked of a name
// that a client has: a client with one of an earlier release can still be suspended.
func (s Settings) checkNewName() error {
	var f fields
	if strings.TrimSpace(s.Name) == "" {
		f.bad("/name", "blank", "a name is not all spaces")
	}
	checkVisible(&f, "/name", s.Name)
	return f.refusal()
}

// checkVisible refuses characters that nobody sees, such as the one that turns the
// rest of a line around.
func checkVisible(f *fields, at, s string) {
	for _, r := range s {
		if !unicode.IsGraphic(r) {
			f.bad(at, "alphabet", "has a character that nobody sees, U+%04X", r)
			return
		}
	}
}

// Check refuses settings that could not be put into a file.
func (s Settings) Check() error {
	var f fields
	if s.Name == "" || utf8.RuneCountInString(s.Name) > maxClientName {
		f.bad("/name", "length", "a name of 1 to %d characters is needed", maxClientName)
	}
	s.checkBatchHeader(&f)
	if len(s.ODFIs) == 0 {
		f.bad("/odfi_routing_numbers", "required", "at least one ODFI routing number is needed")
	}
	for i, r := range s.ODFIs {
		if err := nacha.ValidRouting(r); err != nil {
			f.bad("/odfi_routing_numbers/"+strconv.Itoa(i), "routing-number", "%v", err)
		}
	}
	if len(s.SECCodes) == 0 {
		f.bad("/sec_codes", "required", "at least one SEC code is needed")
	}
	for i, sec := range s.SECCodes {
		if !slices.Contains(OriginatedSECs, sec) {
			f.bad("/sec_codes/"+strconv.Itoa(i), "sec-code", "%q is not one of CCD, PPD, IAT, WEB, TEL, CTX", sec)
		}
	}
	if !slices.Contains(s.SECCodes, s.DefaultSEC) {
		f.bad("/default_sec_code", "sec-code", "the default SEC code is not among sec_codes")
	}
	s.checkBatching(&f)
	s.File.check(&f, "/file")
	if s.UnknownAccounts != QueueUnknown && s.UnknownAccounts != ReturnUnknown {
		f.bad("/unknown_accounts", "enum", "must be queue or return")
	}
	if !slices.Contains([]string{"prenote", "micro_deposits", "none"}, s.Verification) {
		f.bad("/relationship_verification", "enum", "must be prenote, micro_deposits or none")
	}
	s.Rules.Check(f.bad)
	for i, a := range s.ReceivingAccounts {
		if a.Rules != nil {
			a.Rules.Check("/receiving_accounts/"+strconv.Itoa(i), f.bad)
		}
	}
	s.checkBalance(&f)
	for i, c := range s.Companies {
		if !slices.Contains(s.CompanyIdentifications, c.Identification) {
			f.bad("/companies/"+strconv.Itoa(i)+"/identification", "company-identification", "is not among company_identifications")
		}
	}
	return f.refusal()
}

func (s Settings) checkBatching(f *fields) {
	b := s.Batching
	if b.MaxEntries < 0 {
		f.bad("/batching/max_entries", "range", "must be zero or more")
	}
	if b.MaxAmountCents < 0 {
		f.bad("/batching/max_amount_cents", "range", "must be zero or more")
	}
	if b.MaxAge != "" {
		if d, err := time.ParseDuration(b.MaxAge); err != nil || d <= 0 {
			f.bad("/batching/max_age", "duration", "must be a duration above zero, such as 15m or 2h")
		}
	}
	for i, w := range b.Windows {
		if !windowTime.MatchString(w) {
			f.bad("/batching/windows/"+strconv.Itoa(i), "time", "must be a time of day in New York, as HH:MM")
		}
	}
	if len(b.Windows) == 0 && b.MaxAge == "" {
		f.bad("/batching/windows", "required", "without windows max_age is needed, or entries could wait for ever")
	}
}

// checkBatchHeader validates each setting that is part of batch headers, in a
// header that is otherwise valid.
func (s Settings) checkBatchHeader(f *fields) {
	show := func(at, code string, set func(*nacha.BatchHeader)) {
		h := batchProbe()
		set(&h)
		if err := h.Validate(); err != nil {
			f.bad(at, code, "%s", FieldRule(err))
		}
	}
	show("/company_name", "company-name", func(h *nacha.BatchHeader) { h.CompanyName = s.CompanyName })
	if len(s.CompanyIdentifications) == 0 {
		f.bad("/company_identifications", "required", "at least one company identification is needed")
	}
	for i, id := range s.CompanyIdentifications {
		at := "/company_identifications/" + strconv.Itoa(i)
		if !tenChars.MatchString(id) {
			f.bad(at, "company-identification", "must be 1 to 10 letters, digits and spaces")
			continue
		}
		show(at, "company-identification", func(h *nacha.BatchHeader) { h.CompanyID = id })
	}
	description := Proposal{Description: s.DefaultDescription}.SentDescription()
	if nacha.Reserved(description) {
		f.against("/default_entry_description", "reserved", "%q has a meaning of its own in ACH and is set by the ledger", description)
	}
	show("/default_entry_description", "description", func(h *nacha.BatchHeader) { h.Description = s.DefaultDescription })
}

func (s FileSettings) check(f *fields, at string) {
	checkPoint(f, at+"/immediate_destination", FileSettings{ImmediateDestination: s.ImmediateDestination, ImmediateOrigin: probePoint})
	checkPoint(f, at+"/immediate_origin", FileSettings{ImmediateDestination: probePoint, ImmediateOrigin: s.ImmediateOrigin})
	checkText(f, at+"/immediate_destination_name", s.ImmediateDestinationName, 1, 23)
	checkText(f, at+"/immediate_origin_name", s.ImmediateOriginName, 1, 23)
	if s.LineEnding != "LF" && s.LineEnding != "CRLF" {
		f.bad(at+"/line_ending", "enum", "must be LF or CRLF")
	}
}

// pointForm is the form of a sending or receiving point of ours, which is also
// part of file names.
var pointForm = regexp.MustCompile(`^[0-9A-Z]{9,10}$`)

// checkPoint checks one point of the header. Bank and customer agree on it: a
// routing number, a tax number with or without a prefix, a customer number.
func checkPoint(f *fields, at string, probe FileSettings) {
	if !pointForm.MatchString(probe.ImmediateDestination) || !pointForm.MatchString(probe.ImmediateOrigin) {
		f.bad(at, "header-id", "must be nine or ten digits and capital letters, as agreed with the bank")
	} else if err := probe.Renderable(); err != nil {
		f.bad(at, "header-id", "%s", FieldRule(err))
	}
}

// checkText checks length and alphabet of a field that goes into a file.
func checkText(f *fields, at, s string, least, most int) {
	switch {
	case len(s) < least:
		f.bad(at, "required", "is required")
	case len(s) > most:
		f.bad(at, "length", "at most %d characters fit the field; this has %d", most, len(s))
	case !nacha.Printable(s):
		f.bad(at, "alphabet", "only printable ASCII characters fit the field")
	}
}

// blank reports whether a field holds nothing but spaces and zeros, which the
// rules treat as missing.
func blank(s string) bool { return strings.Trim(s, " 0") == "" }
