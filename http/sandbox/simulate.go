package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/fed"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/http/api"
)

// simulation is what a test asks the simulated bank to do.
type simulation struct {
	Client string `json:"client"` // if several clients have the transaction
	Code   string `json:"code"`
	Data   string `json:"data"` // corrected data
}

// reply makes the bank's message; settles is today, or the next banking day.
type reply func(p played, in simulation, settles calendar.Date, trace string) (fed.Message, error)

// played is a transaction as the simulated other bank sees it.
type played struct {
	api.TransactionView
	number string // account number in the clear
}

// simulateAcknowledge simulates the operator's acknowledgement of a file.
func (s *surface) simulateAcknowledge(c echo.Context, _ api.Caller) error {
	var in struct {
		Result string `json:"result"`
		Reason string `json:"reason"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	f, err := s.AnyFile(c)
	if err != nil {
		return err
	}
	a := ack.Acknowledgement{
		Origin: f.Opened.Settings.ImmediateOrigin, Destination: f.Opened.Settings.ImmediateDestination,
		CreatedOn: f.Cut.CreatedOn, CreatedAt: f.Cut.CreatedAt, Modifier: f.Cut.Modifier,
		Result: ack.Result(strings.ToLower(in.Result)), Reason: in.Reason, Totals: ack.Counted(f.Cut.Totals),
	}
	if a.Result == ack.Rejected && a.Reason == "" {
		a.Reason = "rejected by the simulated operator"
	}
	parsed, err := ack.Parse(a.Format())
	if err != nil {
		return api.Invalid("/result", "enum", "%v", err)
	}
	if _, err := s.Inbound.Acknowledge(c.Request().Context(), parsed); err != nil {
		return err
	}
	return s.GetAnyFile(c, api.Caller{})
}

func (s *surface) simulate(reply reply) api.Handler {
	return func(c echo.Context, who api.Caller) error {
		var in simulation
		if err := api.ReadJSON(c, &in); err != nil {
			return err
		}
		in.Code = strings.ToUpper(in.Code)
		ctx := c.Request().Context()
		p, err := s.played(ctx, c.Param("id"), in.Client)
		if err != nil {
			return err
		}
		settles := calendar.OnOrAfter(calendar.DateOf(s.Ledger.Now()))
		m, err := reply(p, in, settles, s.simulatedTrace(ctx, p.counterparty()))
		if err != nil {
			return err
		}
		m.Entry.Account = p.number
		return s.deliver(c, m)
	}
}

// played finds a transaction of any client by its id.
func (s *surface) played(ctx context.Context, id, client string) (played, error) {
	if g, ok := api.ParseGUID(id); ok {
		id = g
	}
	owners := []string{client}
	if client == "" {
		var err error
		if owners, err = s.ownersOf(ctx, id); err != nil {
			return played{}, err
		}
	}
	switch {
	case len(owners) == 0:
		return played{}, domain.Refuse(domain.NotFound, "there is no transaction %s", id)
	case len(owners) > 1:
		return played{}, api.Invalid("/client", "required", "several clients have a transaction of this id")
	}
	st, err := s.Transaction(ctx, s.Ledger, owners[0], id)
	if err != nil {
		return played{}, err
	}
	number, err := s.Ledger.OpenAccount(owners[0], st.Transaction.Account)
	return played{st, number}, err
}

func (s *surface) ownersOf(ctx context.Context, id string) (owners []string, err error) {
	if err := s.Views.WaitWhileMoving(ctx, api.Everyone); err != nil {
		return nil, err
	}
	for row, err := range s.EachClient(ctx) {
		if err != nil {
			return nil, fmt.Errorf("look for a transaction's client: %w", err)
		}
		stream := domain.TransactionStream(row.ID, id)
		versions, err := s.Ledger.Store.Versions(ctx, []string{stream})
		if err != nil {
			return nil, err
		}
		if versions[stream] > 0 {
			owners = append(owners, row.ID)
		}
	}
	return owners, nil
}

// counterparty is the other bank's first eight digits.
func (p played) counterparty() string {
	if p.Transaction.Received != nil {
		return p.Transaction.Received.Header.ODFI
	}
	return p.Transaction.Routing[:8]
}

// simulatedTrace makes a trace number of the other bank that no file has used:
// the head of the log advances with every file applied.
func (s *surface) simulatedTrace(ctx context.Context, bank8 string) string {
	head, _ := s.Ledger.Store.Head(ctx)
	return fmt.Sprintf("%s%07d", bank8, head.Position%9_000_000+1)
}

// sent returns an item of ours as it left: header and entry with account
// numbers.
func (p played) sent(kinds ...domain.ItemKind) (nacha.BatchHeader, nacha.Entry, *domain.Item, error) {
	t := p.Transaction
	for _, i := range slices.Backward(t.Items) {
		if !slices.Contains(kinds, i.Kind) || i.Direction != domain.ToFed || i.State != domain.Filed {
			continue
		}
		e, err := t.EntryOf(i)
		e.Entry.Trace, e.Entry.Account = i.Filing.Trace, p.number
		for _, b := range p.Files[i.Filing.File].Batches {
			if b.Number == i.Filing.Batch {
				e.Header.EffectiveOn = b.EffectiveOn
			}
		}
		return e.Header, e.Entry, i, err
	}
	return nacha.BatchHeader{}, nacha.Entry{}, nil, domain.Refuse(domain.RuleBroken, "transaction %s has nothing in a file that could be answered this way", t.ID)
}

func simulateReturn(p played, in simulation, settles calendar.Date, trace string) (fed.Message, error) {
	h, e, _, err := p.sent(domain.ReturnFee, domain.Retry, domain.Reversal, domain.Origination)
	if err != nil {
		return fed.Message{}, err
	}
	if !nacha.KnownReturn(in.Code) {
		return fed.Message{}, api.Invalid("/code", "return-code", "%q is not a return code", in.Code)
	}
	return fed.Return(h, e, in.Code, settles, trace), nil
}

func simulateCorrection(p played, in simulation, settles calendar.Date, trace string) (fed.Message, error) {
	h, e, _, err := p.sent(domain.Retry, domain.Origination)
	if err != nil {
		return fed.Message{}, err
	}
	if _, err := nacha.ParseChange(in.Code, in.Data, h.IAT != nil); err != nil {
		return fed.Message{}, api.Invalid("/data", "shape", "%v", err)
	}
	return fed.Change(h, e, in.Code, in.Data, settles, trace), nil
}

func simulateDishonor(p played, in simulation, settles calendar.Date, trace string) (fed.Message, error) {
	h, e, _, err := p.sent(domain.Return)
	if err != nil {
		return fed.Message{}, err
	}
	if !nacha.KnownDishonor(in.Code) {
		return fed.Message{}, api.Invalid("/code", "reason-code", "%q is not a code to dishonor a return with", in.Code)
	}
	return fed.Dishonor(h, e, in.Code, settles, settles, trace), nil
}

func simulateContest(p played, in simulation, settles calendar.Date, trace string) (fed.Message, error) {
	h, e, i, err := p.sent(domain.Dishonor)
	if err != nil {
		return fed.Message{}, err
	}
	if !nacha.KnownContest(in.Code) {
		return fed.Message{}, api.Invalid("/code", "reason-code", "%q is not a code to contest with", in.Code)
	}
	facts := fed.ContestFacts{Code: in.Code, ReturnedOn: settles, OriginalSettled: settles, DishonorSettled: settles}
	if r, ok := p.Transaction.Item(i.ReplyTo); ok {
		facts.ReturnedOn, _ = p.SettledOn(r)
	}
	if original, ok := p.SettledOn(p.Transaction.Origination()); ok {
		facts.OriginalSettled = original
	}
	return fed.Contest(h, e, facts, settles, trace), nil
}

// deliver makes a message arrive as a file of the operator's.
func (s *surface) deliver(c echo.Context, m fed.Message) error {
	ctx := c.Request().Context()
	head, err := s.Ledger.Store.Head(ctx)
	if err != nil {
		return err
	}
	file := fed.Compose(int(head.Position%(36*1440)), s.Ledger.Now(), "061000146", "FEDERAL RESERVE BANK", []fed.Message{m})
	content, err := nacha.Render(file, "\n")
	if err != nil {
		return domain.Refuse(domain.RuleBroken, "the simulated bank could not write this: %v", err)
	}
	id, _, err := s.Inbound.Take(ctx, "simulation-"+api.RequestID(c), "simulation", bytes.NewReader(content))
	if err != nil {
		return err
	}
	// The message has been applied. An answer that the views are behind would make the
	// caller send it again.
	if err := s.waitForViews(c, domain.LedgerClient); err != nil {
		return err
	}
	f, _, err := s.Views.FindInbound(ctx, id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, api.NewInboundRecord(f))
}

// simulateInbound makes a payment of another bank arrive.
func (s *surface) simulateInbound(c echo.Context, _ api.Caller) error {
	var in struct {
		Routing     string   `json:"routing"`
		Account     string   `json:"account"`
		Name        string   `json:"name"`
		ID          string   `json:"individual_id"`
		AmountCents int64    `json:"amount_cents"`
		Debit       bool     `json:"debit"`
		Savings     bool     `json:"savings"`
		SEC         string   `json:"sec_code"`
		From        string   `json:"from_routing"`
		Company     string   `json:"company_name"`
		CompanyID   string   `json:"company_identification"`
		Description string   `json:"description"`
		Addenda     []string `json:"addenda"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	if err := nacha.ValidRouting(in.Routing); err != nil {
		return api.Invalid("/routing", "routing-number", "%v", err)
	}
	from := in.From
	from = cmp.Or(from, "121042882")
	if err := nacha.ValidRouting(from); err != nil {
		return api.Invalid("/from_routing", "routing-number", "%v", err)
	}
	p := fed.Payment{
		To: in.Routing, Account: in.Account, Name: in.Name, ID: in.ID, AmountCents: in.AmountCents, Debit: in.Debit, Savings: in.Savings,
		SEC: in.SEC, From: from, Company: in.Company, CompanyID: in.CompanyID, Description: in.Description, Addenda: in.Addenda,
	}
	settles := calendar.OnOrAfter(calendar.DateOf(s.Ledger.Now()))
	return s.deliver(c, p.Message(settles, s.simulatedTrace(c.Request().Context(), from[:8])))
}
