package node

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/workers"
)

// Rotation names the key to rotate: a client's data key, or the master key if
// Client is empty.
type Rotation struct{ Client string }

// RotateKeys makes a new key. If it is interrupted before the event is
// written, the new key is in use nevertheless; repeating it makes another key,
// which does no harm.
func (c *Core) RotateKeys(ctx context.Context, r Rotation) (Nothing, error) {
	rotate := c.Keys.Rotate
	if nodes, shared := c.Leadership.(asker); shared && r.Client == "" {
		// Another leader may have stopped after the rotation and before its event.
		if err := c.Keys.Forget(); err != nil && !errors.Is(err, seal.ErrNotReplaced) {
			return Nothing{}, err
		}
		if err := c.haveNext(ctx, nodes); err != nil {
			return Nothing{}, err
		}
	}
	if r.Client != "" {
		if err := c.knownClient(ctx, r.Client); err != nil {
			return Nothing{}, err
		}
		rotate = func() error { return c.Keys.RotateClient(r.Client) }
	}
	if err := rotate(); err != nil {
		return Nothing{}, err
	}
	return Nothing{}, c.Ledger.Audit(ctx, domain.LedgerClient, domain.KeysRotated{Client: r.Client})
}

// haveNext refuses to rotate the master key while a running node does not have
// the next one. A node that is down reads it when it starts.
func (c *Core) haveNext(ctx context.Context, by asker) error {
	next := c.Keys.Next()
	nodes, err := by.Nodes(ctx)
	if err != nil || next == "" { // none, or already in use: the keyring reports it
		return err
	}
	var without []string
	for _, n := range nodes {
		if n.Live() && n.NextMaster != next {
			without = append(without, n.Name)
		}
	}
	if len(without) > 0 {
		return fmt.Errorf("nothing was changed: the next master key is not on %s: copy its file there, and start each with --master-key-file-next FILE", strings.Join(without, ", "))
	}
	return nil
}

// knownClient refuses the id of a client that does not exist.
func (c *Core) knownClient(ctx context.Context, id string) error {
	if id == domain.LedgerClient || !domain.ValidClientID(id) {
		return fmt.Errorf("%q is not the id of a client", id)
	}
	client, err := c.Ledger.Client(ctx, id)
	if err == nil && client.Version == 0 {
		err = fmt.Errorf("this ledger has no client %s: nothing was changed", id)
	}
	return err
}

// Destruction names the client whose keys are destroyed.
type Destruction struct {
	Client string
	// Undelivered releases files that were not delivered, and deletes those in
	// the outbox that the bank is not known to have.
	Undelivered bool
}

// DestroyKeys settles a client's open items and then makes everything sealed
// for it permanently unreadable. If it is interrupted, repeat it to finish.
func (c *Core) DestroyKeys(ctx context.Context, d Destruction) (workers.Erased, error) {
	files, err := workers.NewFiles(workers.FilesConfig{Ledger: c.Ledger, Kept: c.Kept})
	if err != nil {
		return workers.Erased{}, err
	}
	return c.destroyKeys(ctx, files, d)
}

// DestroyKeys is the same in a running server, and waits for the other nodes
// to forget the keys.
func (s *Server) DestroyKeys(ctx context.Context, d Destruction) (workers.Erased, error) {
	done, err := s.destroyKeys(ctx, s.workers().files, d)
	if err != nil || s.asks == nil {
		return done, err
	}
	holders, err := s.awaitDropped(ctx)
	done.Left = append(done.Left, holders...)
	return done, err
}

func (c *Core) destroyKeys(ctx context.Context, files *workers.Files, d Destruction) (done workers.Erased, err error) {
	if err := c.knownClient(ctx, d.Client); err != nil {
		return done, err
	}
	if err := c.recordActedAlone(ctx, domain.ActDestroy, d.Client); err != nil {
		return done, err
	}
	e := workers.Erasure{
		Files: files, Client: d.Client, Undelivered: d.Undelivered, Outbox: c.Outbox, Inbox: c.Inbox,
	}
	if done, err = e.Settle(ctx); err != nil {
		return done, fmt.Errorf("nothing was destroyed: %w", err)
	}
	for _, keys := range append(e.QueueKeys(), d.Client) { // the client's own key last: with it the destruction is complete
		if err := c.Keys.Destroy(keys); err != nil {
			return done, err
		}
	}
	if err := e.Clean(&done); err != nil {
		return done, fmt.Errorf("the keys are destroyed, but not every file is removed; repeat the command: %w", err)
	}
	return done, c.Ledger.Audit(ctx, domain.LedgerClient, domain.KeysDestroyed{Client: d.Client, Rejected: done.Rejected})
}
