package node

import (
	"context"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/workers"
)

// Rotation says what is rotated: a client's data key or, without one, the
// master key.
type Rotation struct{ Client string }

// RotateKeys makes a new key. A stop before that is recorded leaves the new
// key in use; asking again makes another, which does no harm.
func (c *Core) RotateKeys(ctx context.Context, r Rotation) (Nothing, error) {
	rotate := c.Keys.Rotate
	if nodes, shared := c.Leadership.(asker); shared && r.Client == "" {
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

// haveNext refuses to rotate the master key while a node runs that does not have the
// next one. One that is away takes it when it starts.
func (c *Core) haveNext(ctx context.Context, by asker) error {
	next := c.Keys.Next()
	nodes, err := by.Nodes(ctx)
	if err != nil || next == "" { // there is none, or it is in use already: the keyring says so
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

// knownClient refuses a name that no client has.
func (c *Core) knownClient(ctx context.Context, id string) error {
	if id == domain.LedgerClient || !domain.ValidClientID(id) {
		return fmt.Errorf("%q is no client's id", id)
	}
	client, err := c.Ledger.Client(ctx, id)
	if err == nil && client.Version == 0 {
		err = fmt.Errorf("this ledger has no client %s: nothing was changed", id)
	}
	return err
}

// Destruction says whose keys are destroyed.
type Destruction struct {
	Client string
	// Undelivered takes back files that did not leave, and removes those from
	// the outbox of which nothing says that the bank has them.
	Undelivered bool
}

// DestroyKeys settles a client and then makes everything sealed for it
// unreadable, for good. A stop leaves the rest to be done by asking again.
func (c *Core) DestroyKeys(ctx context.Context, d Destruction) (workers.Erased, error) {
	files, err := workers.NewFiles(workers.FilesConfig{Ledger: c.Ledger, Kept: c.Kept})
	if err != nil {
		return workers.Erased{}, err
	}
	return c.destroyKeys(ctx, files, d)
}

// DestroyKeys does the same in a running server, and waits for the other nodes.
func (s *Server) DestroyKeys(ctx context.Context, d Destruction) (workers.Erased, error) {
	done, err := s.destroyKeys(ctx, s.crew().files, d)
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
	if err := c.alone(ctx, domain.ActDestroy, d.Client); err != nil {
		return done, err
	}
	e := workers.Erasure{
		Files: files, Client: d.Client, Undelivered: d.Undelivered, Outbox: c.Outbox, Inbox: c.Inbox,
	}
	if done, err = e.Settle(ctx); err != nil {
		return done, fmt.Errorf("nothing was destroyed: %w", err)
	}
	for _, keys := range append(e.QueueKeys(), d.Client) { // the client's last: then it is done
		if err := c.Keys.Destroy(keys); err != nil {
			return done, err
		}
	}
	if err := e.Clean(&done); err != nil {
		return done, fmt.Errorf("the keys are gone, but not every file; repeat it: %w", err)
	}
	return done, c.Ledger.Audit(ctx, domain.LedgerClient, domain.KeysDestroyed{Client: d.Client, Rejected: done.Rejected})
}
