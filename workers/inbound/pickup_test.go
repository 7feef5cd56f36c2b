package inbound

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers/remote/remotetest"
)

// picking returns a world whose bank has an SFTP server.
func picking(t *testing.T, after AfterPickup) (*world, *remotetest.Server, *Pickup) {
	t.Helper()
	w, s := newWorld(t), remotetest.New(t)
	w.write(ledger.Change{Stream: domain.BankStream(ourBank), Client: domain.LedgerClient, Expect: eventstore.NewStream, Events: []domain.Event{
		domain.BankConfigured{Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.BySFTP, SFTP: &s.Settings}},
	}})
	must(t, w.views.CatchUp(context.Background()))
	p, err := NewPickup(PickupConfig{Intake: w.intake, After: after})
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
	for after, left := range map[AfterPickup][]string{AfterPickupLeave: {"a.ach", "done"}, AfterPickupRemove: {"done"}, AfterPickupDone: {"done"}} {
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

// A new process does not remember the files, but the log knows them.
func TestAfterARestartALeftFileIsKnownAgain(t *testing.T) {
	w, s, p := picking(t, AfterPickupLeave)
	put(t, s, "a.ach", vector(t, "05"))
	looks(t, p, 2)
	p, err := NewPickup(PickupConfig{Intake: w.intake})
	must(t, err)
	looks(t, p, 2)
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("%d payments, want 2", n)
	}
	if n := len(w.events((domain.InboundRepeated{}).Type())); n != 0 {
		t.Errorf("it came %d times more", n)
	}
	must(t, os.Chtimes(filepath.Join(s.Dir, "inbound", "a.ach"), friday, friday)) // the bank put it there again
	looks(t, p, 2)
	if n := len(w.events((domain.InboundRepeated{}).Type())); n != 1 {
		t.Errorf("%d duplicates, want 1", n)
	}
}

// A restored ledger may be a copy that somebody tries beside the one in use, which has
// to get the bank's files. It removes them once a person has accepted its credentials.
func TestALedgerThatMayBeACopyLeavesWhatItPicksUp(t *testing.T) {
	w, s, p := picking(t, AfterPickupRemove)
	copied := true
	p.MayBeCopy = func() bool { return copied }
	put(t, s, "a.ach", vector(t, "05"))
	looks(t, p, 3)
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("%d payments, want 2", n)
	}
	if got := s.Names("inbound"); !slices.Equal(got, []string{"a.ach"}) {
		t.Errorf("the server has %v, want the file under its name", got)
	}
	copied = false
	looks(t, p, 3)
	if got := s.Names("inbound"); len(got) != 0 {
		t.Errorf("the server has %v, want nothing", got)
	}
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("%d payments in the end, want 2", n)
	}
	w.sound()
}

