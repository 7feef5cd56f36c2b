package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
)

const (
	openedBetween = `SELECT min(position), max(position) FROM files@ WHERE opened_day BETWEEN ?1 AND ?2`
	filesOfDays   = fileColumns + `NOT INDEXED WHERE position BETWEEN ?1 AND ?2
		AND cut_day BETWEEN ?3 AND ?4 ORDER BY position`

	// answerColumns join each answer to the row of the item it answers, which
	// has the name and the dates of the transaction.
	answerColumns = `SELECT i.position, i.client, i.txn, i.item, i.kind, i.direction, i.status, i.cents, i.made_at, i.day,
			i.code, i.trace, i.settled_on, coalesce(o.name, ''), coalesce(o.sec, ''), coalesce(o.made_at, 0),
			i.corrected, coalesce(o.trace, ''), coalesce(h.id, '')
		FROM items@ i INDEXED BY `
	answerJoins = ` LEFT JOIN items@ o INDEXED BY items_item@ ON o.item = i.reply_to AND o.client = i.client
		LEFT JOIN files@ h ON h.position = i.in_file
		WHERE i.kind <> 'Origination' AND i.day BETWEEN ?1 AND ?2 AND i.position < ?3 AND (?8 = '' OR i.code = ?8)
		AND (?9 = 0 OR (i.made_at - o.made_at) / 86400000000 >= ?9) AND (?10 = 0 OR (i.made_at - o.made_at) / 86400000000 <= ?10) AND `
	answersOfDays = answerColumns + `items_answers@` + answerJoins + `
		(?4 = '' OR i.direction = ?4) AND (?5 = '' OR i.kind = ?5) AND (?6 = '' OR i.client = ?6)
		ORDER BY i.day DESC, i.position DESC LIMIT ?7`
	// answersOfClient are of one kind and direction.
	answersOfClient = answerColumns + `items_answers_of@` + answerJoins + `
		i.client = ?6 AND i.kind = ?5 AND i.direction = ?4 ORDER BY i.position DESC LIMIT ?7`

	codesOfDays = `SELECT day, kind, code, count(*), sum(cents) FROM items@ INDEXED BY items_answers@
		WHERE kind <> 'Origination' AND day BETWEEN ?1 AND ?2 AND direction = 'FromFed' GROUP BY day, kind, code`
)

// FilesCutOn lists the files that were cut on days of New York, YYYY-MM-DD, in
// log order.
func (v *Views) FilesCutOn(ctx context.Context, from, to string) (files []File, err error) {
	first, last, err := dayRange(from, to)
	if err != nil {
		return nil, err
	}
	err = v.read(ctx, func(s snapshot) error {
		row, err := s.c.Row(openedBetween, first, last)
		if err != nil || row[0] == nil {
			return err
		}
		files, err = collect(s, filesOfDays, values(row[0], row[1], first, last), readFile)
		return err
	})
	return files, err
}

// Answer is an item that answers another: a return, a correction, or an answer
// to one of these.
type Answer struct {
	Client, TransactionID, ItemID string
	Kind                          domain.ItemKind
	Direction                     domain.Direction
	Status                        string
	AmountCents                   int64
	MadeAt                        time.Time
	Code                          string // return or change code
	Trace                         string
	SettledOn                     string    // YYYY-MM-DD
	Name                          string    // counterparty of the answered item
	SEC                           string    // of the answered item
	AnsweredMadeAt                time.Time // when the answered item was made
	CorrectedData                 string    // masked
	AnsweredTrace                 string    // trace number of the answered item
	MadeIn                        string    // the file that its transaction was made with, if any
}

// AnswerFilter selects answers, newest first. Zero fields select all.
type AnswerFilter struct {
	Client         string
	Kind           domain.ItemKind
	Direction      domain.Direction
	FromDay, ToDay string // made on, YYYY-MM-DD New York, inclusive
	Code           string // return or change code
	LeastDays      int    // whole days between the answered item and the answer
	MostDays       int    // 0: any
	Limit          int    // 0: all
	Cursor         string
}

// Answers lists answers across clients and the cursor of the next page.
func (v *Views) Answers(ctx context.Context, f AnswerFilter) ([]Answer, string, error) {
	first, last, err := dayRange(f.FromDay, f.ToDay)
	if err != nil {
		return nil, "", err
	}
	p := page[Answer]{limit: f.Limit}
	text := f.Cursor
	f.Limit, f.Cursor = 0, ""
	at, err := newestFirst(text, f)
	if err != nil {
		return nil, "", err
	}
	if text == "" {
		at.At = last
	}
	sql := answersOfDays
	if f.Client != "" && f.Kind != "" && f.Direction != "" {
		sql = answersOfClient
	}
	args := values(first, min(last, at.At), at.Row, string(f.Direction), string(f.Kind), f.Client, p.room(), f.Code, int64(f.LeastDays), int64(f.MostDays))
	return p.list(ctx, v, sql, args, func(row []value) (Answer, cursor, error) {
		a, here := scanAnswer(row)
		here.Filter = at.Filter
		return a, here, nil
	})
}

// scanAnswer reads a row of answerColumns, and its position in the list.
func scanAnswer(row []value) (a Answer, at cursor) {
	scan(row, &at.Row, &a.Client, &a.TransactionID, &a.ItemID, &a.Kind, &a.Direction, &a.Status, &a.AmountCents, &a.MadeAt, &at.At,
		&a.Code, &a.Trace, &a.SettledOn, &a.Name, &a.SEC, &a.AnsweredMadeAt, &a.CorrectedData, &a.AnsweredTrace, &a.MadeIn)
	return a, at
}

// CodeCount is how often the bank gave a reason on a day.
type CodeCount struct {
	Day     string // YYYY-MM-DD
	Kind    domain.ItemKind
	Code    string
	Entries int
	Cents   int64
}

// Codes counts the answers of the bank by day, kind and code.
func (v *Views) Codes(ctx context.Context, from, to string) ([]CodeCount, error) {
	first, last, err := dayRange(from, to)
	if err != nil {
		return nil, err
	}
	return rowsOf(ctx, v, codesOfDays, values(first, last), func(row []value, c *CodeCount) {
		day := int64(0)
		scan(row, &day, &c.Kind, &c.Code, &c.Entries, &c.Cents)
		c.Day = dayText(day)
	})
}
