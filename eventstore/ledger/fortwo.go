package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
)

// Proposal is a request that needs another person's approval.
type Proposal struct {
	Action  domain.Action
	Subject string // for people
	Maker   string // e-mail address of the person who asks
	Input   []byte // the body of the request: the same body again is the same request
}

type proposalKey struct{}

// ForTwo makes the first write under the context ask for another person's
// approval instead. Only the request is written, with the changes exactly as
// they would have been written.
func ForTwo(ctx context.Context, p Proposal) context.Context {
	return context.WithValue(ctx, proposalKey{}, &p)
}

func proposalOf(ctx context.Context) (*Proposal, bool) {
	p, _ := ctx.Value(proposalKey{}).(*Proposal)
	return p, p != nil
}

// Awaiting says that nothing was done and that another person's approval was
// requested.
type Awaiting struct {
	Approval domain.Approval
	Again    bool // it had been requested before
}

func (a *Awaiting) Error() string {
	return "another person has to approve this: request " + a.Approval.ID
}

// propose requests approval of changes. Without events no approval is needed.
func (l *Ledger) propose(ctx context.Context, p *Proposal, changes []Change) error {
	asked := domain.ApprovalAsked{Action: p.Action, Subject: p.Subject, Maker: p.Maker}
	for _, c := range changes {
		if len(c.Events) == 0 {
			continue
		}
		proposed := domain.ProposedChange{Stream: c.Stream, Client: c.Client, Expect: c.Expect}
		for _, e := range c.Events {
			data, err := json.Marshal(e)
			if err != nil {
				return fmt.Errorf("encode %s: %w", e.Type(), err)
			}
			proposed.Events = append(proposed.Events, domain.ProposedEvent{Type: e.Type(), Data: data})
		}
		asked.Changes = append(asked.Changes, proposed)
	}
	if len(asked.Changes) == 0 {
		return nil
	}
	return l.ask(ctx, p.Input, asked)
}

// AskForAct requests approval of an act outside the log and returns *Awaiting.
// The act's stream must still have the version that the act names when the act
// is approved.
func (l *Ledger) AskForAct(ctx context.Context, p Proposal, act domain.Act) error {
	return l.ask(ctx, p.Input, domain.ApprovalAsked{Action: p.Action, Subject: p.Subject, Maker: p.Maker, Act: &act})
}

// ask records a request once. Its id is derived from the person, the request
// and the versions of the streams that it is about, so the same request again
// finds the first one while that waits. A request that has ended can be made
// again.
func (l *Ledger) ask(ctx context.Context, input []byte, asked domain.ApprovalAsked) error {
	ctx = context.WithValue(ctx, proposalKey{}, (*Proposal)(nil))
	policy, err := l.Policy(ctx)
	if err != nil {
		return err
	}
	now := l.Now()
	asked.ExpiresAt = now.Add(policy.Expires())
	for round := 0; ; round++ {
		if asked.ID, err = l.approvalID(asked, input, round); err != nil {
			return err
		}
		known, err := Load(ctx, l, ApprovalStream(asked.ID))
		if err != nil {
			return err
		}
		if known.Version > 0 && known.State(now) != domain.ApprovalWaits {
			continue
		}
		a, err := Execute(ctx, l, ApprovalStream(asked.ID), domain.AskApproval{ApprovalAsked: asked}.Decide)
		if err != nil {
			return fmt.Errorf("ask for approval: %w", err)
		}
		return &Awaiting{Approval: a, Again: known.Version > 0}
	}
}

// approvalID derives the id with the ledger's key, because the input may
// contain an account number, which could be guessed from a plain hash.
func (l *Ledger) approvalID(asked domain.ApprovalAsked, input []byte, round int) (string, error) {
	var standing []string
	for _, c := range asked.Changes {
		if c.Expect > 0 { // the name of a new stream may be random
			standing = append(standing, fmt.Sprint(c.Stream, "@", c.Expect))
		}
	}
	if asked.Act != nil {
		standing = append(standing, fmt.Sprint(asked.Act.Stream, "@", asked.Act.Version))
	}
	sum := sha256.Sum256(input)
	seed, err := json.Marshal([]any{"approval", asked.Action, asked.Subject, asked.Maker, standing, sum[:], round})
	if err != nil {
		return "", err
	}
	mac, err := l.Keys.MAC(domain.LedgerClient, seed)
	if err != nil {
		return "", fmt.Errorf("name a request for approval: %w", err)
	}
	var id uuid.UUID
	copy(id[:], mac)
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8, whose content an application may define (RFC 9562)
	return id.String(), nil
}

// ChangeOperator decides about a change of a person under the policy as it is at
// that moment. It is read after the people: see ChangePolicy.
func (l *Ledger) ChangeOperator(ctx context.Context, c domain.ChangeOperator) func(domain.Operators) ([]domain.Event, error) {
	return func(now domain.Operators) ([]domain.Event, error) {
		policy, err := l.Policy(ctx)
		if err != nil {
			return nil, err
		}
		c.FourEyes = policy.FourEyes
		return c.Decide(now)
	}
}

// ChangePolicy replaces the policy, and counts who can approve. To begin to need
// two people it writes to the people's stream as well, as only the versions of
// streams that are written are checked: a person who is disabled at the same moment
// is counted, or stays.
func (l *Ledger) ChangePolicy(ctx context.Context, c domain.ChangePolicy) (domain.Policy, error) {
	return ExecuteWith(ctx, l, PolicyStream(), func(now domain.Policy) (d Decision, err error) {
		people, err := l.Operators(ctx)
		if err != nil {
			return d, err
		}
		c.Approvers = people.Approvers()
		d.With = []Change{{Stream: domain.OperatorsStream, Client: domain.LedgerClient, Expect: people.Version, Events: c.ForPeople(now)}}
		d.Events, err = c.Decide(now)
		return d, err
	})
}

// Person returns the operator who is responsible for a credential, by the owner
// with which it was issued. While approvals are required, a credential without
// an enabled operator can neither ask nor approve.
func (l *Ledger) Person(ctx context.Context, owner string) (domain.Operator, error) {
	people, err := l.Operators(ctx)
	if err != nil {
		return domain.Operator{}, err
	}
	person, ok := people.Find(owner)
	switch {
	case owner == "":
		return domain.Operator{}, domain.Refuse(domain.NoPerson, "two people are needed for this, and the credential has no owner: use one that was issued with an operator's e-mail address as owner")
	case !ok || person.Disabled:
		return domain.Operator{}, domain.Refuse(domain.NoPerson, "two people are needed for this, and the credential's owner %.80q is no operator who is enabled", owner)
	}
	return person, nil
}
