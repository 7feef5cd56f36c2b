package projections

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// Settlement is the money of one ODFI, direction and settlement day. Returns
// include dishonored and contested returns; their sides are those of the
// entries they return.
type Settlement struct {
	ODFI      string // ours, nine digits
	Direction domain.Direction
	Day       string // YYYY-MM-DD
	Debits    Sum
	Credits   Sum
	// ReturnedDebits and ReturnedCredits are not included in Debits and
	// Credits.
	ReturnedDebits  Sum
	ReturnedCredits Sum
	// Waiting is the part of all four that is still unmatched.
	Waiting Sum
	// Acknowledged is the part of all four in files that the bank acknowledged.
	Acknowledged Sum
}

// Sum is a number of entries and their money.
type Sum struct {
	Entries int
	Cents   int64
}

func (s *Sum) add(more Sum) {
	s.Entries += more.Entries
	s.Cents += more.Cents
}

// NetCents is the change of the reserve account by these entries. A debit adds
// money to the account of the bank that sends it, a credit takes money from it.
func (s Settlement) NetCents() int64 {
	net := s.Debits.Cents + s.ReturnedDebits.Cents - s.Credits.Cents - s.ReturnedCredits.Cents
	if s.Direction == domain.FromFed {
		return -net
	}
	return net
}

const (
	settledOn = `SELECT s.odfi, ` + bothSums + ` FROM settled@ s WHERE s.day = ?1 GROUP BY s.odfi`
	waitingOn = `SELECT routing, count(*), sum(cents) FROM unmatched@ INDEXED BY unmatched_settled@
		WHERE settled_on = ?1 AND outcome = '' AND settled_on > 0 GROUP BY routing`

	sums = `SELECT f.odfi, s.debits + coalesce(o.debit, 0), s.debit_cents + coalesce(o.debit * o.cents, 0),
		s.credits + coalesce(1 - o.debit, 0), s.credit_cents + coalesce((1 - o.debit) * o.cents, 0), f.delivered_at, b.effective_on, f.state, f.id, f.name, b.number `
	withOffset = ` LEFT JOIN offsets@ o ON o.file = b.file AND o.batch = b.number AND o.released = 0 `
	// sentEntries settle on their effective date. A file that the client
	// carries counts from its cut on, unless a rule holds it or rejected it.
	sentEntries = sums + `FROM batches@ b INDEXED BY batches_effective@
		CROSS JOIN files@ f ON f.position = b.file JOIN filed_sums@ s ON s.file = b.file AND s.batch = b.number` + withOffset + `
		WHERE b.answers = 0 AND b.effective_on BETWEEN ?1 AND ?2 AND f.state NOT IN ('refused', 'released', 'held', 'rejected')
		AND (f.delivered > 0 OR f.method = 'download' AND f.cut > 0)`
	// sentAnswers settle with the next output after their delivery. The date of
	// earlyAnswers, which is that of the entries they answer, is later.
	sentAnswers = sums + `FROM files@ f INDEXED BY files_delivered_day@
		CROSS JOIN batches@ b ON b.file = f.position JOIN filed_sums@ s ON s.file = b.file AND s.batch = b.number` + withOffset + `
		WHERE b.answers = 1 AND f.delivered_day BETWEEN ?1 AND ?2 AND f.delivered_day > 0 AND f.state <> 'refused'`
	earlyAnswers = sums + `FROM batches@ b INDEXED BY batches_effective@
		CROSS JOIN files@ f ON f.position = b.file JOIN filed_sums@ s ON s.file = b.file AND s.batch = b.number` + withOffset + `
		WHERE b.answers = 1 AND b.effective_on BETWEEN ?1 AND ?2 AND f.delivered_day > 0 AND f.delivered_day < ?3 AND f.state <> 'refused'`
)

// Settlements sums up the money that settles on a day, by ODFI and direction.
func (v *Views) Settlements(ctx context.Context, day string) ([]Settlement, error) {
	on, err := calendar.ParseDate(day)
	if err != nil {
		return nil, err
	}
	t := settlementChanges{day: day, rows: map[string]*Settlement{}}
	err = v.read(ctx, func(s snapshot) error {
		if err := t.fromBank(s, on); err != nil {
			return err
		}
		if !calendar.IsBankingDay(on) {
			return nil // an effective date on another day settles on the next banking day
		}
		return toBank(s, on, func(b SettledBatch) {
			r := t.row(b.ODFI, domain.ToFed)
			r.add(b.Answers, b.Debits, b.Credits)
			if b.State == domain.FileIsAcked {
				r.Acknowledged.add(b.Debits)
				r.Acknowledged.add(b.Credits)
			}
		})
	})
	return t.sorted(), err
}

