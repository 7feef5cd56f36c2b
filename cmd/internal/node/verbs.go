package node

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/seal"
)

// A verb is run by the leader, whichever node receives the request: in this
// process, or by a row in the database that the leader reads. A new leader
// repeats what has no reply yet, so every verb must be idempotent.
type verb[Ask, Reply any] func(ctx context.Context, ask Ask) (Reply, error)

// asker sends requests to the leader.
type asker interface {
	Ask(ctx context.Context, a postgres.Ask) ([]byte, error)
	CurrentTerm(ctx context.Context) (postgres.Term, error)
	ConfirmTerm(ctx context.Context, term int64) error
	Identity(ctx context.Context) (string, error)
	Nodes(ctx context.Context) ([]postgres.Node, error)
	MarkAway(identity string) error
	Fresh(ctx context.Context) error
	Primary() postgres.Primary
	Serve(says func() postgres.Standing)
	Asks(ctx context.Context, term int64, do func(ctx context.Context, a postgres.Ask) ([]byte, error)) error
}

// verbHandler runs a verb for another node.
type verbHandler func(ctx context.Context, ask json.RawMessage) (reply any, err error)

// byLeader turns do into a verb that runs in the leader's process.
func byLeader[Ask, Reply any](s *Server, name string, do verb[Ask, Reply]) verb[Ask, Reply] {
	s.verbs[name] = func(ctx context.Context, text json.RawMessage) (any, error) {
		var ask Ask
		if err := json.Unmarshal(text, &ask); err != nil {
			return nil, err
		}
		return do(ctx, ask)
	}
	return func(ctx context.Context, ask Ask) (reply Reply, err error) {
		if ctx, here := s.here(ctx); here {
			return do(ctx, ask)
		}
		err = s.ask(ctx, name, ask, &reply)
		return reply, err
	}
}

// here reports whether this node leads, with the context of its term.
func (s *Server) here(ctx context.Context) (context.Context, bool) {
	if s.asks == nil {
		return ctx, true
	}
	term := s.term.Load()
	return underTerm(ctx, s.asks, term), term != 0
}

// underTerm is the context of work that this node does as the leader of a
// term.
func underTerm(ctx context.Context, by asker, term int64) context.Context {
	confirm := func(ctx context.Context) error { return by.ConfirmTerm(ctx, term) }
	return eventstore.WithLeaderCheck(eventstore.UnderTerm(ctx, term), confirm)
}

// leaderRequest is a request to the leader, sealed because it may contain account
// numbers.
type leaderRequest struct {
	Request json.RawMessage `json:"request"`
	Ask     json.RawMessage `json:"ask"`
}

// leaderReply is the leader's reply.
type leaderReply struct {
	Reply   json.RawMessage `json:"reply,omitempty"`
	Failure *failure        `json:"failure,omitempty"`
}

func purposeOf(a postgres.Ask) string { return "ask/" + a.ID + "/" + a.Verb }

// ask has the leader run a verb.
func (s *Server) ask(ctx context.Context, name string, ask, reply any) error {
	return askLeader(ctx, s.asks, s.Keys, name, ask, reply)
}

// askLeader has the leader of a ledger run a verb. keys seal the request and
// the reply.
func askLeader(ctx context.Context, leader asker, keys *seal.Keyring, name string, ask, reply any) error {
	text, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	body, err := json.Marshal(leaderRequest{ledger.CarryRequest(ctx), text})
	if err != nil {
		return err
	}
	row := postgres.Ask{ID: uuid.NewString(), Verb: name}
	if row.Body, err = keys.Seal(domain.LedgerClient, body, purposeOf(row)); err != nil {
		return err
	}
	sealed, err := leader.Ask(ctx, row)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	content, err := keys.Open(domain.LedgerClient, sealed, purposeOf(row))
	if err != nil {
		return err
	}
	var a leaderReply
	if err := json.Unmarshal(content, &a); err != nil {
		return err
	}
	if a.Failure != nil {
		return a.Failure.error()
	}
	return json.Unmarshal(a.Reply, reply)
}

// answer runs a verb for another node. An error means that it was not done, so
// the next leader does it.
func (s *Server) answer(ctx context.Context, row postgres.Ask) ([]byte, error) {
	body, err := s.Keys.Open(domain.LedgerClient, row.Body, purposeOf(row))
	if err != nil {
		return nil, err
	}
	var a leaderRequest
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, err
	}
	request, err := ledger.TakeRequest(ctx, a.Request)
	if err != nil {
		return nil, err
	}
	do, known := s.verbs[row.Verb]
	if !known {
		return nil, fmt.Errorf("a node of another release asks for %s", row.Verb)
	}
	var out leaderReply
	reply, failed := do(request, a.Ask)
	switch {
	case failed != nil && (ctx.Err() != nil || leaderReplaced(failed)):
		return nil, failed
	case failed != nil:
		out.Failure = failureOf(failed)
	default:
		if out.Reply, err = json.Marshal(reply); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return s.Keys.Seal(domain.LedgerClient, text, purposeOf(row))
}
