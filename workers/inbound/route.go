package inbound

import (
	"errors"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
)

// placement collects the events of a chunk: one change for each stream, all in
// one append.
type placement struct {
	*applier
	originals *originals
	repeats   map[string]match // of payments that came before, by entry
	changes   []ledger.Change
	index     map[string]int // in changes, by stream
	counts    domain.InboundApplied
}

// add appends events to a stream's change.
func (p *placement) add(stream, client string, expect int64, events ...domain.Event) {
	i, ok := p.index[stream]
	if !ok {
		i = len(p.changes)
		p.index[stream] = i
		p.changes = append(p.changes, ledger.Change{Stream: stream, Client: client, Expect: expect})
	}
	p.changes[i].Events = append(p.changes[i].Events, events...)
}

// place decides where an entry goes: every entry has a place.
func (p *placement) place(e *inboundEntry) error {
	err := p.decide(e)
	if errors.Is(err, seal.ErrDestroyed) {
		return p.queue(e, match{reason: keysDestroyed, message: "The keys of the client it belongs to were destroyed, so nothing can be kept for it."})
	}
	return err
}

func (p *placement) decide(e *inboundEntry) error {
	if p.accounts.keepODFI[e.header.ODFI] {
		e.passedOn()
	}
	if m, held := e.unfit(); held {
		m.candidates = e.near(p.originals, p.accounts.ours)
		return p.queue(e, m)
	}
	if m, came := p.repeats[e.id]; came {
		return p.queue(e, m)
	}
	if e.Kind == nacha.KindForward {
		return p.forward(e)
	}
	m := e.match(p.originals, p.accounts.ours)
	if m.to == nil {
		return p.queue(e, m)
	}
	return p.bookAnswer(e, m)
}

// unfit returns why an entry has to wait, whatever it belongs to.
func (e *inboundEntry) unfit() (m match, held bool) {
	switch {
	case len(e.Problems) > 0:
		return problem(e.Problems), true
	case e.tooLarge():
		return match{reason: tooLong, message: "Its addenda do not fit one event of the log; it is kept as it came."}, true
	case !e.Unsupported && !nacha.TransactionCode(e.Entry.Code).Known(): // in a batch that a person accepted as it is
		return match{reason: nacha.CodeNotAllowed, message: "Its transaction code is not in use."}, true
	default:
		return m, false
	}
}

// passedOn removes the problems that a return or a notification of change has
// only because its bank forwarded it under our own batch header.
func (e *inboundEntry) passedOn() {
	if e.Entry.Return == nil && e.Entry.Correction == nil {
		return
	}
	e.Problems = slices.DeleteFunc(slices.Clone(e.Problems), func(p nacha.Problem) bool {
		return p.Code == nacha.TracePrefix || p.Code == nacha.TraceOrder
	})
}

// problem returns the match of an entry that waits because of its own problems.
func problem(list []nacha.Problem) match {
	m := match{reason: list[0].Code}
	for i, problem := range list {
		if i > 0 {
			m.message += " "
		}
		m.message += sentence(problem)
	}
	return m
}

// sentence returns the text of a problem: "The amount is zero under a code that
// moves money (R19)."
func sentence(p nacha.Problem) string {
	text := p.Message
	if p.Field != "" {
		text = "The " + p.Field + " " + text
	}
	if p.Reason != "" {
		text += " (" + p.Reason + ")"
	}
	return text + "."
}

// bookAnswer books a return or change from the bank on the item it refers to.
func (p *placement) bookAnswer(e *inboundEntry, m match) error {
	to := m.to
	in, err := e.incoming(p.Ledger, to.stream, to.Client, to.item.ID, to.number[to.item.ID], m.flags)
	if err != nil {
		return err
	}
	p.add(to.stream, to.Client, to.expect, to.answeredBy(in.Answer(e.Kind), p.Ledger.Now())...)
	p.counts.Applied++
	return nil
}

// forward books a payment for the client whose receiving account it names.
func (p *placement) forward(e *inboundEntry) error {
	routing := e.Entry.Routing
	if p.accounts.routings[routing[:8]] != routing {
		return p.queue(e, waits(notOurRouting, nil, "The routing number %s is not one of a bank of ours.", routing))
	}
	switch found := p.accounts.find(routing, e.Entry.Account); len(found) {
	case 1:
		return p.receive(e, found[0])
	case 0:
		if p.accounts.returnsUnknown(routing) {
			if done, err := p.sendBack(e); done || err != nil {
				return err
			}
		}
		return p.queue(e, waits(unknownAccount, nil, "The account is not a receiving account of any client. A return has to leave before the deadline."))
	default:
		m := waits(ambiguousAccount, nil, "Several clients have a receiving account like this.")
		for _, to := range found {
			m.candidates = append(m.candidates, to.client+"/")
		}
		return p.queue(e, m)
	}
}

// receive begins a client's transaction with a payment. The rules of the
// receiving account may return it, or require a decision.
func (p *placement) receive(e *inboundEntry, to receiverAccount) error {
	change, err := e.receivedBy(p.Intake, to, p.accounts.termsAt(e.Entry.Routing))
	if err != nil {
		return err
	}
	p.add(change.Stream, change.Client, change.Expect, change.Events...)
	p.counts.Applied++
	return nil
}

// sendBack returns a payment for an unknown account, if there is still time.
// It becomes a transaction of the ledger itself, which is sent in the ledger's
// own file.
func (p *placement) sendBack(e *inboundEntry) (done bool, err error) {
	events, err := e.returnOf(p.Ledger, p.accounts.termsAt(e.Entry.Routing), "R03")
	var refusal *domain.Refusal
	if errors.As(err, &refusal) {
		return false, nil // too late: a person decides
	}
	if err != nil {
		return false, err
	}
	p.add(domain.TransactionStream(domain.LedgerClient, transactionID(e.id)), domain.LedgerClient, eventstore.NewStream, events...)
	p.counts.Applied++
	return true, nil
}

// queue puts an entry into the queue for a person.
func (p *placement) queue(e *inboundEntry, m match) error {
	queued, err := e.queuedEvent(p.Ledger, p.accounts.termsAt(e.Entry.Routing), m)
	if err != nil {
		return err
	}
	p.add(domain.UnmatchedStream(e.id), domain.LedgerClient, eventstore.NewStream, queued)
	p.counts.Unmatched++
	return nil
}

// skip counts an entry that is already placed: by this file before a crash, or
// by another file.
func (p *placement) skip(here, unmatched bool) {
	switch {
	case !here:
		p.counts.Skipped++
	case unmatched:
		p.counts.Unmatched++
	default:
		p.counts.Applied++
	}
}
