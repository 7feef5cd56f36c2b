package projections

import (
	"math"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

const (
	putUnmatched = `INSERT INTO unmatched@(position, entry, inbound, line, kind, reason, message, sec, company, sender,
			name, routing, tail, trace, original_trace, code, debit, cents, settled_on, queued_at, deadline, candidates,
			outcome, decided_at, client, txn, note)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
			'', 0, '', '', '')`
	decideUnmatched = `UPDATE unmatched@ SET outcome = ?2, decided_at = ?3, client = ?4, txn = ?5, note = ?6 WHERE entry = ?1`
)

// never stands for no deadline. It sorts after every deadline.
const never = math.MaxInt64

// unmatched applies an event of the stream of an entry that waits for a
// person.
func (p *projector) unmatched(c *logEvent) error {
	_, entry, _ := cutStream(c.recorded.Stream)
	decided := func(outcome, client, transaction, note string) error {
		return p.exec(decideUnmatched, entry, outcome, micros(c.fact.Meta.At), client, transaction, note)
	}
	switch e := c.fact.Event.(type) {
	case *domain.EntryQueued:
		return p.queued(c, e)
	case *domain.EntryAssigned:
		return decided(Assigned, e.Client, e.TransactionID, e.Reason)
	case *domain.EntryReturned:
		return decided(SentBack, domain.LedgerClient, e.TransactionID, e.Code)
	case *domain.EntryDismissed:
		return decided(Dismissed, "", "", e.Reason)
	}
	return nil
}

func (p *projector) queued(c *logEvent, e *domain.EntryQueued) error {
	day, _ := parseDay(e.SettledOn) // 0 where no money moved
	deadline := int64(never)
	if !e.ReturnBy.IsZero() {
		deadline = micros(e.ReturnBy)
	}
	code, original := answerOf(&e.Header, &e.Entry)
	args := append(p.args[:0], c.recorded.Position, e.EntryID, e.Inbound, int64(e.Line), string(kindOf(e)), e.Reason, e.Message,
		e.Header.SEC, e.Header.CompanyName, nacha.Sender(&e.Header, &e.Entry), e.Entry.Name, e.Entry.Routing, e.Account.Tail, e.Entry.Trace,
		original, code, nacha.TransactionCode(e.Entry.Code).Debit(), e.Entry.AmountCents, day, micros(c.fact.Meta.At),
		deadline, strings.Join(e.Candidates, " "))
	if err := p.exec(putUnmatched, args...); err != nil {
		return err
	}
	file, first, err := p.placed(e.EntryID, e.Inbound, true)
	if err != nil || !first || day == 0 {
		return err
	}
	return p.settled(file, &e.Entry, e.SettledOn, kindOf(e) != nacha.KindForward)
}

// kindOf returns the entry's kind. An entry with a return code is a return,
// even if it does not name the entry it returns.
func kindOf(e *domain.EntryQueued) nacha.Kind {
	kind := e.Entry.Kind()
	if kind != nacha.KindForward || !nacha.TransactionCode(e.Entry.Code).Return() {
		return kind
	}
	if e.Header.SEC == "COR" {
		return nacha.KindChange
	}
	return nacha.KindReturn
}

// answerOf returns the code and the original trace number of an entry that is
// an answer.
func answerOf(h *nacha.BatchHeader, e *nacha.Entry) (code, original string) {
	if code, sequence, rejected := e.Rejected(); rejected {
		return code, h.ODFI + sequence
	}
	return e.AnswerAndOriginal()
}
