package console

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/receiving"
	"github.com/achledger/achledger/projections"
)

// inboundDecisions lists the received payments that await a decision.
func (s *surface) inboundDecisions(ctx context.Context, p *page, of queuePart) (table, string, error) {
	t := table{Name: "decisions", Caption: "Payments that await a decision, nearest deadline first", Columns: columns("Payment", "Amount#", "Decide by", "If nobody decides", "Client", "Settled"), Empty: "No payment awaits a decision.", page: p}
	list, next, err := s.Views.InboundDecisions(ctx, projections.WaitFilter{Since: of.since, Limit: of.limit, Cursor: of.cursor})
	for _, d := range list {
		then := "it is paid"
		if d.Then == receiving.Return {
			then = "it is returned, " + d.Code
		}
		t.add(
			linked(named(d.Name), transactionPath(d.Client, d.TransactionID)).sub(masked(d.AccountTail)),
			money(d.AmountCents).sub(d.SEC+" "+word(d.PushPull)), at(d.DecideBy).sub(p.Until(d.DecideBy)), say(then), p.client(d.Client), say(dayText(d.SettledOn)))
	}
	return t, next, err
}

// requestsForReturn lists the requests for return that await the receiving
// bank's response.
func (s *surface) requestsForReturn(ctx context.Context, p *page, of queuePart) (table, string, error) {
	t := table{Name: "requests", Caption: "Requests for return, nearest deadline first", Columns: columns("Entry", "Amount#", "Why", "Bank to ask", "Answer due by@", "Client", "Asked@"), Empty: "No request for return waits for an answer.", page: p}
	list, next, err := s.Views.ReturnRequests(ctx, projections.WaitFilter{Since: of.since, Limit: of.limit, Cursor: of.cursor})
	for _, r := range list {
		entry := code(r.TransactionID)
		entry.Href = transactionPath(r.Client, r.TransactionID)
		t.add(
			entry, money(r.AmountCents), say(r.Reason), say(r.Routing),
			at(r.AnswerBy).sub(p.Until(r.AnswerBy)), p.client(r.Client), at(r.AskedAt).sub(p.Age(r.AskedAt)))
	}
	return t, next, err
}

// describeDecided describes the decision on a received payment.
func describeDecided(e *domain.TransactionDecided) description {
	t := description{what: "To be paid", detail: e.Reason, tone: good}
	if e.Decision == receiving.Return {
		t.what, t.tone = "To be returned, "+e.Code, warn
	}
	switch e.By {
	case domain.DecidedByCaller, domain.DecidedByReturn:
	case domain.DecidedByDeadline:
		t.detail = "Nobody decided in time." + sentence(e.Reason)
	default:
		t.detail = fmt.Sprintf("By the rules of its receiving account: %s.%s", e.By, sentence(e.Reason))
	}
	return t
}
