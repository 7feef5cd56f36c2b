package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"

	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// formance is the number of single POSTs per second that Formance Ledger took
// on PostgreSQL, on a machine with two cores.
const formance = 470

// cluster is a ledger of several nodes on a PostgreSQL server without a
// standby, with a NATS server in this process.
type cluster struct {
	*bench
	database *postgrestest.Cluster
	broker   *natsserver.Server
	nodes    []*process
}

// several measures a ledger on PostgreSQL: one node compared with one on
// SQLite, three nodes compared with one, and lists read on a node other than
// the one that took the write.
func (b *bench) several(ctx context.Context) (err error) {
	if err := b.servers(); err != nil {
		return err
	}
	c := &cluster{bench: b}
	defer func() { err = errors.Join(err, c.stop()) }()
	if err := c.start(); err != nil {
		return err
	}
	folder, ones, err := c.compare(ctx, []*process{b.ledger}, c.nodes[:1])
	if err != nil {
		return err
	}
	sqlite, one := folder.rate(), ones.rate()
	b.table.add(row{
		path: "PostgreSQL: single POST, 64 connections, one node", against: "the SQLite node",
		measured: fmt.Sprintf("%.0f %%", 100*one/sqlite), budget: "at least 50 %", kept: one >= 0.5*sqlite,
		details: fmt.Sprintf("%s/s, SQLite %s/s, Formance Ledger on such a machine %d/s; %s; no standby",
			thousands(one), thousands(sqlite), formance, percentilesOf(ones.waits())),
	})
	for range 2 {
		if err := c.add(); err != nil {
			return err
		}
	}
	alone, all, err := c.compare(ctx, c.nodes[:1], c.nodes)
	if err != nil {
		return err
	}
	one, three := alone.rate(), all.rate()
	b.table.add(row{
		path: "PostgreSQL: the same, three nodes", against: "one node, on the same processors",
		measured: fmt.Sprintf("%.0f %%", 100*three/one), budget: "at least 60 %", kept: three >= 0.6*one,
		details: fmt.Sprintf("%s/s, one node %s/s", thousands(three), thousands(one)),
	})
	return c.lists(ctx)
}

// lists reads a list on one node after each write on another, at 200 writes
// per second.
func (c *cluster) lists(ctx context.Context) error {
	const rate = 200
	ctx, cancel := context.WithTimeout(ctx, 3*c.Each)
	defer cancel()
	writer, reader := c.nodes[0], c.nodes[1]
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	results := make(chan result, 1000)
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	asked := 0
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
			asked++
			go func() {
				if err := writer.postOne(client); err != nil {
					results <- result{err: err}
					return
				}
				began := time.Now()
				err := reader.call(reader.client, http.MethodGet, "/api/transaction/event?limit=10", "", nil)
				results <- result{time.Since(began), err}
			}()
		}
	}
	var waits []time.Duration
	for range asked {
		r := <-results
		if r.err != nil {
			return fmt.Errorf("a list after a write: %w", r.err)
		}
		waits = append(waits, r.wait)
	}
	waited := percentilesOf(waits)
	c.table.add(row{
		path: "PostgreSQL: a list after a write on another node", against: fmt.Sprintf("%d POSTs a second", rate),
		measured: "p99 " + milliseconds(waited.p99), budget: "under 50 ms", kept: waited.p99 < 50*time.Millisecond,
		details: fmt.Sprintf("%s, %d lists", waited, len(waits)),
	})
	return nil
}

type result struct {
	wait time.Duration
	err  error
}

// start starts the database, the broker and the first node.
func (c *cluster) start() (err error) {
	if c.database, err = postgrestest.Start(); err != nil {
		return err
	}
	if err := c.database.Create("bench"); err != nil {
		return err
	}
	said, err := exec.Command(c.Program, "store", "init", "--store", c.database.URL("owner", "bench"), "--data", c.folder("n1"), "--sandbox").CombinedOutput()
	if err != nil {
		return fmt.Errorf("achledger store init: %w: %s", err, said)
	}
	c.broker, err = natsserver.NewServer(&natsserver.Options{
		JetStream: true, StoreDir: c.folder("nats"), Host: "127.0.0.1", Port: natsserver.RANDOM_PORT, MaxPayload: 8 << 20, NoSigs: true, NoLog: true,
	})
	if err != nil {
		return err
	}
	c.broker.Start()
	if !c.broker.ReadyForConnections(30 * time.Second) {
		return errors.New("the NATS server is not ready")
	}
	return c.add()
}

// add starts another node. The first node creates the client.
func (c *cluster) add() error {
	data := c.folder(fmt.Sprintf("n%d", len(c.nodes)+1))
	if len(c.nodes) > 0 {
		master, err := os.ReadFile(filepath.Join(c.nodes[0].folder, "keys", "master"))
		if err == nil {
			err = os.MkdirAll(filepath.Join(data, "keys"), 0o700)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(data, "keys", "master"), master, 0o600)
		}
		if err != nil {
			return err
		}
	}
	n, err := start(data, c.Program, "serve", "--sandbox", "--store", c.database.URL(postgrestest.Role, "bench"), "--nats-url", c.broker.ClientURL(),
		"--data", data, "--outbox", c.folder("outbox"), "--inbox", c.folder("inbox"), "--listen", "127.0.0.1:0", "--log-level", "error")
	if err != nil {
		return err
	}
	c.nodes = append(c.nodes, n)
	if len(c.nodes) > 1 {
		n.ops, n.client = c.nodes[0].ops, c.nodes[0].client
		return nil
	}
	n.client, err = n.begin("")
	return err
}

func (c *cluster) stop() (err error) {
	for _, n := range c.nodes {
		err = errors.Join(err, n.stop())
	}
	if c.broker != nil {
		c.broker.Shutdown()
		c.broker.WaitForShutdown()
	}
	if c.database != nil {
		err = errors.Join(err, c.database.Remove())
	}
	return err
}
