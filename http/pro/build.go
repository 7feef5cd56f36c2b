package pro

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/http/api"
)

// fileBuilder converts an ACH Pro file into batches, which are then processed
// like a file that the client uploads: validated as a whole, kept sealed, and
// cut as one file, where the trace numbers are replaced.
type fileBuilder struct {
	server *surface
	ctx    context.Context
	who    api.Caller
	client domain.Client

	bad       []domain.FieldError
	accounts  []string                // stored accounts' ids, by entry; "" for a one-off account
	named     []*domain.Named         // how each account was named, by entry; nil for a one-off account
	originals []map[string]string     // names before transliteration, by entry
	name      string                  // of the kept file
	broken    []domain.FieldError     // violated rules
	offsets   []*domain.OrderedOffset // by batch
	repeated  []domain.FieldError     // text fields that repeat an account number
	numbers   []string                // account numbers in the current batch
}

// builtFile is the result.
type builtFile struct {
	batches []nacha.Batch
	odfi    domain.ProfileODFI
	deliver bool
	asked   proFile // without account numbers
}

// maxFileName bounds the name that a client gives a file for itself, in characters.
const maxFileName = 255

func (b *fileBuilder) build(in proFile) (builtFile, error) {
	out := builtFile{asked: in}
	b.name = in.Name
	if utf8.RuneCountInString(in.Name) > maxFileName {
		b.wrong("/name", "length", "at most %d characters", maxFileName)
	}
	var err error
	if out.odfi, out.asked.ODFI, err = b.odfi(in.ODFI); err != nil {
		return out, err
	}
	switch strings.ToLower(in.Delivery) {
	case "", "download":
		out.asked.Delivery = "download"
	case "deliver":
		out.deliver, out.asked.Delivery = true, "deliver"
	default:
		b.wrong("/delivery", "enum", "must be download or deliver")
	}
	if len(in.Batches) == 0 {
		b.wrong("/batches", "required", "a file has at least one batch")
	}
	out.asked.Batches = make([]proBatch, len(in.Batches))
	sequence := 0
	for n, batch := range in.Batches {
		made, asked, err := b.batch(fmt.Sprintf("/batches/%d", n), batch, out.odfi, &sequence)
		if err != nil {
			return out, err
		}
		made.Header.Number = n + 1
		out.batches, out.asked.Batches[n] = append(out.batches, made), asked
	}
	first := func(list []domain.FieldError) []domain.FieldError { return list[:min(len(list), api.MaxComplaints)] }
	if len(b.bad) > 0 {
		return out, &domain.Refusal{Code: domain.Invalid, Fields: first(b.bad)}
	}
	if len(b.broken) > 0 {
		return out, &domain.Refusal{Code: domain.RuleBroken, Fields: first(b.broken)}
	}
	if len(b.repeated) > 0 {
		return out, api.RefuseRepetitions(first(b.repeated))
	}
	return out, nil
}

func (b *fileBuilder) wrong(at, code, format string, args ...any) {
	b.bad = append(b.bad, api.Wrong(at, code, format, args...)...)
}

// odfi finds a stored ODFI, or reads a one-off ODFI.
func (b *fileBuilder) odfi(raw json.RawMessage) (domain.ProfileODFI, json.RawMessage, error) {
	profile, err := b.server.Ledger.Profile(b.ctx, b.who.Client)
	if err != nil {
		return domain.ProfileODFI{}, nil, err
	}
	var id string
	if json.Unmarshal(raw, &id) == nil {
		o, ok := profile.ODFI(strings.ToUpper(id))
		if !ok {
			return o, nil, api.Invalid("/odfi", "not-found", "there is no ODFI %q", id)
		}
		return o, raw, under(o.Usable(b.client.Settings), "/odfi")
	}
	var in proODFI
	if err := oneOff(raw, &in, "/odfi", "an ODFI"); err != nil {
		return domain.ProfileODFI{}, nil, err
	}
	o := in.odfi("ONE-OFF")
	events, err := domain.SaveODFI{ODFI: o}.Decide(b.client.Settings, domain.Profile{})
	if err != nil {
		return o, nil, under(inProNames(err), "/odfi")
	}
	return events[0].(domain.ProfileODFISaved).ProfileODFI, raw, nil
}

func (b *fileBuilder) batch(at string, in proBatch, odfi domain.ProfileODFI, sequence *int) (nacha.Batch, proBatch, error) {
	asked := in
	company, ref, err := b.recipient(at+"/company", in.Company)
	if err != nil {
		return nacha.Batch{}, asked, err
	}
	if company.Terms.RecipientKind != domain.Company {
		b.wrong(at+"/company", "company", "a company is a recipient of type COMPANY")
	}
	asked.Company = ref
	effective, err := b.effective(at, in, odfi.Routing)
	if err != nil {
		return nacha.Batch{}, asked, err
	}
	if len(in.Entries) == 0 {
		b.wrong(at+"/entries", "required", "a batch has at least one entry")
	}
	batch := nacha.Batch{Header: nacha.BatchHeader{
		CompanyName: company.Terms.Name, CompanyID: company.Terms.CompanyID, SEC: strings.ToUpper(in.SECCode),
		Description: strings.TrimSpace(in.EntryDescription), DiscretionaryData: in.DiscretionaryData, EffectiveOn: effective,
		OriginatorStatus: "1", ODFI: odfi.Routing[:8],
	}}
	b.checkBatch(at, in, batch.Header.SEC)
	asked.Entries, b.numbers = make([]proEntry, len(in.Entries)), nil
	for n, entry := range in.Entries {
		e, ref, err := b.entry(fmt.Sprintf("%s/entries/%d", at, n), entry, company, batch.Header.SEC)
		if err != nil {
			return batch, asked, err
		}
		*sequence++
		e.Trace = fmt.Sprintf("%s%07d", odfi.Routing[:8], *sequence)
		batch.Entries, asked.Entries[n] = append(batch.Entries, e), ref
	}
	batch.Header.ServiceClass = classOf(batch)
	offset, ref, err := b.offset(at, in, company, &batch, odfi.Routing)
	if err != nil {
		return batch, asked, err
	}
	b.offsets, asked.OffsetAccount = append(b.offsets, offset), ref
	for _, number := range b.numbers {
		b.repeated = append(b.repeated, api.Repetitions(number, "/name", b.name, at+"/company/name", company.Terms.Name,
			at+"/entryDescription", in.EntryDescription, at+"/discretionaryData", in.DiscretionaryData)...)
	}
	return batch, asked, nil
}

