package relay

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore/freeport"
)

// TestAClusterLosesItsLeader relays to three servers and stops the one that
// leads the stream.
func TestAClusterLosesItsLeader(t *testing.T) {
	if testing.Short() {
		t.Skip("three servers take some seconds to agree")
	}
	c := newCluster(t, 3)
	log := openLog(t, t.TempDir())
	r := newRelay(log, c.connect())
	r.Replicas, r.WriteLater = 3, false
	running(t, r)
	waitFor(t, r, record(log, 500))
	js := must(jetstream.New(c.connect()))
	stream := streamOf(t, js)
	if n := stream.CachedInfo().Config.Replicas; n != 3 {
		t.Fatalf("the stream has %d replicas", n)
	}
	leader := stream.CachedInfo().Cluster.Leader
	written := make(chan int64)
	go func() { written <- record(log, 3000) }()
	c.restart(leader)
	waitFor(t, r, <-written)
	mustEcho(t, c.connect(), log)
}

// cluster is some NATS servers that know each other.
type cluster struct {
	t       *testing.T
	options map[string]*server.Options
	servers map[string]*server.Server
}

func newCluster(t *testing.T, n int) *cluster {
	t.Helper()
	c := &cluster{t: t, options: map[string]*server.Options{}, servers: map[string]*server.Server{}}
	var routes []*url.URL
	for i := range n {
		o := &server.Options{
			ServerName: fmt.Sprintf("server%d", i), Host: "127.0.0.1", Port: freeport.One(t), MaxPayload: MinPayload,
			JetStream: true, StoreDir: t.TempDir(), NoLog: true, NoSigs: true,
			Cluster: server.ClusterOpts{Name: "ledger", Host: "127.0.0.1", Port: freeport.One(t)},
		}
		routes = append(routes, must(url.Parse(fmt.Sprintf("nats://127.0.0.1:%d", o.Cluster.Port))))
		c.options[o.ServerName] = o
	}
	for name, o := range c.options {
		o.Routes = routes
		c.start(name)
	}
	t.Cleanup(func() {
		for _, s := range c.servers {
			s.Shutdown()
			s.WaitForShutdown()
		}
	})
	return c
}

func (c *cluster) start(name string) {
	c.t.Helper()
	s, err := server.NewServer(c.options[name].Clone())
	if err != nil {
		c.t.Fatal(err)
	}
	s.Start()
	c.servers[name] = s
}

// restart stops a server, lets the others choose another leader, and starts
// it again.
func (c *cluster) restart(name string) {
	c.t.Helper()
	c.servers[name].Shutdown()
	c.servers[name].WaitForShutdown()
	time.Sleep(time.Second)
	c.start(name)
}

func (c *cluster) connect() *nats.Conn {
	c.t.Helper()
	var urls []string
	for _, o := range c.options {
		urls = append(urls, fmt.Sprintf("nats://127.0.0.1:%d", o.Port))
	}
	conn, err := nats.Connect(strings.Join(urls, ","), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true),
		nats.ReconnectWait(50*time.Millisecond))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(conn.Close)
	return conn
}
