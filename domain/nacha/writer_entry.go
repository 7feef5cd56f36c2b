package nacha

import "fmt"

// Entry adds an entry with its addenda to the open batch. All entries of a
// batch have one kind, and their trace numbers ascend.
func (w *Writer) Entry(e *Entry) error {
	if w.err == nil {
		w.err = w.admit(e)
	}
	if w.err != nil {
		return w.err
	}
	w.line(w.entry.record(e, &w.batch))
	w.addenda(e)
	w.kind, w.trace = e.Kind(), e.Trace
	return w.err
}

// admit checks the entry, and then the batch with it.
func (w *Writer) admit(e *Entry) error {
	var f fields
	f.admit(w, e)
	return f.in(func() string { return fmt.Sprintf("batch %d entry %s", w.batch.Number, e.Trace) })
}

func (f *fields) admit(w *Writer, e *Entry) {
	f.want(w.open, "entry", "comes outside a batch")
	if f.err == nil {
		f.err = e.Validate(&w.batch)
	}
	f.want(w.trace < e.Trace, "trace number", "does not ascend within the batch")
	f.want(w.kind == "" || w.kind == e.Kind(), "entry", "is not of the kind of its batch")
	if f.err != nil {
		return
	}
	rdfi, _ := number(e.Routing[:8])
	w.totals.add(rdfi, TransactionCode(e.Code), e.AmountCents, e.addenda())
	f.want(w.totals.Entries+w.totals.Addenda <= MaxBatchRecords, "entry and addenda count", "is above %d", MaxBatchRecords)
	f.want(w.totals.DebitCents <= MaxTotalCents, "total debits", "are above twelve digits")
	f.want(w.totals.CreditCents <= MaxTotalCents, "total credits", "are above twelve digits")
}

// addenda writes the records 7 of an entry in the order of their types.
func (w *Writer) addenda(e *Entry) {
	seq := sequence(e.Trace)
	if e.Addenda02 != "" {
		w.line(addenda02Record(e.Addenda02, e.Trace))
	}
	for i, text := range e.Addenda05 {
		w.line(addenda05Record(text, i+1, seq))
	}
	if e.IAT != nil {
		w.international(e.IAT, seq)
	}
	switch {
	case e.Return != nil:
		w.line(returnRecord(e.Return, w.batch.international(), e.Trace))
	case e.Correction != nil && w.batch.international():
		w.line(iatChangeRecord(e.Correction, e.Trace))
	case e.Correction != nil:
		w.line(changeRecord(e.Correction, e.Trace))
	case e.RefusedChange != nil:
		w.line(refusedChangeRecord(e.RefusedChange, e.Trace))
	case e.Dishonored != nil:
		w.line(dishonoredRecord(e.Dishonored, e.Trace))
	case e.Contested != nil:
		w.line(contestedRecord(e.Contested, e.Trace))
	}
}

// sequence returns the last seven digits of a trace number, by which addenda
// refer to their entry.
func sequence(trace string) int {
	n, _ := number(trace[8:])
	return int(n)
}
