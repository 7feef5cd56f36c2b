package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
)

// peopleBehind returns the people who can have acted as an actor: the person who is
// signed in or, of a credential, its owner and whoever requested it, to whom its secret
// was shown. Who knows the credential by which that was requested is not asked again.
func (l *Ledger) peopleBehind(ctx context.Context, actor string) (people []string, err error) {
	if isPerson(actor) {
		return []string{domain.NormalEmail(actor)}, nil
	}
	c, err := Load(ctx, l, CredentialStream("", actor))
	if err != nil || c.Version == 0 {
		return nil, err // the folder's owner, for example
	}
	requester, err := l.requesterOf(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, person := range []string{c.Owner, requester} {
		if person != "" {
			people = append(people, domain.NormalEmail(person))
		}
	}
	return people, nil
}

// requesterOf returns the person who requested a credential; empty if that was
// nobody who can approve, such as the folder's owner.
func (l *Ledger) requesterOf(ctx context.Context, c domain.Credential) (string, error) {
	recorded, err := l.Store.ReadAll(ctx, c.Position-1, 1)
	if err != nil || len(recorded) == 0 {
		return "", err
	}
	var meta domain.Meta
	if err := json.Unmarshal(recorded[0].Meta, &meta); err != nil {
		return "", fmt.Errorf("position %d: decode meta: %w", c.Position, err)
	}
	if meta.Approval != "" { // the actor is who approved it
		a, err := Load(ctx, l, ApprovalStream(meta.Approval))
		if err != nil || a.Asked == nil {
			return "", err
		}
		return a.Asked.Maker, nil
	}
	if isPerson(meta.Actor) {
		return meta.Actor, nil
	}
	by, err := Load(ctx, l, CredentialStream("", meta.Actor))
	return by.Owner, err
}

// isPerson reports whether an actor is a person's e-mail address. Keys, workers and
// the folder's owner have no @.
func isPerson(actor string) bool { return strings.Contains(actor, "@") }
