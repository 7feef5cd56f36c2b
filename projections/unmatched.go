package projections

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/achledger/achledger/domain/nacha"
)

// Outcomes of entries that waited for a person.
const (
	Assigned  = "assigned"
	SentBack  = "returned"
	Dismissed = "dismissed"
)

// UnmatchedOutcomes are all of them.
var UnmatchedOutcomes = []string{Assigned, SentBack, Dismissed}

// Unmatched is an entry that waits for a person, or did.
type Unmatched struct {
	ID            string
	Inbound       string // the file that contained it
	Line          int
	EntryKind     nacha.Kind
	Reason        string // stable slug
	Message       string // for the person who decides
	SEC           string
	CompanyName   string
	Sender        string // first eight digits of the bank that sent it
	Name          string
	Routing       string // ours, as the entry has it
	AccountTail   string
	Trace         string
	OriginalTrace string // of the entry that it answers
	Code          string // return or change code
	Debit         bool
	AmountCents   int64
	SettledOn     string // YYYY-MM-DD, empty where no money moved
	QueuedAt      time.Time
	Deadline      time.Time // last moment to return it; zero if none
	Candidates    []string  // transactions it may belong to, client/id

	Outcome       string // empty while it waits, else assigned, returned or dismissed
	DecidedAt     time.Time
	Client        string // to which it was assigned
	TransactionID string
	Note          string // reason or return code of the decision
	Position      int64
}

// UnmatchedFilter selects entries of the queue, by deadline.
type UnmatchedFilter struct {
	Outcome string // empty: those that still wait
	Client  string // of a candidate, or to which it was assigned; empty: all
	Since   Since  // among those that still wait; the longest waiting come first
	Limit   int    // 0: all
	Cursor  string
}

const (
	unmatchedColumns = `SELECT position, entry, inbound, line, kind, reason, message, sec, company, sender, name, routing,
		tail, trace, original_trace, code, debit, cents, settled_on, queued_at, deadline, candidates, outcome, decided_at,
		client, txn, note FROM unmatched@ `
	unmatchedByDeadline = unmatchedColumns + `INDEXED BY unmatched_deadline@
		WHERE outcome = ?1 AND (deadline, position) > (?2, ?3)
			AND (?4 = '' OR client = ?4 OR instr(' ' || candidates, ' ' || ?4 || '/'))
		ORDER BY deadline, position LIMIT ?5`
	unmatchedSince = unmatchedColumns + `INDEXED BY unmatched_oldest@
		WHERE outcome = '' AND outcome = ?1 AND (queued_at, position) > (?2, ?3) AND queued_at <= ?6
			AND (?4 = '' OR client = ?4 OR instr(' ' || candidates, ' ' || ?4 || '/'))
		ORDER BY queued_at, position LIMIT ?5`
	unmatchedByID = unmatchedColumns + `WHERE entry = ?1`
)

// UnmatchedEntries lists entries of the queue by deadline, those without one
// last, and the cursor of the next page, empty after the last. Errors:
// ErrCursor.
func (v *Views) UnmatchedEntries(ctx context.Context, f UnmatchedFilter) ([]Unmatched, string, error) {
	p := page[Unmatched]{limit: f.Limit}
	at, err := parseCursor(f.Cursor, []any{"unmatched", f.Outcome, f.Client, f.Since.set()})
	if err != nil {
		return nil, "", err
	}
	way, by, args := unmatchedByDeadline, 20, values(f.Outcome, at.At, at.Row, f.Client, p.room())
	if f.Since.set() {
		from, behind, until := f.Since.behind(at, f.Cursor == "")
		way, by, args = unmatchedSince, 19, values(f.Outcome, from, behind, f.Client, p.room(), until)
	}
	return p.list(ctx, v, way, args, func(row []value) (Unmatched, cursor, error) {
		u := scanUnmatched(row)
		return u, cursor{Filter: at.Filter, At: row[by].(int64), Row: u.Position}, nil
	})
}

// FindUnmatched finds an entry that waits or waited.
func (v *Views) FindUnmatched(ctx context.Context, id string) (u Unmatched, ok bool, err error) {
	return first(rowsOf(ctx, v, unmatchedByID, values(id), func(row []value, u *Unmatched) { *u = scanUnmatched(row) }))
}

func scanUnmatched(row []value) (u Unmatched) {
	settledOn, deadline, candidates := int64(0), int64(0), ""
	scan(row, &u.Position, &u.ID, &u.Inbound, &u.Line, &u.EntryKind, &u.Reason, &u.Message, &u.SEC, &u.CompanyName, &u.Sender,
		&u.Name, &u.Routing, &u.AccountTail, &u.Trace, &u.OriginalTrace, &u.Code, &u.Debit, &u.AmountCents, &settledOn,
		&u.QueuedAt, &deadline, &candidates, &u.Outcome, &u.DecidedAt, &u.Client, &u.TransactionID, &u.Note)
	u.SettledOn, u.Candidates = dayText(settledOn), strings.Fields(candidates)
	if deadline != never {
		u.Deadline = instant(deadline)
	}
	return u
}

// dayText is the inverse of parseDay; 0 gives "".
func dayText(day int64) string {
	if day == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", day/10_000, day/100%100, day%100)
}
