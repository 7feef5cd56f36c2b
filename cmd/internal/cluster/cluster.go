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
	Outbox    string            // where files for the bank appear
	Inbox     string            // where the bank puts its own
	Databases *Databases
	Brokers   []*Process
	Nodes     []*Node

	stop  context.CancelFunc
	parts sync.WaitGroup
}

// Start makes everything from nothing, and returns when a node is ready.
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
	brokers, url, err := makeBrokers(o.Folder, o.Broker)
	if err != nil {
		return c, err
	}
	c.Brokers = brokers
	if c.Nodes, err = makeNodes(o, c.Databases.url("achledger"), url); err != nil {
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
	for _, p := range c.processes() {
		p.tell = o.Log
		c.parts.Go(func() { p.run(ctx) })
	}
	return c, c.await(ctx)
}

func (c *Cluster) processes() (all []*Process) {
	all = append(all, c.Brokers...)
	for _, n := range c.Nodes {
		all = append(all, n.Process)
	}
	return all
}

// makeLedger makes the database a ledger, and takes its operations credential.
func (c *Cluster) makeLedger(ctx context.Context, o Options) error {
	if err := c.Databases.Primary().Create("ledger"); err != nil {
		return err
	}
	first := filepath.Join(o.Folder, "n1")
	for _, dir := range []string{first, c.Outbox, c.Inbox} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	said, err := exec.CommandContext(ctx, o.Program, "store", "init", "--store", c.Databases.url("owner"), "--data", first, "--sandbox").CombinedOutput()
	if err != nil {
		return fmt.Errorf("achledger store init: %w: %s", err, said)
	}
	c.Ops, err = folder.Folder(first).ReadCredential()
	return err
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
	proxy := &Proxy{nodes: c.Nodes, tell: o.Log}
	server := &http.Server{Handler: proxy, ReadHeaderTimeout: 10 * time.Second}
	c.parts.Go(func() { proxy.run(ctx) })
	c.parts.Go(func() { _ = server.Serve(l) })
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return nil
}

// startTime bounds how long the first node takes to be ready.
const startTime = 2 * time.Minute

func (c *Cluster) await(ctx context.Context) error {
	for end := time.Now().Add(startTime); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		ready := 0
		for _, n := range c.Nodes {
			if n.Ready() {
				ready++
			}
		}
		if ready == len(c.Nodes) {
			return nil
		}
	}
	return fmt.Errorf("the nodes are not ready: see their logs, %s and the others", c.Nodes[0].Log())
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
