package projections

import (
	"context"
	"time"
)

// SettledFile is what a file from the bank brought of the money that settles on a
// day, for one of our banks.
type SettledFile struct {
	ODFI             string // ours, nine digits
	ID, Name, Source string // of the file
	ReceivedAt       time.Time
	Debits, Credits  Sum
	// ReturnedDebits and ReturnedCredits are in neither of the above; see
	// Settlement.
	ReturnedDebits, ReturnedCredits Sum
}

// SettledFileFilter selects files from the bank by a settlement day, YYYY-MM-DD.
type SettledFileFilter struct {
	Day    string
	Limit  int // 0: all
	Cursor string
}

const (
	bothSums = `sum(iif(s.answers, 0, s.debits)), sum(iif(s.answers, 0, s.debit_cents)),
		sum(iif(s.answers, 0, s.credits)), sum(iif(s.answers, 0, s.credit_cents)),
		sum(iif(s.answers, s.debits, 0)), sum(iif(s.answers, s.debit_cents, 0)),
		sum(iif(s.answers, s.credits, 0)), sum(iif(s.answers, s.credit_cents, 0))`
	settledFiles = `SELECT s.odfi, s.file, i.id, i.name, i.source, i.received_at, ` + bothSums + `
		FROM settled@ s CROSS JOIN inbound@ i ON i.position = s.file
		WHERE s.day = ?1 AND (s.odfi, s.file) > (?2, ?3) GROUP BY s.odfi, s.file ORDER BY s.odfi, s.file LIMIT ?4`
)

// SettledFiles lists the files from the bank whose entries settle on a day, by our
// bank, oldest first, and the cursor of the next page. Together they make the
// rows of Settlements that came from the bank. Errors: ErrCursor.
func (v *Views) SettledFiles(ctx context.Context, f SettledFileFilter) ([]SettledFile, string, error) {
	day, err := parseDay(f.Day)
	if err != nil {
		return nil, "", err
	}
	at, err := parseCursor(f.Cursor, []any{"settled", day})
	if err != nil {
		return nil, "", err
	}
	p := page[SettledFile]{limit: f.Limit}
	return p.list(ctx, v, settledFiles, values(day, at.Trace, at.Row, p.room()), func(row []value) (one SettledFile, here cursor, _ error) {
		here.Filter = at.Filter
		scan(row, &here.Trace, &here.Row, &one.ID, &one.Name, &one.Source, &one.ReceivedAt)
		one.ODFI = nineDigits(here.Trace)
		one.Debits, one.Credits, one.ReturnedDebits, one.ReturnedCredits = scanBoth(row[6:])
		return one, here, nil
	})
}

// scanBoth reads the columns of bothSums.
func scanBoth(row []value) (debits, credits, returnedDebits, returnedCredits Sum) {
	scan(row, &debits.Entries, &debits.Cents, &credits.Entries, &credits.Cents,
		&returnedDebits.Entries, &returnedDebits.Cents, &returnedCredits.Entries, &returnedCredits.Cents)
	return debits, credits, returnedDebits, returnedCredits
}
