package nacha

import "fmt"

// entryReader reads and checks one entry with its addenda. Faults that
// invalidate the batch are reported for the batch; those for which an operator
// would return the entry are reported for the entry.
type entryReader struct {
	batch   *openBatch
	created string // of the file, YYMMDD
	exact   bool
	lines   []int // of the records
	starts  []int // of the records in out.Raw
	out     *ScannedEntry
}

// hold reports a problem that concerns only the entry. Reason is the operator's
// return code, or "".
func (r *entryReader) hold(record int, code, reason, field, message string, args ...any) {
	if len(r.out.Problems) == maxProblemsPerList {
		return
	}
	if len(args) > 0 {
		message = fmt.Sprintf(message, args...)
	}
	r.out.Problems = append(r.out.Problems, Problem{
		Line: r.lines[record], Scope: InEntry, Code: code, Field: field, Message: message, Reason: reason,
	})
}

// record returns record 6, or the n-th addenda.
func (r *entryReader) record(n int) string {
	end := len(r.out.Raw)
	if n+1 < len(r.starts) {
		end = r.starts[n+1]
	}
	return r.out.Raw[r.starts[n] : end-1] // without its LF
}

func (r *entryReader) line() int { return r.lines[0] }

// read fills the entry and the sums of its batch.
func (r *entryReader) read() {
	rec := r.record(0)
	e := &r.out.Entry
	code, _ := number(at(rec, 2, 3))
	e.Code = int(code) // 0, which is not in use, if it is not digits
	e.Routing = at(rec, 4, 12)
	e.Trace = at(rec, 80, 94)
	money := at(rec, 30, 39)
	switch r.batch.class.layout {
	case corporate:
		e.Account, e.IndividualID, e.Name = textAt(rec, 13, 29), textAt(rec, 40, 54), textAt(rec, 59, 74)
	case swapped:
		e.Account, e.Name, e.IndividualID = textAt(rec, 13, 29), textAt(rec, 40, 54), textAt(rec, 55, 76)
	case foreign:
		e.Account, e.OFAC, e.SecondaryOFAC = textAt(rec, 40, 74), textAt(rec, 77, 77), textAt(rec, 78, 78)
	case advice:
		e.Account, e.Name, money = textAt(rec, 13, 27), textAt(rec, 55, 76), at(rec, 28, 39)
	default:
		e.Account, e.IndividualID, e.Name = textAt(rec, 13, 29), textAt(rec, 40, 54), textAt(rec, 55, 76)
	}
	if r.batch.class.layout != foreign {
		e.Discretionary = textAt(rec, 77, 78)
	}
	r.sum(rec, money)
	if r.batch.class.unsupported {
		r.keepRaw()
		return
	}
	r.addenda()
	if code, _, ok := e.Rejected(); ok {
		r.rejected(code)
		return
	}
	r.structure()
	r.judge()
}

// sum adds the entry to the batch's totals. If the amount is not digits there
// is no sum, and the batch is refused.
func (r *entryReader) sum(rec, money string) {
	e := &r.out.Entry
	rdfi, ok := number(at(rec, 4, 11))
	if !ok {
		r.batch.refuse(r.line(), NotNumeric, "routing number", "is not digits")
	}
	e.AmountCents, ok = number(money)
	if !ok {
		e.AmountCents = 0
		r.batch.refuse(r.line(), NotNumeric, "amount", "is not digits")
	}
	side := TransactionCode(e.Code)
	if r.batch.class.layout == advice { // 81, 83, 85 and 87 are credits, the even ones debits
		side = 27 - 5*(side%2)
	}
	r.batch.verdict.Totals.add(rdfi, side, e.AmountCents, len(r.lines)-1)
}

// keepRaw marks an entry of a class whose fields we do not read. Advices have
// no trace numbers and codes of their own.
func (r *entryReader) keepRaw() {
	r.out.Unsupported = true
	switch code := r.out.Entry.Code; {
	case r.batch.class.layout != advice:
		r.structure()
	case code < 81 || code > 88:
		r.batch.refuse(r.line(), CodeNotAllowed, "transaction code", "of an advice is not 81 to 88")
	}
	r.hold(0, UnreadClass, "", "standard entry class", "%s is kept as it came, for a person", r.batch.header.SEC)
}
