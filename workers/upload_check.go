package workers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/text"
)

// maxUploadEntries bounds a client's own file, which leaves as one file.
const maxUploadEntries = 250_000

// effectiveDate is the name of that field of a batch header.
const effectiveDate = "effective entry date"

// maxUploadFaults bounds the number of faults in a refusal.
const maxUploadFaults = 100

// uploadCheck checks a client's own file against the rules of ACH and the
// client's settings, and collects all faults.
type uploadCheck struct {
	client  domain.Client
	now     time.Time
	terms   func(odfi string) *calendar.Terms // of one of our banks
	odfi    string                            // nine digits, of the first batch
	batches []domain.FileBatch                // as sent
	faults  []domain.FieldError
	entries int
	// isNew says that no entry of the file is in the log yet. Only then are
	// fields refused that repeat an account number: earlier releases accepted
	// them.
	isNew bool

	line            int // of the batch header
	debits, credits bool

	sorts  map[[2]string]bool  // SEC codes and directions of its entries
	uneven []domain.FieldError // batches that a bank which requires balanced ones does not accept

	described bool           // the client sent the file as JSON and does not know its lines
	places    map[int]string // JSON pointer of the batch or entry in that JSON, by line
	inBatch   int            // entries of the batch so far
	// late are the faults of the batch's entries that count only if the batch
	// is dated for today.
	late []domain.FieldError
}

func (c *uploadCheck) handler() nacha.Handler {
	return nacha.Handler{Batch: c.batch, Entry: c.entry, End: c.end}
}

func (c *uploadCheck) fault(line int, code, field, format string, args ...any) {
	if len(c.faults) == maxUploadFaults {
		return
	}
	fault := domain.FieldError{Pointer: c.pointer(line, field), Code: code, Message: fmt.Sprintf(format, args...)}
	if !slices.Contains(c.faults, fault) { // reader and writer may report the same fault
		c.faults = append(c.faults, fault)
	}
}

// pointer names a field of a line, or of the JSON that the client sent.
func (c *uploadCheck) pointer(line int, field string) string {
	at := "/file"
	if place, ok := c.places[line]; ok {
		at = place
	} else if line > 0 && !c.described {
		at = fmt.Sprintf("/lines/%d", line)
	}
	if field == "" {
		return at
	}
	if name, ok := describedAs[field]; ok && c.described {
		return at + "/" + name
	}
	return at + "/" + strings.ReplaceAll(field, " ", "_")
}

// describedAs maps fields of records to members of that JSON.
var describedAs = map[string]string{
	"standard entry class": "secCode", "company identification": "company", "company name": "company",
	effectiveDate: "effectiveDate", "transaction code": "entryType",
}

// place records which part of the JSON a line comes from.
func (c *uploadCheck) place(line int, format string, args ...any) {
	if !c.described {
		return
	}
	if c.places == nil {
		c.places = map[int]string{}
	}
	c.places[line] = fmt.Sprintf(format, args...)
}

func (c *uploadCheck) problems(problems []nacha.Problem) {
	for _, p := range problems {
		c.fault(p.Line, p.Code, p.Field, "%s", p.Message)
	}
}

// invalid reports a field that no record of ours can carry. The effective entry
// date is reported for the batch only; see end.
func (c *uploadCheck) invalid(line int, err error) {
	var f *nacha.FieldError
	if errors.As(err, &f) && (f.Field != effectiveDate || line == c.line) {
		c.fault(line, "form", f.Field, "%s", f.Reason)
	}
}

func (c *uploadCheck) batch(b *nacha.ScannedBatch) error {
	h, s := b.Header, c.client.Settings
	c.line, c.debits, c.credits, c.inBatch, c.late = b.Line, false, false, 0, nil
	c.place(b.Line, "/batches/%d", len(c.batches))
	number := h
	number.Number = max(h.Number, 1) // replaced by ours
	c.invalid(b.Line, number.Validate())
	if !slices.Contains(s.SECCodes, h.SEC) {
		c.fault(b.Line, "sec-code", "standard entry class", "this client may not originate %s", h.SEC)
	}
	if !slices.Contains(s.CompanyIdentifications, h.CompanyID) {
		c.fault(b.Line, "company-identification", "company identification", "%s is not one of this client's", h.CompanyID)
	}
	if h.SettlementDay != "" {
		c.fault(b.Line, "settlement-day", "settlement day", "is the operator's to fill in")
	}
	c.checkODFI(b.Line, h.ODFI)
	// Numbers are assigned when the entries are filed.
	h.Number, h.SettlementDay = 0, ""
	if len(c.batches) < maxUploadEntries {
		c.batches = append(c.batches, domain.FileBatch{BatchHeader: h})
	}
	return nil
}