// classOf returns the service class of a batch by its entries, prenotes included.
func classOf(b nacha.Batch) int {
	debits, credits := false, false
	for i := range b.Entries {
		debit := nacha.TransactionCode(b.Entries[i].Code).Debit()
		debits, credits = debits || debit, credits || !debit
	}
	return nacha.ServiceClass(debits, credits)
}

func sides(b nacha.Batch) (debits, credits int64) {
	for i := range b.Entries {
		if nacha.TransactionCode(b.Entries[i].Code).Debit() {
			debits += b.Entries[i].AmountCents
		} else {
			credits += b.Entries[i].AmountCents
		}
	}
	return debits, credits
}

// effective returns the requested effective entry date, or the earliest
// possible one.
func (b *fileBuilder) effective(at string, in proBatch, odfi string) (string, error) {
	if in.EffectiveDate == "" {
		bank, err := b.server.Ledger.Bank(b.ctx, odfi)
		if err != nil {
			return "", err
		}
		want := calendar.Request{SEC: strings.ToUpper(in.SECCode), Bank: &bank.Terms}
		for _, e := range in.Entries { // with entries in both directions, the longer lead applies
			kind := calendar.KindOf(strings.EqualFold(e.EntryType, "DEBIT"))
			if want.Kind == "" || bank.Lead(want.SEC, kind) > bank.Lead(want.SEC, want.Kind) {
				want.Kind = kind
			}
		}
		return calendar.Effective(b.server.Ledger.Now(), want).EffectiveOn.YYMMDD(), nil
	}
	d, err := calendar.ParseDate(in.EffectiveDate)
	if err != nil {
		return "", api.Invalid(at+"/effectiveDate", "date", "%v", err)
	}
	if back, err := calendar.ParseYYMMDD(d.YYMMDD()); err != nil || back != d {
		return "", api.Invalid(at+"/effectiveDate", "date", "%s cannot be written in a file, which has two digits for the year and means this century", d)
	}
	return d.YYMMDD(), nil
}

// originals returns the recipients' names before transliteration, if they
// differ.
func originals(from, to domain.Recipient) map[string]string {
	names := map[string]string{}
	if from.Terms.OriginalName != "" {
		names["FromName"] = from.Terms.OriginalName
	}
	if to.Terms.OriginalName != "" {
		names["ToName"] = to.Terms.OriginalName
	}
	return names
}

func (b *fileBuilder) entry(at string, in proEntry, company domain.Recipient, sec string) (nacha.Entry, proEntry, error) {
	asked := in
	recipient, ref, err := b.recipient(at+"/recipient", in.Recipient)
	if err != nil {
		return nacha.Entry{}, asked, err
	}
	asked.Recipient = ref
	b.originals = append(b.originals, originals(company, recipient))
	account, ref, err := b.account(at+"/account", in.Account, recipient)
	if err != nil {
		return nacha.Entry{}, asked, err
	}
	asked.Account = ref
	b.repeated = append(b.repeated, api.Repetitions(account.number, at+"/recipient/name", recipient.Terms.Name,
		at+"/recipient/uniqueIdentifier", recipient.Terms.UniqueIdentifier, at+"/account/nickname", nickname(ref),
		at+"/addendum", in.Addendum)...)
	b.numbers = append(b.numbers, account.number)
	cents, err := text.ParseDollars(in.Amount.String())
	if err != nil {
		b.wrong(at+"/amount", "amount", "%v", err)
	}
	debit := strings.EqualFold(in.EntryType, "DEBIT")
	if !debit && !strings.EqualFold(in.EntryType, "CREDIT") {
		b.wrong(at+"/entryType", "enum", "must be CREDIT or DEBIT")
	}
	b.checkDirection(at+"/entryType", account.kind, sec, debit)
	b.checkText(at+"/addendum", in.Addendum, 80)
	e := nacha.Entry{
		Code: domain.EntryCode(account.kind, debit), Routing: account.routing, Account: account.number, AmountCents: cents,
		Name: recipient.Terms.Name, IndividualID: recipient.Terms.UniqueIdentifier,
	}
	if cents == 0 {
		e.Code++ // the code of a prenote
	}
	if in.Addendum != "" {
		e.Addenda05 = []string{in.Addendum}
	}
	if debit && (sec == "WEB" || sec == "TEL") {
		e.Discretionary = "S"
	}
	return e, asked, nil
}
