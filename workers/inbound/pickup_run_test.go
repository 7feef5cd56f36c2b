package inbound

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers/remote/remotetest"
)

// silentBank adds a bank of ours whose server accepts connections and sends
// nothing. Every connection is reported on the channel.
func silentBank(t *testing.T, w *world) (spoken <-chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	accepted := make(chan struct{}, 100)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			accepted <- struct{}{}
		}
	}()
	settings := remotetest.New(t).Settings
	settings.Port = listener.Addr().(*net.TCPAddr).Port
	const routing = "091400606"
	w.write(ledger.Change{Stream: domain.BankStream(routing), Client: domain.LedgerClient, Expect: eventstore.NewStream, Events: []domain.Event{
		domain.BankConfigured{Routing: routing, Delivery: domain.DeliverySettings{Method: domain.BySFTP, SFTP: &settings}},
	}})
	must(t, w.views.CatchUp(context.Background()))
	return accepted
}

// The poll of the silent server takes half a minute, and is not repeated
// meanwhile.
func TestAServerThatSaysNothingHoldsUpNoOther(t *testing.T) {
	w, s, p := picking(t, AfterPickupRemove)
	spoken := silentBank(t, w)
	p.Every = 10 * time.Millisecond
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	<-spoken
	put(t, s, "a.ach", vector(t, "05"))
	for until := time.Now().Add(time.Minute); len(w.received(gym)) != 2; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the other bank's file was not taken")
		}
	}
	if len(spoken) != 0 {
		t.Errorf("the silent server was dialled %d times more", len(spoken))
	}
	stop()
	must(t, <-ended)
	w.sound()
}

func TestAServerIsLookedAtAgainAfterItFailed(t *testing.T) {
	w, s, p := picking(t, AfterPickupRemove)
	folder := filepath.Join(s.Dir, "inbound")
	must(t, os.Rename(folder, folder+".away"))
	if p.Look(context.Background()) == nil {
		t.Fatal("a folder that is gone is no error")
	}
	if n := p.Failing()[ourBank]; n != 1 {
		t.Errorf("%d polls failed in a row", n)
	}
	must(t, os.Rename(folder+".away", folder))
	put(t, s, "a.ach", vector(t, "05"))
	looks(t, p, 2)
	if n := len(w.received(gym)); n != 2 || p.Failing()[ourBank] != 0 {
		t.Errorf("%d payments, want 2; %d polls failed in a row", n, p.Failing()[ourBank])
	}
}
