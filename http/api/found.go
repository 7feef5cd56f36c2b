package api

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/projections"
)

// TransactionRow is a transaction in a list.
type TransactionRow struct {
	Client         string    `json:"client,omitempty"` // operations only
	TransactionID  string    `json:"transaction_id"`
	EventID        string    `json:"event_id"` // of its origination
	Status         string    `json:"status"`
	Direction      string    `json:"direction"`
	SEC            string    `json:"sec_code"`
	Kind           string    `json:"kind"`
	Amount         string    `json:"amount"`
	AmountCents    int64     `json:"amount_cents"`
	Name           string    `json:"name"`
	Account        string    `json:"account"`
	Company        string    `json:"company_identification"`
	Trace          string    `json:"trace_number,omitempty"`
	FileID         string    `json:"file_id,omitempty"`
	EffectiveEntry string    `json:"effective_entry_date,omitempty"`
	CreatedAt      time.Time `json:"created_at"`
	UpdatedAt      time.Time `json:"updated_at"`

	// Of what is held; its status is Pending.
	Reason string          `json:"reason,omitempty"`
	HeldBy json.RawMessage `json:"held_by,omitempty"`
}

// NewTransactionRow shows a row of the views.
func NewTransactionRow(r projections.Transaction) TransactionRow {
	return TransactionRow{
		Client: r.Client, TransactionID: r.ID, EventID: r.ItemID, Status: r.Status, Direction: string(r.Direction), SEC: r.SEC, Kind: string(r.Type),
		Amount: text.FormatDollars(r.AmountCents), AmountCents: r.AmountCents, Name: r.Name,
		Account: domain.Account{Tail: r.AccountTail}.Masked(), Company: r.CompanyID, Trace: r.Trace, FileID: r.FileID,
		EffectiveEntry: r.EffectiveOn, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
		Reason: r.Reason, HeldBy: json.RawMessage(r.HeldBy),
	}
}

// shownTo drops from a row what its caller knows already.
func (r TransactionRow) shownTo(who Caller) TransactionRow {
	if who.Client != domain.LedgerClient {
		r.Client = ""
	}
	return r
}

// FoundTransactions answers the transactions of a client, or for operations of
// any, that the query asks for.
func (s *Kit) FoundTransactions(c echo.Context, who Caller) error {
	f, err := transactionFilter(c, who)
	if err != nil {
		return err
	}
	show := Shown(func(r projections.Transaction) TransactionRow { return NewTransactionRow(r).shownTo(who) })
	if IsExport(c) {
		return s.exportTransactions(c, who, f, show)
	}
	return List(s, c, f.Client, "transactions", func(ctx context.Context, limit int, cursor string) ([]projections.Transaction, string, error) {
		f.Limit, f.Cursor = limit, cursor
		return s.Views.Transactions(ctx, f)
	}, show)
}

func (s *Kit) exportTransactions(c echo.Context, who Caller, f projections.TransactionFilter, show func(projections.Transaction) (TransactionRow, error)) error {
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, f.Client); err != nil {
		return err
	}
	f.Limit = RowsAtOnce
	all := Pages("", func(at string) ([]projections.Transaction, string, error) {
		f.Cursor = at
		return s.Views.Transactions(ctx, f)
	})
	return Export(s, c, who, domain.Exported{What: "transactions", Client: f.Client}, all, show)
}

var transactionStatuses = []string{
	projections.Pending, projections.Released, projections.Transmitted, projections.Returned, projections.Recalled, projections.Rejected,
}

// Forms of search terms.
var (
	traceForm   = regexp.MustCompile(`^[0-9]{15}$`)
	tailForm    = regexp.MustCompile(`^[0-9A-Za-z]{1,4}$`)
	companyForm = regexp.MustCompile(`^[0-9A-Za-z ]{1,10}$`)
	codeForm    = regexp.MustCompile(`^[RC][0-9]{2}$`)
)

// transactionFilter reads the filters of a list of transactions. Operations
// name a client or none.
func transactionFilter(c echo.Context, who Caller) (f projections.TransactionFilter, err error) {
	q := &QueryReader{Values: c.QueryParams()}
	f = projections.TransactionFilter{
		Client: who.Client, Status: Pick(q, "status", transactionStatuses),
		Direction: Pick(q, "direction", []domain.Direction{domain.ToFed, domain.FromFed}),
		FromDay:   q.Day("from"), ToDay: q.Day("to"), File: q.Text("file"),
		Trace: q.form("trace", traceForm, "fifteen digits"), Tail: q.form("last4", tailForm, "the last four of an account number"),
		CompanyID: q.form("company", companyForm, "a company identification"),
		Code:      strings.ToUpper(q.form("code", regexp.MustCompile(`(?i)`+codeForm.String()), "a return or change code, R01 or C01")),
	}
	if who.Client == domain.LedgerClient {
		f.Client = q.Text("client")
	}
	if f.FromDay != "" && f.ToDay != "" && f.ToDay < f.FromDay {
		q.Bad("to", "range", "is before from")
	}
	q.amounts(&f)
	f.Name = q.name()
	return f, q.Refusal()
}

// form reads a parameter that must match a pattern.
func (q *QueryReader) form(name string, form *regexp.Regexp, is string) string {
	s := q.Text(name)
	if s != "" && !form.MatchString(s) {
		q.Bad(name, "form", "must be "+is)
		return ""
	}
	return s
}

// name reads the words of a name, transliterated to ASCII as they were sent to
// the bank.
func (q *QueryReader) name() string {
	name := q.Text("name")
	ascii, _, err := text.ToASCII(name)
	if err != nil || name != "" && len(projections.Words(ascii)) == 0 {
		q.Bad("name", "words", "must be words of a name")
		return ""
	}
	return ascii
}

// amounts reads the amount filters, in dollars: one amount, or from and to.
func (q *QueryReader) amounts(f *projections.TransactionFilter) {
	exact, least, most := q.dollars("amount"), q.dollars("min"), q.dollars("max")
	switch {
	case exact >= 0 && (least >= 0 || most >= 0):
		q.Bad("amount", "conflict", "send amount, or min and max")
	case exact >= 0:
		f.FromCents, f.BelowCents = exact, exact+1
	default:
		f.FromCents, f.BelowCents = max(least, 0), most+1
	}
	if least >= 0 && most >= 0 && most < least {
		q.Bad("max", "range", "is less than min")
	}
}

// dollars reads an amount in cents; -1 where there is none.
func (q *QueryReader) dollars(name string) int64 {
	s := q.Text(name)
	if s == "" {
		return -1
	}
	cents, err := text.ParseDollars(s)
	if err != nil {
		q.Bad(name, "amount", err.Error())
		return -1
	}
	return cents
}
