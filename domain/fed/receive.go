package fed

import (
	"bytes"
	"time"

	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// Receive takes a file as an operator does: it rejects the whole file or single
// batches, returns entries with wrong fields, and settles the rest by the
// deadline that the file met. It returns the acknowledgement.
func (f *Fed) Receive(now time.Time, content []byte) (ack.Acknowledgement, error) {
	report, err := nacha.Check(bytes.NewReader(content))
	if err != nil {
		return ack.Acknowledgement{}, err
	}
	a := f.acknowledge(&report)
	if a.Result != ack.Accepted {
		return a, nil
	}
	f.seen[report.Key()] = true
	good := report.Good()
	return a, f.take(now, content, good)
}

func (f *Fed) acknowledge(report *nacha.Report) ack.Acknowledgement {
	h := report.Header
	a := ack.Acknowledgement{
		Origin: h.ImmediateOrigin, Destination: h.ImmediateDestination, CreatedOn: h.CreatedOn, CreatedAt: h.CreatedAt,
		Modifier: h.Modifier, Result: ack.Accepted, Totals: ack.Counted(report.Totals),
	}
	switch {
	case !report.OK():
		a.Result, a.Reason = ack.Rejected, report.Problems[0].Message
	case !report.Complete:
		a.Result, a.Reason = ack.Rejected, "the file has no file control record"
	case f.seen[report.Key()]:
		a.Result, a.Reason = ack.Duplicate, "a file with this origin, date, time and modifier was accepted before"
	}
	for i := range report.Batches {
		if b := &report.Batches[i]; a.Result == ack.Accepted && !b.OK() {
			a.Batches = append(a.Batches, ack.RejectedBatch{Number: b.Ordinal, Reason: b.Problems[0].Message})
		}
	}
	return a
}

// take settles the entries of the good batches.
func (f *Fed) take(now time.Time, content []byte, good map[int]bool) error {
	var header nacha.BatchHeader
	_, err := nacha.Scan(bytes.NewReader(content), nacha.Handler{
		Batch: func(b *nacha.ScannedBatch) error {
			header = b.Header
			return nil
		},
		Entry: func(e *nacha.ScannedEntry) error {
			if good[e.Batch] {
				f.entry(now, header, e)
			}
			return nil
		},
	})
	return err
}

func (f *Fed) entry(now time.Time, h nacha.BatchHeader, e *nacha.ScannedEntry) {
	deadline := calendar.NextDeadlines(now, 1)[0]
	check, _ := nacha.CheckDigit(h.ODFI)
	from := h.ODFI + string(check)
	if e.Kind != nacha.KindForward {
		effective, _ := calendar.ParseYYMMDD(h.EffectiveOn) // zero where the answered entry has none
		f.answer(calendar.AnswerSettlesOn(now, effective), h, e.Entry)
		return
	}
	settles := settlesOn(deadline, h, e.Entry)
	kept := &entry{from: from, header: h, entry: e.Entry, settlesOn: settles, plan: f.options.Script(h, e.Entry)}
	f.entries = append(f.entries, kept)
	f.byTrace[e.Entry.Trace] = kept
	f.balance.sent(e.Entry)
	if len(e.Problems) > 0 {
		kept.plan = Plan{Return: operatorCode(e.Problems[0].Code)}
	}
	f.follow(kept)
}

// settlesOn is the day on which an entry settles: by the deadline that its file
// met, or on its effective date if that is later.
func settlesOn(deadline calendar.Deadline, h nacha.BatchHeader, e nacha.Entry) calendar.Date {
	effective, err := calendar.ParseYYMMDD(h.EffectiveOn)
	if err != nil {
		return deadline.SettlesOn
	}
	effective = calendar.OnOrAfter(effective)
	kind := calendar.KindOf(nacha.TransactionCode(e.Code).Debit())
	eligible, _ := (*calendar.Terms)(nil).SameDayEligible(h.SEC, kind, e.AmountCents, deadline.Day)
	switch {
	case effective.After(deadline.SettlesOn):
		return effective
	case deadline.SameDay && !effective.After(deadline.Day) && eligible:
		return deadline.Day
	case deadline.SettlesOn == deadline.Day: // same-day window, for an entry that is not same day
		return calendar.NextBankingDay(deadline.Day)
	default:
		return deadline.SettlesOn
	}
}

// operatorCode is the code with which an operator returns an entry for a wrong
// field.
func operatorCode(problem string) string {
	switch problem {
	case nacha.RoutingNumber:
		return "R13"
	case nacha.RoutingDigit:
		return "R28"
	case nacha.AmountField:
		return "R19"
	case nacha.AddendaField:
		return "R25"
	case nacha.TraceField:
		return "R27"
	case nacha.ImproperDebit:
		return "R35"
	case nacha.ImproperCredit:
		return "R36"
	default:
		return "R26"
	}
}
