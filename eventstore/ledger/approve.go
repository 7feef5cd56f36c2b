package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// proposed is an event of a request, byte for byte as it was proposed.
type proposed struct{ domain.ProposedEvent }

// Type names the event in the log.
func (p proposed) Type() string { return p.ProposedEvent.Type }

// MarshalJSON returns the proposed data.
func (p proposed) MarshalJSON() ([]byte, error) { return p.Data, nil }

// errOutdated says that a stream has moved since the request about it was made.
var errOutdated = errors.New("what the request is about has changed")

// Approve approves a request and makes its changes in the same append: after a
// crash either both are in the log or neither is. An act outside the log is
// left to the caller; see BeganUnder.
//
// Errors: a refusal when the person asked for it, or can have done so, when it no
// longer waits, or when a stream that it is about has changed, or who asked for it may
// not any more, which ends it as stale.
func (l *Ledger) Approve(ctx context.Context, id, by, digest string) (domain.Approval, error) {
	at := ExistingApproval(id)
	ctx = WithApproval(ctx, id)
	outdated := ""
	err := l.RetryUnless(func() error {
		a, err := Load(ctx, l, at)
		if err != nil {
			return err
		}
		give := domain.GiveApproval{By: by, Digest: digest, Now: l.Now()}
		if give.Askers, err = l.peopleBehind(ctx, a.AskedBy); err != nil {
			return err
		}
		if give.Givers, err = l.peopleBehind(ctx, metaOf(ctx, give.Now).Actor); err != nil {
			return err
		}
		events, err := give.Decide(a)
		if err != nil || len(events) == 0 {
			return err
		}
		if outdated, err = l.outdated(ctx, a); err != nil || outdated != "" {
			return errors.Join(err, errOutdated)
		}
		changes := []Change{{Stream: at.Name, Client: domain.LedgerClient, Expect: a.Version, Events: events}}
		_, err = l.Write(ctx, append(changes, changesOf(a.Asked)...)...)
		return err
	}, func(stream string) error {
		if stream == at.Name {
			return nil
		}
		outdated = stream
		return errOutdated
	})
	if errors.Is(err, errOutdated) && outdated != "" {
		if _, err := Execute(ctx, l, at, domain.OutdateApproval{By: by, Stream: outdated, Now: l.Now()}.Decide); err != nil {
			return domain.Approval{}, err
		}
		return domain.Approval{}, domain.Refuse(domain.Stale, "%s has changed since this was asked for: nothing was done, ask again", outdated)
	}
	if err != nil {
		return domain.Approval{}, err
	}
	return loadWritten(ctx, l, at)
}

func changesOf(asked *domain.ApprovalAsked) (changes []Change) {
	for _, c := range asked.Changes {
		change := Change{Stream: c.Stream, Client: c.Client, Expect: c.Expect}
		for _, e := range c.Events {
			change.Events = append(change.Events, proposed{e})
		}
		changes = append(changes, change)
	}
	return changes
}

// outdated names the stream because of which a request no longer stands, if there is
// one: that of its act has moved, or the person who asked was disabled or lost a role,
// or the credential by which that was done was revoked.
func (l *Ledger) outdated(ctx context.Context, a domain.Approval) (string, error) {
	people, err := l.Operators(ctx)
	if err != nil {
		return "", err
	}
	maker, ok := people.Find(a.Asked.Maker)
	if ok && (maker.Disabled || max(maker.DisabledAt, maker.LostAt) > a.AskedPosition) {
		return domain.OperatorsStream, nil
	}
	by, err := Load(ctx, l, CredentialStream("", a.AskedBy))
	if err != nil {
		return "", err
	}
	if by.Revoked {
		return domain.CredentialStream(a.AskedBy), nil
	}
	return l.actOutdated(ctx, a.Asked.Act)
}

// actOutdated names the stream of an act if it has moved.
func (l *Ledger) actOutdated(ctx context.Context, act *domain.Act) (string, error) {
	if act == nil || act.Stream == "" {
		return "", nil
	}
	versions, err := l.Store.Versions(ctx, []string{act.Stream})
	if err != nil || versions[act.Stream] == act.Version {
		return "", err
	}
	return act.Stream, nil
}

// BeganUnder reports whether an event was written to a stream under an approved
// request. Then its act has begun, and the worker of that act finishes it.
func (l *Ledger) BeganUnder(ctx context.Context, stream string, after int64, approval string) (bool, error) {
	events, err := l.Store.ReadStream(ctx, stream, after)
	if err != nil {
		return false, fmt.Errorf("read stream %s: %w", stream, err)
	}
	for _, r := range events {
		var meta domain.Meta
		if err := json.Unmarshal(r.Meta, &meta); err != nil {
			return false, fmt.Errorf("position %d: decode meta: %w", r.Position, err)
		}
		if meta.Approval == approval {
			return true, nil
		}
	}
	return false, nil
}
