package inbound

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers/remote/remotetest"
)

// picking is a world whose bank has an SFTP server.
func picking(t *testing.T, after After) (*world, *remotetest.Server, *Pickup) {
	t.Helper()
	w, s := newWorld(t), remotetest.New(t)
	w.write(ledger.Change{Stream: domain.BankStream(ourBank), Client: domain.LedgerClient, Expect: eventstore.NewStream, Events: []domain.Event{
		domain.BankConfigured{Routing: ourBank, Delivery: domain.Delivery{Method: domain.BySFTP, SFTP: &s.Settings}},
	}})
	must(t, w.views.CatchUp(context.Background()))
	p, err := NewPickup(PickupConfig{Desk: w.desk, After: after})
	must(t, err)
	return w, s, p
}

func put(t *testing.T, s *remotetest.Server, name string, content []byte) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(s.Dir, "inbound", name), content, 0o600))
}

func looks(t *testing.T, p *Pickup, times int) {
	t.Helper()
	for range times {
		must(t, p.Look(context.Background()))
	}
}

func TestFilesAreTakenFromTheServerOnceTheirSizeIsStable(t *testing.T) {
	for after, left := range map[After][]string{Leave: {"a.ach", "done"}, Remove: {"done"}, Done: {"done"}} {
		t.Run(string(after), func(t *testing.T) {
			w, s, p := picking(t, after)
			must(t, os.Mkdir(filepath.Join(s.Dir, "inbound", "done"), 0o700))
			put(t, s, "a.ach", vector(t, "05"))
			looks(t, p, 1)
			if n := len(w.received(gym)); n != 0 {
				t.Fatalf("%d payments at the first look", n)
			}
			looks(t, p, 3)
			if n := len(w.received(gym)); n != 2 {
				t.Errorf("%d payments, want 2", n)
			}
			if got := s.Names("inbound"); !slices.Equal(got, left) {
				t.Errorf("the server has %v, want %v", got, left)
			}
			if n := len(w.events((domain.InboundRepeated{}).Type())); n != 0 {
				t.Errorf("it was taken %d times more", n)
			}
			w.sound()
		})
	}
}

// What is remembered goes with the process; the log does not forget.
func TestAfterARestartALeftFileIsADuplicate(t *testing.T) {
	w, s, p := picking(t, Leave)
	put(t, s, "a.ach", vector(t, "05"))
	looks(t, p, 2)
	p, err := NewPickup(PickupConfig{Desk: w.desk})
	must(t, err)
	looks(t, p, 2)
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("%d payments, want 2", n)
	}
	if n := len(w.events((domain.InboundRepeated{}).Type())); n != 1 {
		t.Errorf("%d duplicates, want 1", n)
	}
}

func TestAnUnfinishedFileAtTheServerWaitsForItsRest(t *testing.T) {
	w, s, p := picking(t, Remove)
	whole := vector(t, "05")
	put(t, s, ".hidden", whole)
	put(t, s, "b.ach.part", whole)
	put(t, s, "a.ach", whole[:len(whole)/3])
	looks(t, p, 3)
	if n := len(w.events((domain.InboundReceived{}).Type())); n != 0 {
		t.Fatalf("%d files were taken", n)
	}
	put(t, s, "a.ach", whole)
	looks(t, p, 2)
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("%d payments, want 2", n)
	}
}

func TestTheServerDiesWhileAFileIsRead(t *testing.T) {
	w, s, p := picking(t, Remove)
	put(t, s, "a.ach", vector(t, "05"))
	looks(t, p, 1)
	s.DieAfterBytes.Store(100)
	if p.Look(context.Background()) == nil {
		t.Fatal("the server did not die")
	}
	looks(t, p, 2)
	if n := len(w.received(gym)); n != 2 || len(s.Names("inbound")) != 0 {
		t.Errorf("%d payments, the server has %v", n, s.Names("inbound"))
	}
}

func TestAnAcknowledgementIsTakenFromTheServer(t *testing.T) {
	w, s, p := picking(t, Remove)
	var got []ack.Acknowledgement
	w.desk.Acknowledge = func(_ context.Context, a ack.Acknowledgement) error {
		got = append(got, a)
		return nil
	}
	put(t, s, "a.ack", yes())
	looks(t, p, 3)
	if len(got) != 1 || len(s.Names("inbound")) != 0 {
		t.Errorf("applied %v, the server has %v", got, s.Names("inbound"))
	}
}
