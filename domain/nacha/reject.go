package nacha

import (
	"cmp"
	"strings"
)

// rejectMark begins the field that replaces the trace number in a bank's reject
// report: REJ0, four characters of the bank's code, and the last seven digits
// of the trace number under which the entry was sent.
const rejectMark = "REJ0"

// Rejected reports whether a bank reports an entry that it did not accept. It
// returns the bank's code, REJ0 and four characters, and the last seven digits
// of the trace number; the first eight are the batch header's ODFI.
func (e *Entry) Rejected() (code, sequence string, ok bool) {
	if len(e.Trace) != 15 || !strings.HasPrefix(e.Trace, rejectMark) {
		return "", "", false
	}
	code, sequence = e.Trace[:8], e.Trace[8:]
	for _, c := range code[len(rejectMark):] {
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z') {
			return "", "", false
		}
	}
	return code, sequence, digits(sequence)
}

// rejected makes an entry of a reject report wait for a person. Nothing else is
// checked, because the bank has already rejected the entry.
func (r *entryReader) rejected(code string) {
	b := r.batch
	r.out.Kind = KindReject
	r.out.Problems = nil
	r.hold(0, BankReject, "", "", "The bank did not take this entry of ours, with %s: no money moves", code)
	b.verdict.Kind = cmp.Or(b.verdict.Kind, KindReject)
	if b.verdict.Kind != KindReject {
		b.refuse(r.line(), MixedKinds, "", "a %s in a batch that began with a %s", KindReject, b.verdict.Kind)
	}
}
