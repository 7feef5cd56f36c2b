package api

import (
	"cmp"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// dates are the days of a transaction: a forecast until it is cut, then those
// of its file, or of the one in which it was presented again; for an entry from
// another bank those that the operator stamped.
type dates struct {
	EffectiveSameDay             bool
	EffectiveSameDayReason       string  `json:",omitempty"` // why same-day settlement was asked for and is not given
	EffectiveEntryDate           *string // YYYY-MM-DD
	EffectiveEntryDateReason     string  `json:",omitempty"` // why it is not the date asked for, or not the one of the cut
	ExpectedSettlementDate       *string // YYYY-MM-DD
	ReturnWindowEnds             *string // last banking day for an ordinary return, YYYY-MM-DD
	UnauthorizedReturnWindowEnds *string // of debits of consumers, YYYY-MM-DD
	AvailableBy                  string  `json:",omitempty"` // to the receiver of a credit from another bank
}

// dates returns none for a transaction that will never leave.
func (st *TransactionView) dates() (d dates) {
	t := &st.Transaction
	o := t.Origination()
	switch {
	case o == nil || o.State == domain.Recalled || o.State == domain.Rejected:
		return d
	case t.Received != nil:
		effective, _ := calendar.ParseYYMMDD(t.Received.Header.EffectiveOn)
		settles, _ := calendar.ParseDate(o.SettledOn)
		d.EffectiveEntryDate, d.ExpectedSettlementDate = day(effective), day(settles)
		d.windows(settles, t.Received.Header.SEC, nacha.TransactionCode(t.Received.Entry.Code).Debit(), lastToSend)
		if in := t.Received.Incoming; in.Entry.AmountCents > 0 && nacha.TransactionCode(in.Entry.Code).Credit() {
			made, _ := time.Parse(time.RFC3339, in.FileMadeAt) // zero where the header does not say
			if by := st.Bank.AvailableBy(settles, made); !by.IsZero() {
				d.AvailableBy = Timestamp(by)
			}
		}
		return d
	}
	p := &t.Originated.Proposal
	var settles calendar.Date
	last := t.LastPresentment()
	if effective, sameDay, ok := st.cutDates(last); ok {
		settles = calendar.OnOrAfter(effective) // a client's own file may be dated a Saturday
		d.EffectiveSameDay, d.EffectiveEntryDate = sameDay, day(effective)
		d.EffectiveSameDayReason, d.EffectiveEntryDateReason = st.cutReasons(last, last == o && p.SameDay && !sameDay)
	} else {
		asked := want(p)
		asked.Bank = st.Bank
		forecast := calendar.Effective(st.Now, asked)
		settles = forecast.SettlesOn
		d.EffectiveSameDay, d.EffectiveEntryDate = forecast.SameDay, day(forecast.EffectiveOn)
		d.EffectiveSameDayReason, d.EffectiveEntryDateReason = forecast.NotSameDay, cmp.Or(forecast.Moved, forecast.Terms)
	}
	d.ExpectedSettlementDate = day(settles)
	d.windows(settles, p.SEC, p.PushPull == domain.Pull, lastToCome)
	return d
}

// want is what the dates of a proposal depend on.
func want(p *domain.Proposal) calendar.Request {
	asked, _ := calendar.ParseDate(p.EffectiveOn) // checked on arrival; the zero date if none was asked for
	return calendar.Request{AskedOn: asked, SameDay: p.SameDay, SEC: p.SEC, Kind: calendar.KindOf(p.PushPull == domain.Pull), AmountCents: p.AmountCents}
}

// cutDates returns what the file of an item says; ok is false before the cut.
// An entry whose effective date is the processing day on which its file leaves
// settles on that day.
func (st *TransactionView) cutDates(i *domain.Item) (effective calendar.Date, sameDay, ok bool) {
	if i.Filing == nil {
		return effective, false, false
	}
	f := st.Files[i.Filing.File]
	if f.Cut == nil {
		return effective, false, false
	}
	for _, b := range f.Batches {
		if b.Number != i.Filing.Batch {
			continue
		}
		effective, err := calendar.ParseYYMMDD(b.EffectiveOn)
		leaves := st.Bank.ProcessingDay(f.SendBy.Add(-time.Nanosecond))
		return effective, effective == leaves, err == nil
	}
	return effective, false, false
}

// cutReasons returns what the log says about the dates of an item in a file:
// why the cut did not give what was asked for, and why the file was redated
// when it left later, which may have cost same-day settlement too.
func (st *TransactionView) cutReasons(i *domain.Item, lostSameDay bool) (notSameDay, moved string) {
	if d := i.Filing.Dated; d != nil {
		notSameDay, moved = d.NotSameDayReason, d.MovedReason
	}
	if why, ok := st.Files[i.Filing.File].Redated[i.Filing.Batch]; ok {
		moved = why
		if lostSameDay && notSameDay == "" {
			notSameDay = why
		}
	}
	if asked := st.Transaction.Originated; moved == "" && i.Kind == domain.Origination && asked != nil && asked.Proposal.EffectiveOn == "" {
		for _, b := range st.Files[i.Filing.File].Batches {
			if b.Number == i.Filing.Batch {
				moved = b.DatedBy
			}
		}
	}
	return notSameDay, moved
}

// windows sets the last banking days for returns: of those that may come for
// what we sent, and of those we may send for what we received. Only consumer
// debits can be returned as unauthorized within sixty days.
func (d *dates) windows(settles calendar.Date, sec string, debit bool, last func(calendar.TimeLimit) calendar.Date) {
	if settles.IsZero() {
		return
	}
	d.ReturnWindowEnds = day(last(calendar.ReturnDeadline(settles)))
	if consumer := sec != "CCD" && sec != "CTX"; consumer && debit {
		d.UnauthorizedReturnWindowEnds = day(last(calendar.UnauthorizedReturnDeadline(settles)))
	}
}

func lastToCome(l calendar.TimeLimit) calendar.Date { return l.ReachBy }

func lastToSend(l calendar.TimeLimit) calendar.Date { return l.SendOn }

func day(d calendar.Date) *string {
	if d.IsZero() {
		return nil
	}
	s := d.String()
	return &s
}