func (c *uploadCheck) checkODFI(line int, odfi8 string) {
	i := slices.IndexFunc(c.client.Settings.ODFIs, func(r string) bool { return r[:8] == odfi8 })
	switch {
	case i < 0:
		c.fault(line, "odfi", "ODFI identification", "%s is not one of this client's", odfi8)
	case c.odfi == "":
		c.odfi = c.client.Settings.ODFIs[i]
	case c.odfi[:8] != odfi8:
		c.fault(line, "odfi", "ODFI identification", "a file goes to one ODFI, and the first batch names %s", c.odfi[:8])
	}
}

func (c *uploadCheck) entry(e *nacha.ScannedEntry) error {
	c.entries++
	c.inBatch++
	c.place(e.Line, "/batches/%d/entries/%d", e.Batch-1, c.inBatch-1)
	c.problems(e.Problems)
	if e.Kind != nacha.KindForward {
		c.fault(e.Line, "kind", "transaction code", "a %s: only entries that start a payment can be sent in", e.Kind)
		return nil
	}
	if e.Batch <= len(c.batches) && len(e.Problems) == 0 {
		c.invalid(e.Line, e.Entry.Validate(&c.batches[e.Batch-1].BatchHeader))
	}
	if c.isNew && len(e.Problems) == 0 {
		for _, f := range domain.SomeAccount("", e.Entry.Account) {
			c.fault(e.Line, f.Code, "account number", "%s", f.Message)
		}
	}
	if c.isNew && e.Batch <= len(c.batches) {
		c.repeated(e)
	}
	debit := c.side(e)
	if e.Batch <= len(c.batches) {
		c.sees(c.batches[e.Batch-1].SEC, debit)
	}
	if c.isNew && e.Batch <= len(c.batches) {
		c.limited(e, c.batches[e.Batch-1].BatchHeader, debit)
	}
	return nil
}

// side notes the direction of an entry of the batch.
func (c *uploadCheck) side(e *nacha.ScannedEntry) (debit bool) {
	debit = nacha.TransactionCode(e.Entry.Code).Debit()
	c.debits, c.credits = c.debits || debit, c.credits || !debit
	return debit
}

// classed notes what the batch holds if it is not what its service class says, as
// much software calls every batch mixed: a bank may want debits on other days than
// credits.
func (c *uploadCheck) classed(ordinal int) {
	if ordinal > len(c.batches) {
		return
	}
	b := &c.batches[ordinal-1]
	if class := nacha.ServiceClass(c.debits, c.credits); class != b.ServiceClass {
		b.EntriesClass = class
	}
}

// limited checks an entry's amount against the limits of the client and its
// bank, and against that of same-day settlement, which counts only if the batch
// is dated for today.
func (c *uploadCheck) limited(e *nacha.ScannedEntry, h nacha.BatchHeader, debit bool) {
	if c.odfi == "" {
		return
	}
	at := fmt.Sprintf("/lines/%d/amount", e.Line)
	if c.described {
		at = fmt.Sprintf("/batches/%d/entries/%d/amount", e.Batch-1, c.inBatch-1)
	}
	if why := c.client.Refuses(c.odfi, debit, h.CompanyID, e.Entry.AmountCents); why != "" && len(c.faults) < maxUploadFaults {
		c.faults = append(c.faults, domain.FieldError{Pointer: at, Code: "limit", Message: c.named(e) + why})
	}
	bank := c.terms(c.odfi)
	if ok, why := bank.SameDayEligible(h.SEC, calendar.KindOf(debit), e.Entry.AmountCents, bank.ProcessingDay(c.now)); !ok && len(c.late) < maxUploadFaults {
		c.late = append(c.late, domain.FieldError{Pointer: at, Code: "same-day", Message: c.named(e) + why})
	}
}

