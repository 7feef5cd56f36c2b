package links

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// transferInput is a transfer as a client asks for it.
type transferInput struct {
	Type           string      `json:"transfer_type"` // ach
	RelationshipID string      `json:"relationship_id"`
	Amount         api.Decimal `json:"amount"`
	Direction      string      `json:"direction"` // INCOMING debits the linked account
}

// transferRecord is a transfer as a client reads it. Its id is that of its
// transaction, which every other surface shows too.
type transferRecord struct {
	ID             string                   `json:"id"`
	AccountID      string                   `json:"account_id"`
	RelationshipID string                   `json:"relationship_id"`
	Type           string                   `json:"transfer_type"`
	Status         string                   `json:"status"`
	Reason         string                   `json:"reason,omitempty"`
	Amount         string                   `json:"amount"`
	Direction      domain.TransferDirection `json:"direction"`
	CreatedAt      string                   `json:"created_at"`
	UpdatedAt      string                   `json:"updated_at"`
	Missed         *api.SnakeMissed         `json:"missed_correction,omitempty"`
	Description    string                   `json:"description_warning,omitempty"`
}

// read checks a transfer's form and returns its direction and cents.
func (in transferInput) read() (kind domain.PushPull, cents int64, err error) {
	var bad []domain.FieldError
	if !strings.EqualFold(in.Type, "ach") {
		bad = append(bad, api.Wrong("/transfer_type", "enum", "must be ach")...)
	}
	if !domain.ValidHolderID(strings.ToLower(in.RelationshipID)) {
		bad = append(bad, api.Wrong("/relationship_id", "uuid", "must be the id of a relationship")...)
	}
	switch domain.TransferDirection(strings.ToUpper(in.Direction)) {
	case domain.IncomingTransfer:
		kind = domain.Pull
	case domain.OutgoingTransfer:
		kind = domain.Push
	default:
		bad = append(bad, api.Wrong("/direction", "enum", "must be INCOMING or OUTGOING")...)
	}
	cents, err = text.ParseDollars(string(in.Amount))
	switch {
	case err != nil:
		bad = append(bad, api.Wrong("/amount", "amount", "%v", err)...)
	case cents == 0:
		bad = append(bad, api.Wrong("/amount", "range", "a transfer moves money: above zero")...)
	}
	if len(bad) > 0 {
		return "", 0, &domain.Refusal{Code: domain.Invalid, Fields: bad}
	}
	return kind, cents, nil
}

// makeTransfer moves money over an approved relationship. The transaction and
// the holder's note of it become durable together.
func (s *surface) makeTransfer(c echo.Context, who api.Caller, id string) error {
	var in transferInput
	input, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	ctx, l := c.Request().Context(), s.LedgerNow()
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		t, err := s.TransactionAt(ctx, use)
		if err != nil {
			return err
		}
		h, err := l.VerifiedHolder(ctx, who.Client, id)
		if err != nil {
			return err
		}
		return s.respondTransfer(c, l, h, t.ID)
	}
	done, err := s.transfers.Take(ctx, domain.HolderStream(who.Client, id))
	if err != nil {
		return err
	}
	defer done()
	made := api.NewID()
	h, err := ledger.ExecuteWith(ctx, l, ledger.VerifiedHolderStream(who.Client, id), func(h domain.Holder) (ledger.Decision, error) {
		return s.transfer(ctx, l, h, made, in, once.Key)
	})
	if err != nil {
		return err
	}
	return s.respondTransfer(c, l, h, made)
}

// transfer decides about a transfer: its transaction, which carries the
// idempotency key, and the holder's note of it.
func (s *surface) transfer(ctx context.Context, l *ledger.Ledger, h domain.Holder, id string, in transferInput, key ledger.Option) (d ledger.Decision, err error) {
	client, err := s.ClientSettings(ctx, h.Client)
	if err != nil {
		return d, err
	}
	kind, cents, err := in.read()
	if err != nil {
		return d, err
	}
	d.Events, err = domain.MakeTransfer{
		TransactionID: id, RelationshipID: strings.ToLower(in.RelationshipID),
		Direction: domain.TransferDirection(strings.ToUpper(in.Direction)),
	}.Decide(h)
	if err != nil {
		return d, err
	}
	r, _ := h.Relationship(strings.ToLower(in.RelationshipID))
	o, err := s.over(ctx, l, client, r, kind, cents)
	if err != nil {
		return d, err
	}
	o.ID, o.Over = id, &domain.Over{Holder: h.ID, RelationshipID: r.ID}
	begun, err := l.Begins(ctx, client, o, key)
	d.Before = []ledger.Change{begun}
	return d, api.Respelled(err, relationshipNames)
}

