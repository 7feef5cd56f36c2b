package cluster

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/achledger/achledger/eventstore/freeport"
)

// Node is one of the ledger's processes.
type Node struct {
	*Process
	Data  string  // its folder
	Admin string  // the address of its health and metrics
	Wires []*Wire // to each place where the database may be

	address string // of its API
	ready   atomic.Bool

	mu   sync.Mutex
	lost chan struct{} // closed when it does not respond at all
}

// Base is the address of its API.
func (n *Node) Base() string { return "http://" + n.address }

// Ready reports whether its last answer was that it is ready.
func (n *Node) Ready() bool { return n.ready.Load() }

// Hold holds back everything sent between the node and the database, or
// releases it.
func (n *Node) Hold(held bool) {
	for _, w := range n.Wires {
		w.Hold(held)
	}
}

func (n *Node) ask(client *http.Client) {
	answer, err := client.Get(n.Base() + "/readyz")
	if err == nil {
		answer.Body.Close()
	}
	n.ready.Store(err == nil && answer.StatusCode == http.StatusOK)
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil {
		close(n.lost)
		n.lost = make(chan struct{})
	}
}

// whileItAnswers returns a context that ends when the node is found
// unresponsive.
func (n *Node) whileItAnswers(ctx context.Context) (context.Context, context.CancelFunc) {
	n.mu.Lock()
	lost := n.lost
	n.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-lost:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// makeNodes are three nodes of one ledger.
func makeNodes(o Options, databases []string, brokers string) (all []*Node, err error) {
	ports, err := freeport.Of(6)
	if err != nil {
		return nil, err
	}
	for i := range 3 {
		n := &Node{lost: make(chan struct{}), address: fmt.Sprintf("127.0.0.1:%d", ports[i]), Data: filepath.Join(o.Folder, fmt.Sprintf("n%d", i+1)), Admin: fmt.Sprintf("http://127.0.0.1:%d", ports[3+i])}
		var reached []string
		for _, address := range databases {
			w, err := newWire(address)
			if err != nil {
				return nil, err
			}
			n.Wires, reached = append(n.Wires, w), append(reached, w.address())
		}
		n.Process = &Process{
			Name: fmt.Sprintf("n%d", i+1), path: o.Program, log: filepath.Join(o.Folder, fmt.Sprintf("n%d.log", i+1)),
			args: []string{
				"serve", "--store", databaseURL("achledger", reached), "--nats-url", brokers, "--node", fmt.Sprintf("n%d", i+1), "--data", n.Data,
				"--listen", n.address, "--admin-listen", fmt.Sprintf("127.0.0.1:%d", ports[3+i]), "--outbox", o.outbox(), "--inbox", o.inbox(), "--sandbox", "--log-format", "json",
			},
		}
		all = append(all, n)
	}
	return all, nil
}