func TestAnUnfinishedFileAtTheServerWaitsForItsRest(t *testing.T) {
	w, s, p := picking(t, AfterPickupRemove)
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

func TestAnEncryptedFileAtTheServerWaitsForItsRest(t *testing.T) {
	for _, after := range []AfterPickup{AfterPickupLeave, AfterPickupRemove} {
		t.Run(string(after), func(t *testing.T) {
			w, s, p := picking(t, after)
			us, they := w.signs()
			message := they.Encrypt(us, string(vector(t, "05")), "--sign")
			put(t, s, "a.ach.pgp", message[:len(message)/2])
			looks(t, p, 3)
			if n := len(w.events((domain.InboundReceived{}).Type())); n != 0 {
				t.Fatalf("%d files were taken", n)
			}
			if n := p.Unfinished(); n != 0 {
				t.Errorf("%d files count as unfinished at once", n)
			}
			for _, at := range p.banks {
				at.pickup.Overdue = time.Nanosecond
			}
			looks(t, p, 1)
			if n := p.Unfinished(); n != 1 {
				t.Errorf("%d files count as unfinished", n)
			}
			put(t, s, "a.ach.pgp", message)
			looks(t, p, 2)
			if n := len(w.received(gym)); n != 2 || p.Unfinished() != 0 {
				t.Errorf("%d payments, want 2; %d files count as unfinished", n, p.Unfinished())
			}
			w.sound()
		})
	}
}

func TestTheServerDiesWhileAFileIsRead(t *testing.T) {
	w, s, p := picking(t, AfterPickupRemove)
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
	w, s, p := picking(t, AfterPickupRemove)
	var got []ack.Acknowledgement
	w.intake.Acknowledge = func(_ context.Context, a ack.Acknowledgement) (domain.File, error) {
		got = append(got, a)
		return domain.File{}, nil
	}
	put(t, s, "a.ack", yes())
	looks(t, p, 3)
	if len(got) != 1 || len(s.Names("inbound")) != 0 {
		t.Errorf("applied %v, the server has %v", got, s.Names("inbound"))
	}
}

// replaceAt replaces a file by another one at the n-th step of a poll.
func (w *world) replaceAt(n int, s *remotetest.Server, name string, content []byte) *string {
	step := new(string)
	w.fault = func(at string) {
		if n--; n == 0 {
			*step = at
			put(w.t.(*testing.T), s, "next.part", content)
			must(w.t, os.Rename(filepath.Join(s.Dir, "inbound", "next.part"), filepath.Join(s.Dir, "inbound", name)))
		}
	}
	return step
}

func TestAFileThatReplacesAnotherAtTheServerIsReadToo(t *testing.T) {
	first, second := renderAs(t, "0701", credits("4001", "4002")), renderAs(t, "0702", credits("4003", "4004", "4005", "4006", "4007", "4008", "4009")) // of another size, because the server's times have seconds only
	for _, after := range []AfterPickup{AfterPickupLeave, AfterPickupRemove, AfterPickupDone} {
		t.Run(string(after), func(t *testing.T) {
			for n := 1; ; n++ {
				w, s, p := picking(t, after)
				must(t, os.Mkdir(filepath.Join(s.Dir, "inbound", "done"), 0o700))
				put(t, s, "returns.ach", first)
				looks(t, p, 1)
				step := w.replaceAt(n, s, "returns.ach", second)
				looks(t, p, 1)
				w.fault = nil
				if *step == "" {
					break
				}
				looks(t, p, 2)
				want := 2 + 7
				if *step == "before claim" { // the bank itself replaced the first file
					want = 7
				}
				if got := len(w.received(gym)); got != want {
					t.Errorf("replaced %s: %d payments, want %d", *step, got, want)
				}
				if got := s.Names("inbound"); after != AfterPickupLeave && !slices.Equal(got, []string{"done"}) {
					t.Errorf("replaced %s: the server has %v", *step, got)
				}
				w.close()
			}
		})
	}
}

func TestWhatWasClaimedAtTheServerIsTakenAfterACrash(t *testing.T) {
	for _, after := range []AfterPickup{AfterPickupRemove, AfterPickupDone} {
		for n := 1; ; n++ {
			w, s, p := picking(t, after)
			must(t, os.Mkdir(filepath.Join(s.Dir, "inbound", "done"), 0o700))
			put(t, s, "a.ach", vector(t, "05"))
			looks(t, p, 1)
			step, left := "", n
			w.fault = func(at string) {
				if left--; left == 0 {
					step = at
					runtime.Goexit() // ends the poll of this server
				}
			}
			looks(t, p, 1)
			if step == "" {
				break
			}
			w.restart()
			p, err := NewPickup(PickupConfig{Intake: w.intake, After: after})
			must(t, err)
			looks(t, p, 2)
			must(t, w.intake.Resume(t.Context())) // as Run does
			if got := len(w.received(gym)); got != 2 || !slices.Equal(s.Names("inbound"), []string{"done"}) {
				t.Errorf("%s, crash %s: %d payments, the server has %v", after, step, got, s.Names("inbound"))
			}
			if n := len(w.events((domain.InboundRepeated{}).Type())); n != 0 {
				t.Errorf("%s, crash %s: it came %d times more", after, step, n)
			}
			w.close()
		}
	}
}

func TestAFileThatCouldNotBeRemovedIsRemovedAtTheNextLook(t *testing.T) {
	w, s, p := picking(t, AfterPickupRemove)
	put(t, s, "a.ach", vector(t, "05"))
	looks(t, p, 1)
	w.fault = func(step string) {
		if step == "before remove" {
			s.Hang()
		}
	}
	if p.Look(t.Context()) == nil {
		t.Fatal("it was removed")
	}
	w.fault = nil
	looks(t, p, 1)
	if n := len(w.received(gym)); n != 2 || len(s.Names("inbound")) != 0 || len(w.events((domain.InboundRepeated{}).Type())) != 0 {
		t.Errorf("%d payments, the server has %v", n, s.Names("inbound"))
	}
}

// Applying may take longer than a server waits for a silent client.
func TestWithoutTheFolderDoneEachLookSaysSo(t *testing.T) {
	w, s, p := picking(t, AfterPickupDone)
	put(t, s, "a.ach", vector(t, "05"))
	looks(t, p, 1)
	for range 3 {
		if err := p.Look(context.Background()); err == nil || !strings.Contains(err.Error(), "there is no folder "+filepath.Join(s.Dir, "inbound", "done")) {
			t.Errorf("got %v", err)
		}
	}
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("%d payments, want 2", n)
	}
	must(t, os.Mkdir(filepath.Join(s.Dir, "inbound", "done"), 0o700))
	looks(t, p, 1)
	if got := s.Names("inbound/done"); !slices.Equal(got, []string{"a.ach"}) || len(s.Names("inbound")) != 1 {
		t.Errorf("done has %v, the server %v", got, s.Names("inbound"))
	}
	w.sound()
}