// over makes the order of a transfer to the account that a relationship refers
// to now.
func (s *surface) over(ctx context.Context, l *ledger.Ledger, client domain.Client, r *domain.Relationship, kind domain.PushPull, cents int64) (ledger.Order, error) {
	account, err := l.Resolve(ctx, client.ID, r.Account, r.SetAt)
	if err != nil {
		return ledger.Order{}, err
	}
	number, err := l.OpenBankAccount(client.ID, account)
	if err != nil {
		return ledger.Order{}, err
	}
	p, err := domain.LinkProposal(client.Settings, r, account, kind, cents)
	return ledger.Order{Proposal: p, Number: number, Named: &domain.Named{Account: r.Account, SetAt: r.SetAt}}, err
}

func (s *surface) respondTransfer(c echo.Context, l *ledger.Ledger, h domain.Holder, id string) error {
	t, err := existingTransfer(h, id)
	if err != nil {
		return err
	}
	st, err := s.Transaction(c.Request().Context(), l, h.Client, t.TransactionID)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, recordOf(h, t, st))
}

func existingTransfer(h domain.Holder, id string) (domain.Transfer, error) {
	t, ok := h.Transfer(id)
	if !ok {
		return t, domain.Refuse(domain.NotFound, "there is no transfer %s", id)
	}
	return t, nil
}

// recordOf shows a transfer with the state of its transaction.
func recordOf(h domain.Holder, t domain.Transfer, st api.TransactionView) transferRecord {
	o := st.Transaction.Origination()
	r := transferRecord{
		ID: t.TransactionID, AccountID: h.ID, RelationshipID: t.RelationshipID, Type: "ach", Direction: t.Direction,
		Amount: text.FormatDollars(o.AmountCents), CreatedAt: api.Timestamp(st.Transaction.CreatedAt), UpdatedAt: api.Timestamp(st.Transaction.UpdatedAt),
		Reason: o.Reason,
	}
	if st.Transaction.Originated != nil {
		r.Missed = api.NewSnakeMissed(t.TransactionID, st.Transaction.Originated.Missed)
		r.Description = st.Transaction.Originated.Misdescribed
	}
	switch {
	case st.Row.Status == projections.Returned:
		r.Status, r.Reason = "RETURNED", returnReason(st.Transaction)
	case o.State == domain.Held:
		r.Status = "PENDING"
	case o.State == domain.Pending:
		r.Status = "QUEUED"
	case o.State == domain.Recalled:
		r.Status = "CANCELED"
	case o.State == domain.Rejected:
		r.Status = "REJECTED"
	case st.Settled():
		r.Status = "COMPLETE"
	default:
		r.Status = "SENT_TO_CLEARING"
	}
	return r
}

// returnReason returns the newest return's code and title.
func returnReason(t domain.Transaction) string {
	reason := ""
	for _, i := range t.Items {
		if i.Kind != domain.Return || i.Incoming == nil || i.Incoming.Entry.Return == nil || t.Aside(i) {
			continue
		}
		reason = i.Incoming.Entry.Return.Code
		if code, ok := codes.Return(reason, calendar.DateOf(i.MadeAt)); ok {
			reason += " " + code.Title
		}
	}
	return reason
}

// listTransfers answers a holder's transfers, newest first.
func (s *surface) listTransfers(c echo.Context, who api.Caller, id string) error {
	ctx, l := c.Request().Context(), s.LedgerNow()
	h, err := l.VerifiedHolder(ctx, who.Client, id)
	if err != nil {
		return err
	}
	newestFirst, ids := make([]int, len(h.Transfers)), make([]string, len(h.Transfers))
	for i := range newestFirst {
		newestFirst[i] = len(h.Transfers) - 1 - i
		ids[i] = h.Transfers[newestFirst[i]].TransactionID
	}
	most := api.RowsAtOnce
	if c.QueryParam("limit") != "" {
		if most, err = api.Limit(c); err != nil {
			return err
		}
	}
	ahead := s.TransactionsAhead(l, h.Client, ids, most)
	key := func(n int) int64 { return int64(1 + n) }
	return api.AnswerRows(s.Kit, c, newestFirst, api.NewestFirst, key, func(n int) (transferRecord, error) {
		t := h.Transfers[n]
		st, err := ahead.Transaction(ctx, t.TransactionID)
		if err != nil {
			return transferRecord{}, err
		}
		return recordOf(h, t, st), nil
	})
}

func (s *surface) getTransfer(c echo.Context, who api.Caller, id, transfer string) error {
	l := s.LedgerNow()
	h, err := l.VerifiedHolder(c.Request().Context(), who.Client, id)
	if err != nil {
		return err
	}
	return s.respondTransfer(c, l, h, transfer)
}

// cancelTransfer recalls a transfer that has not left yet.
func (s *surface) cancelTransfer(c echo.Context, who api.Caller, id, transfer string) error {
	ctx, l := c.Request().Context(), s.LedgerNow()
	h, err := l.VerifiedHolder(ctx, who.Client, id)
	if err != nil {
		return err
	}
	if _, err := existingTransfer(h, transfer); err != nil {
		return err
	}
	_, err = ledger.Execute(ctx, l, ledger.TransactionStream(who.Client, transfer), func(t domain.Transaction) ([]domain.Event, error) {
		return domain.Recall{ItemID: t.Origination().ID, Reason: "the transfer was canceled"}.Decide(t)
	})
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