type settlementChanges struct {
	day  string
	rows map[string]*Settlement
}

func (t *settlementChanges) row(odfi string, direction domain.Direction) *Settlement {
	odfi = nineDigits(odfi)
	key := odfi + string(direction)
	if t.rows[key] == nil {
		t.rows[key] = &Settlement{ODFI: odfi, Direction: direction, Day: t.day}
	}
	return t.rows[key]
}

// nineDigits is a routing number with its check digit, whether it has one or not.
func nineDigits(routing string) string {
	if len(routing) > 8 {
		routing = routing[:8]
	}
	if check, ok := nacha.CheckDigit(routing); ok {
		routing += string(check)
	}
	return routing
}

func (s *Settlement) add(answers bool, debits, credits Sum) {
	if answers {
		s.ReturnedDebits.add(debits)
		s.ReturnedCredits.add(credits)
		return
	}
	s.Debits.add(debits)
	s.Credits.add(credits)
}

func (t *settlementChanges) fromBank(s snapshot, on calendar.Date) error {
	day := dayNumber(on)
	err := s.query(settledOn, values(day), func(row []value) error {
		var odfi string
		scan(row, &odfi)
		r := t.row(odfi, domain.FromFed)
		r.Debits, r.Credits, r.ReturnedDebits, r.ReturnedCredits = scanBoth(row[1:])
		return nil
	})
	if err != nil {
		return err
	}
	return s.query(waitingOn, values(day), func(row []value) error {
		var routing string
		var waiting Sum
		scan(row, &routing, &waiting.Entries, &waiting.Cents)
		t.row(routing, domain.FromFed).Waiting.add(waiting)
		return nil
	})
}

// toBank yields our batches that settle on a day.
func toBank(s snapshot, on calendar.Date, yield func(SettledBatch)) error {
	first := calendar.PreviousBankingDay(on).Add(1)
	err := s.query(sentEntries, values(first.String(), on.String()), func(row []value) error {
		b, _, _ := scanSums(row)
		yield(b)
		return nil
	})
	if err != nil {
		return err
	}
	answers := func(row []value) error {
		b, delivered, effective := scanSums(row)
		if b.Answers = true; calendar.AnswerSettlesOn(delivered, effective) == on {
			yield(b)
		}
		return nil
	}
	from := dayNumber(calendar.PreviousBankingDay(on))
	if err := s.query(sentAnswers, values(from, dayNumber(on.Add(1))), answers); err != nil {
		return err
	}
	return s.query(earlyAnswers, values(first.String(), on.String(), from), answers)
}

// SettledBatch is a batch of ours with the money that settles on the day.
type SettledBatch struct {
	ODFI, FileID, FileName string
	State                  domain.FileState
	Batch                  int64
	Answers                bool
	Debits, Credits        Sum
}

// SettledBatches lists our batches that settle on a day.
func (v *Views) SettledBatches(ctx context.Context, day string) (list []SettledBatch, err error) {
	on, err := calendar.ParseDate(day)
	if err != nil || !calendar.IsBankingDay(on) {
		return nil, err
	}
	err = v.read(ctx, func(s snapshot) error {
		return toBank(s, on, func(b SettledBatch) { list = append(list, b) })
	})
	return list, err
}

// scanSums reads the columns of sums. The effective date is zero where a bank left
// it out of the entries that are answered.
func scanSums(row []value) (b SettledBatch, delivered time.Time, effective calendar.Date) {
	on := ""
	scan(row, &b.ODFI, &b.Debits.Entries, &b.Debits.Cents, &b.Credits.Entries, &b.Credits.Cents, &delivered, &on, &b.State, &b.FileID, &b.FileName, &b.Batch)
	effective, _ = calendar.ParseDate(on)
	return b, delivered, effective
}

func (t *settlementChanges) sorted() []Settlement {
	rows := make([]Settlement, 0, len(t.rows))
	for _, r := range t.rows {
		rows = append(rows, *r)
	}
	slices.SortFunc(rows, func(a, b Settlement) int {
		return cmp.Or(cmp.Compare(a.ODFI, b.ODFI), cmp.Compare(a.Direction, b.Direction))
	})
	return rows
}