func TestNothingIsAppliedWhileTheServerWaits(t *testing.T) {
	w, s, p := picking(t, AfterPickupRemove)
	put(t, s, "a.ach", vector(t, "05"))
	put(t, s, "b.ack", yes())
	applied := 0
	w.intake.Acknowledge = func(context.Context, ack.Acknowledgement) (domain.File, error) {
		applied++
		if !s.Alone() {
			t.Error("a connection while an acknowledgement is applied")
		}
		return domain.File{}, nil
	}
	w.fault = func(step string) {
		if step == "before chunk" && !s.Alone() {
			t.Error("a connection while entries are applied")
		}
	}
	looks(t, p, 3)
	if n := len(w.received(gym)); n != 2 || applied != 1 || len(s.Names("inbound")) != 0 {
		t.Errorf("%d payments, %d acknowledgements, the server has %v", n, applied, s.Names("inbound"))
	}
}

func TestARefusedAcknowledgementIsGivenItsNameBack(t *testing.T) {
	w, s, p := picking(t, AfterPickupDone)
	tries := 0
	w.intake.Acknowledge = func(context.Context, ack.Acknowledgement) (domain.File, error) {
		tries++
		return domain.File{}, domain.Refuse(domain.Conflict, "it was accepted before")
	}
	put(t, s, "a.ack", yes())
	looks(t, p, 4)
	if tries != 1 || !slices.Equal(s.Names("inbound"), []string{"a.ack"}) {
		t.Errorf("tried %d times, the server has %v", tries, s.Names("inbound"))
	}
}

func TestAServerThatAllowsNoRenameSaysWhatToDo(t *testing.T) {
	w, s, p := picking(t, AfterPickupDone)
	s.ReadOnly.Store(true)
	put(t, s, "a.ach", vector(t, "05"))
	looks(t, p, 1)
	if err := p.Look(t.Context()); err == nil || !strings.Contains(err.Error(), "--sftp-after leave") {
		t.Errorf("error %v", err)
	}
	if len(w.events((domain.InboundReceived{}).Type())) != 0 || !slices.Equal(s.Names("inbound"), []string{"a.ach"}) {
		t.Errorf("the server has %v", s.Names("inbound"))
	}
	p, err := NewPickup(PickupConfig{Intake: w.intake})
	must(t, err)
	looks(t, p, 2)
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("left where it is: %d payments", n)
	}
}