// named identifies an entry by the client's own trace number.
func (c *uploadCheck) named(e *nacha.ScannedEntry) string {
	if c.described {
		return ""
	}
	return "the entry with trace number " + e.Entry.Trace + ": "
}

func (c *uploadCheck) sees(sec string, debit bool) {
	if c.sorts == nil {
		c.sorts = map[[2]string]bool{}
	}
	c.sorts[[2]string{sec, string(calendar.KindOf(debit))}] = true
}

// segments returns over how many of a bank's files the entries would have to be
// split.
func (c *uploadCheck) segments(p domain.BankProfile) int {
	of := map[string]bool{}
	for sort := range c.sorts {
		of[p.SegmentOf(sort[0], sort[1] == string(calendar.Debit))] = true
	}
	return len(of)
}

// repeated refuses fields of an entry or its batch header that repeat the
// account number: they would be in the log in the clear.
func (c *uploadCheck) repeated(e *nacha.ScannedEntry) {
	for _, field := range domain.RepeatsIn(&c.batches[e.Batch-1].BatchHeader, &e.Entry) {
		rule := domain.Repetition("")
		c.fault(e.Line, rule.Code, field, "%s", rule.Message)
	}
}

// end checks the effective entry date of a batch once all of its entries are
// known: a debit may be dated one banking day ahead, a credit two. A batch of both
// has the date of those that its bank wants first.
func (c *uploadCheck) end(v *nacha.Verdict) error {
	c.problems(v.Problems)
	if v.Ordinal > len(c.batches) {
		return nil
	}
	c.balanced(v)
	c.classed(v.Ordinal)
	on, err := calendar.ParseYYMMDD(c.batches[v.Ordinal-1].EffectiveOn)
	if err != nil {
		c.fault(v.Line, nacha.EffectiveDate, effectiveDate, "is not a day written YYMMDD")
		return nil
	}
	bank, sec := c.terms(c.odfi), c.batches[v.Ordinal-1].SEC
	kind := calendar.KindOf(c.debits && (!c.credits || bank.Lead(sec, calendar.Debit) >= bank.Lead(sec, calendar.Credit)))
	today := bank.ProcessingDay(c.now)
	if err := bank.ValidEffective(on, c.now, sec, kind); err != nil {
		c.fault(v.Line, nacha.EffectiveDate, effectiveDate, "%v", err)
	} else if calendar.OnOrAfter(on) == today && bank.Lead(sec, kind) > 0 {
		if !c.client.Settings.SameDay {
			c.fault(v.Line, string(domain.SameDayNotEnabled), effectiveDate, "%s means same-day settlement, which is not enabled for this client", on)
		}
		c.faults = append(c.faults, c.late[:min(len(c.late), maxUploadFaults-len(c.faults))]...)
	}
	return nil
}

// balanced records a batch with money that is not balanced. A client's own file
// leaves as it was sent, so no offset is added to it.
func (c *uploadCheck) balanced(v *nacha.Verdict) {
	t := v.Totals
	if t.DebitCents == t.CreditCents || len(c.uneven) == maxUploadFaults {
		return
	}
	c.uneven = append(c.uneven, domain.FieldError{Pointer: fmt.Sprintf("/lines/%d", v.Line), Code: "balance", Message: fmt.Sprintf(
		"the bank takes balanced batches only, and this one has debits of %s and credits of %s: add its offset", text.Money(t.DebitCents), text.Money(t.CreditCents))})
}

// replaced reports whether a problem concerns a field of the file header that
// is replaced by ours in the file that leaves.
func replaced(p nacha.Problem) bool {
	return p.Code == nacha.SendingPoint || p.Code == nacha.CreationTime || p.Code == nacha.BadModifier
}

// refusal returns nil for a file that can leave as it is.
func (c *uploadCheck) refusal(s nacha.Summary) error {
	c.problems(slices.DeleteFunc(slices.Clone(s.Problems), replaced))
	switch {
	case c.entries == 0:
		c.fault(0, nacha.NoEntries, "", "the file has no entries")
	case c.entries > maxUploadEntries:
		c.fault(0, "count", "", "the file has %d entries, at most %d go into one: send it as several", c.entries, maxUploadEntries)
	}
	if len(c.faults) == 0 {
		return nil
	}
	return &domain.Refusal{Code: domain.RuleBroken, Fields: c.faults}
}
