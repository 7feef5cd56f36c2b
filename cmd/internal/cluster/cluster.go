package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// Options of Start.
type Options struct {
	Folder  string // for everything but the databases, which lie in memory where that is possible
	Program string // achledger
	Broker  string // nats-server
	Listen  string // of the proxy
	Log     *slog.Logger
}

func (o Options) outbox() string { return filepath.Join(o.Folder, "outbox") }
func (o Options) inbox() string  { return filepath.Join(o.Folder, "inbox") }

// Cluster is an installation that runs.
type Cluster struct {
	Base      string            // of the API, through the proxy
	Ops       folder.Credential // of operations
	Store     string            // names the database, as its owner
	Outbox    string            // where files for the bank appear
	Inbox     string            // where the bank puts its own
	NATS      string            // names the servers, as the ledger's user
	Databases *Databases
	Brokers   []*Process
	Nodes     []*Node

	stop  context.CancelFunc
	parts sync.WaitGroup
}

// Start starts everything from scratch, and returns when a node is ready.
func Start(ctx context.Context, o Options) (c *Cluster, err error) {
	ctx, stop := context.WithCancel(ctx)
	c = &Cluster{stop: stop, Outbox: o.outbox(), Inbox: o.inbox()}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Stop())
		}
	}()
	if c.Databases, err = startDatabases(o.Log); err != nil {
		return c, err
	}
	if err := c.makeLedger(ctx, o); err != nil {
		return c, err
	}
	brokers, reached, err := makeBrokers(o.Folder, o.Broker)
	if err != nil {
		return c, err
	}
	c.Brokers, c.NATS = brokers, reached
	if c.Nodes, err = makeNodes(o, c.Databases.addresses(), reached); err != nil {
		return c, err
	}
	for _, n := range c.Nodes {
		if err := copyKey(c.Nodes[0].Data, n.Data); err != nil {
			return c, err
		}
	}
	if err := c.serve(ctx, o); err != nil {
		return c, err
	}
	c.parts.Go(func() { c.Databases.run(ctx) })
	for _, b := range c.Brokers {
		c.keep(ctx, o, b)
	}
	// The first node writes the credential of operations.
	for i := range c.Nodes {
		for _, w := range c.Nodes[i].Wires {
			c.parts.Go(func() { w.run(ctx) })
		}
		c.keep(ctx, o, c.Nodes[i].Process)
		if err := await(ctx, c.Nodes[i]); err != nil {
			return c, err
		}
	}
	c.Ops, err = folder.Folder(c.Nodes[0].Data).ReadCredential()
	return c, err
}

// keep restarts a process as long as the cluster runs.
func (c *Cluster) keep(ctx context.Context, o Options, p *Process) {
	p.logger = o.Log
	c.parts.Go(func() { p.run(ctx) })
}

// makeLedger makes the database a ledger, with a master key for the first node.
func (c *Cluster) makeLedger(ctx context.Context, o Options) error {
	if err := c.Databases.Primary().Create("ledger"); err != nil {
		return err
	}
	c.Store = databaseURL("owner", c.Databases.addresses())
	first := filepath.Join(o.Folder, "n1")
	for _, dir := range []string{first, c.Outbox, c.Inbox} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	output, err := exec.CommandContext(ctx, o.Program, "store", "init", "--store", c.Store, "--data", first, "--sandbox").CombinedOutput()
	if err != nil {
		return fmt.Errorf("achledger store init: %w: %s", err, output)
	}
	return nil
}

// copyKey gives a node the master key.
func copyKey(from, to string) error {
	if from == to {
		return nil
	}
	key, err := os.ReadFile(filepath.Join(folder.Folder(from).Keys(), "master"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder.Folder(to).Keys(), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder.Folder(to).Keys(), "master"), key, 0o600)
}

// serve starts the proxy.
func (c *Cluster) serve(ctx context.Context, o Options) error {
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return err
	}
	c.Base = "http://" + l.Addr().String()
	proxy := &Proxy{nodes: c.Nodes, logger: o.Log}
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: 10 * time.Second}
	c.parts.Go(func() { proxy.run(ctx) })
	c.parts.Go(func() { _ = server.Serve(l) })
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return nil
}

// startTime bounds how long a node takes to be ready.
const startTime = 2 * time.Minute

func await(ctx context.Context, n *Node) error {
	for end := time.Now().Add(startTime); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		if n.Ready() {
			return nil
		}
	}
	return fmt.Errorf("node %s is not ready; it says in %s why", n.Name, n.Log())
}

// Stop ends every part and removes the databases.
func (c *Cluster) Stop() error {
	c.stop()
	c.parts.Wait()
	if c.Databases == nil {
		return nil
	}
	return c.Databases.remove()
}
