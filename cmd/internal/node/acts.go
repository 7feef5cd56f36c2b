package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/workers"
	"github.com/achledger/achledger/workers/inbound"
)

// act carries out an approved request.
type act = func(ctx context.Context, asked *domain.ApprovalAsked) error

// newActs makes the worker that carries out approved requests whose effect is
// not only events in the log.
func (s *Server) newActs() *workers.Acts {
	return &workers.Acts{Ledger: s.Ledger, Views: s.views, Switch: s.Switch, Log: s.log, Do: map[domain.Action]act{
		domain.ActFileConfirm: withFile(func(ctx context.Context, a domain.FileAct) error { return s.workers().delivery.Confirm(ctx, a.FileID) }),
		domain.ActFileResend:  withFile(func(ctx context.Context, a domain.FileAct) error { return s.workers().delivery.Resend(ctx, a.FileID) }),
		domain.ActFileRelease: withFile(func(ctx context.Context, a domain.FileAct) error {
			return s.workers().files.Release(ctx, a.FileID, a.Release())
		}),
		domain.ActAcknowledge: s.withHandedIn(s.acknowledge),
		domain.ActInbound: s.withHandedIn(func(ctx context.Context, name string, content []byte) error {
			_, err := s.workers().intake.Accept(ctx, name, inbound.FromAPI, bytes.NewReader(content))
			return err
		}),
	}}
}

func withFile(do func(context.Context, domain.FileAct) error) act {
	return func(ctx context.Context, asked *domain.ApprovalAsked) error {
		var a domain.FileAct
		if err := json.Unmarshal(asked.Act.Params, &a); err != nil {
			return fmt.Errorf("read what was asked for: %w", err)
		}
		return do(ctx, a)
	}
}

func (s *Server) withHandedIn(do func(ctx context.Context, name string, content []byte) error) act {
	return func(ctx context.Context, asked *domain.ApprovalAsked) error {
		in, content, err := s.Ledger.HandedIn(asked.Act)
		if err != nil {
			return err
		}
		return do(ctx, in.Name, content)
	}
}

func (s *Server) acknowledge(ctx context.Context, _ string, content []byte) error {
	a, err := ack.Parse(content)
	if err != nil {
		return err
	}
	_, err = s.workers().files.AcknowledgeByHand(ctx, s.views, a)
	return err
}

// recordActedAlone records that the folder's owner does something that needs two people
// at the API, before it is done. The folder's owner can read its keys and
// write its log, so asking a command of the owner to wait for a second person
// would protect nothing; recording it does.
func (c *Core) recordActedAlone(ctx context.Context, action domain.Action, subject string) error {
	policy, err := c.Ledger.Policy(ctx)
	if err != nil || !policy.FourEyes {
		return err
	}
	return c.Ledger.Audit(ctx, domain.LedgerClient, domain.ActedAlone{Action: action, Subject: subject})
}

// actsPort has the leader carry out approved requests.
type actsPort struct{ *Server }

// CarryOut implements api.Acts.
func (p actsPort) CarryOut(ctx context.Context, approval string) error {
	_, err := p.by.carryOut(ctx, approval)
	return err
}
