package api

import (
	"encoding/json"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/projections"
)

// statementLine is an item that was made for a client on the statement's day.
type statementLine struct {
	Position       int64     `json:"position"`
	Time           time.Time `json:"time"`
	TransactionID  string    `json:"transaction_id"`
	EventID        string    `json:"event_id"`
	What           string    `json:"what"` // Origination, Return, …
	Direction      string    `json:"direction"`
	Kind           string    `json:"kind"` // push or pull
	SEC            string    `json:"sec_code"`
	Amount         string    `json:"amount"`
	AmountCents    int64     `json:"amount_cents"`
	Name           string    `json:"name"`
	Account        string    `json:"account"`
	Company        string    `json:"company_identification"`
	Status         string    `json:"status"`
	Code           string    `json:"code,omitempty"`
	Reason         string    `json:"reason,omitempty"`
	Trace          string    `json:"trace_number,omitempty"`
	FileID         string    `json:"file_id,omitempty"`
	EffectiveEntry string    `json:"effective_entry_date,omitempty"`
	SettlementDate string    `json:"settlement_date,omitempty"`
}

func newStatementLine(l projections.StatementLine) statementLine {
	return statementLine{
		Position: l.Position, Time: l.MadeAt, TransactionID: l.TransactionID, EventID: l.ItemID, What: string(l.Kind),
		Direction: string(l.Direction), Kind: string(l.Type), SEC: l.SEC, Amount: text.FormatDollars(l.AmountCents), AmountCents: l.AmountCents,
		Name: l.Name, Account: domain.Account{Tail: l.AccountTail}.Masked(), Company: l.CompanyID, Status: l.Status, Code: l.Code, Reason: l.Reason,
		Trace: l.Trace, FileID: l.FileID, EffectiveEntry: l.EffectiveOn, SettlementDate: l.SettledOn,
	}
}

// statementTotal is the sum of the lines of one kind.
type statementTotal struct {
	What      string `json:"what"`
	Direction string `json:"direction"`
	Kind      string `json:"kind"`
	Status    string `json:"status"`
	Entries   int    `json:"entries"`
	Cents     int64  `json:"cents"`
}

// statementEnd is what follows the lines of a statement.
type statementEnd struct {
	Totals  []statementTotal `json:"totals"`
	Files   []FileRecord     `json:"files"` // delivered on the day
	Settles settles          `json:"settles"`
}

// settles is the sum of what a client sent that settles on the day.
type settles struct {
	Debits  statementSum `json:"debits"`
	Credits statementSum `json:"credits"`
}

type statementSum struct {
	Entries int   `json:"entries"`
	Cents   int64 `json:"cents"`
}

// AnswerStatement streams a client's day: its events in order, then their sums,
// the files that left, and what settles. It is read and written page by page.
func (s *Kit) AnswerStatement(c echo.Context, who Caller, client string) error {
	on, err := QueryDay(c, "date", calendar.DateOf(s.Ledger.Now()))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, client); err != nil {
		return err
	}
	day := on.String()
	lines := Pages(int64(0), func(at int64) ([]projections.StatementLine, int64, error) {
		return s.Views.StatementLines(ctx, client, day, at, RowsAtOnce)
	})
	record := domain.Exported{What: "statement", Client: client, On: day}
	if IsExport(c) {
		return Export(s, c, who, record, lines, Shown(newStatementLine))
	}
	done, err := s.beginExport(c, who, record)
	if err != nil {
		return err
	}
	defer done()
	if isHead(ctx) {
		return onlyHeaders(c, echo.MIMEApplicationJSON)
	}
	return s.exportEnded(c, s.writeStatement(c, client, day, lines))
}

func (s *Kit) writeStatement(c echo.Context, client, day string, lines iter.Seq2[projections.StatementLine, error]) error {
	w := &rowWriter{answerWriter: newAnswerWriter(c, echo.MIMEApplicationJSON)}
	w.buffer = append(w.buffer, `{"client":`+quotedJSON(client)+`,"date":"`+day+`","lines":`...)
	totals := map[statementTotal]statementSum{}
	for line, err := range lines {
		if err != nil {
			return err
		}
		shown := newStatementLine(line)
		of := statementTotal{What: shown.What, Direction: shown.Direction, Kind: shown.Kind, Status: shown.Status}
		sum := totals[of]
		totals[of] = statementSum{sum.Entries + 1, sum.Cents + shown.AmountCents}
		if err := w.add(shown); err != nil {
			return err
		}
	}
	end, err := s.endOfStatement(c, client, day, totals)
	if err != nil {
		return err
	}
	tail, err := json.Marshal(end)
	if err != nil {
		return err
	}
	w.closeArray()
	w.buffer = append(append(append(w.buffer, ','), tail[1:]...), '\n')
	return w.flush()
}

func quotedJSON(s string) string {
	b, _ := json.Marshal(s) // a string: cannot fail
	return string(b)
}

func (s *Kit) endOfStatement(c echo.Context, client, day string, totals map[statementTotal]statementSum) (end statementEnd, err error) {
	end = statementEnd{Totals: []statementTotal{}, Files: []FileRecord{}}
	for of, sum := range totals {
		of.Entries, of.Cents = sum.Entries, sum.Cents
		end.Totals = append(end.Totals, of)
	}
	slices.SortFunc(end.Totals, func(a, b statementTotal) int {
		return strings.Compare(a.What+" "+a.Direction+" "+a.Kind+" "+a.Status, b.What+" "+b.Direction+" "+b.Kind+" "+b.Status)
	})
	ctx := c.Request().Context()
	files, err := s.Views.DeliveredOn(ctx, client, day)
	for _, f := range files {
		end.Files = append(end.Files, NewFileRecord(f))
	}
	if err != nil {
		return end, err
	}
	debits, credits, err := s.Views.Settling(ctx, client, day)
	end.Settles = settles{statementSum{debits.Entries, debits.Cents}, statementSum{credits.Entries, credits.Cents}}
	return end, err
}
