package workers

import (
	"context"
	"errors"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/workers/remote/remotetest"
)

const school = "harborschool" // whose bank is another one than the gym's

// twoBanks has files due of two clients at two ODFIs, one file for each entry.
// The gym's bank is the first of them.
func twoBanks(t *testing.T, gyms, schools int) *bank {
	t.Helper()
	one := batching(func(b *domain.Batching) { b.MaxEntries = 1 })
	b := openBank(t, one)
	b.limits = Limits{FileEntries: 1}
	b.newWorkers()
	b.delivery.SFTP = &SFTP{}
	b.client(school, one, func(s *domain.Settings) {
		s.ODFIs, s.File.ImmediateOrigin = []string{otherODFI}, otherODFI
	})
	b.posts(gym, gyms)
	b.posts(school, schools)
	return b
}

// silent is a server that accepts connections and never says a word.
func silent(t *testing.T) domain.DeliverySettings {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
		}
	}()
	s := remotetest.New(t).Settings
	s.Port = listener.Addr().(*net.TCPAddr).Port
	return bySFTP(s)
}

// deliveredOf counts the delivered files of a client.
func (b *bank) deliveredOf(client string) (n int) {
	for _, f := range b.cutFiles() {
		if f.Opened.Client == client && f.State == domain.FileIsDelivered {
			n++
		}
	}
	return n
}

func TestABankThatDoesNotAnswerHoldsUpNobodyElse(t *testing.T) {
	for name, other := range map[string]func(t *testing.T) domain.DeliverySettings{
		"whose files go to the outbox":     func(*testing.T) domain.DeliverySettings { return domain.DeliverySettings{Method: domain.ToOutbox} },
		"whose files go to another server": func(t *testing.T) domain.DeliverySettings { return bySFTP(remotetest.New(t).Settings) },
	} {
		t.Run(name, func(t *testing.T) {
			b := twoBanks(t, 3, 2)
			b.leave(ourBank, silent(t))
			b.leave(otherODFI, other(t))
			b.run(time.Hour)
			eventually(t, "the other bank has its files", func() bool { return b.deliveredOf(school) == 2 })
			b.posts(school, 1) // and what is cut while the dead server is waited for
			eventually(t, "and those cut later", func() bool { return b.deliveredOf(school) == 3 })
			if n := b.deliveredOf(gym); n != 0 {
				t.Errorf("%d files went to a server that says nothing", n)
			}
		})
	}
}

func TestTheDeliveryEndsWithItsContextWhateverABankDoes(t *testing.T) {
	b := twoBanks(t, 1, 0)
	b.leave(ourBank, silent(t))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.batcher.Run(ctx) }()
	eventually(t, "the server is spoken to", func() bool { return len(b.delivery.servers) == 1 })
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestTheFilesOfAnODFIGoOverOneConnectionInTheirOrder(t *testing.T) {
	b := twoBanks(t, 5, 0)
	s := remotetest.New(t)
	b.leave(ourBank, bySFTP(s.Settings))
	b.sweep()
	if n := s.Sessions.Load(); n != 1 || b.deliveredOf(gym) != 5 {
		t.Errorf("%d files went over %d connections", b.deliveredOf(gym), n)
	}
	files := b.cutFiles()
	if !slices.IsSortedFunc(files, func(a, b domain.File) int { return int(a.BegunAt - b.BegunAt) }) {
		t.Error("they did not leave in the order they were cut")
	}
}

func TestAServerThatDiesIsDialledOnceASweep(t *testing.T) {
	b := twoBanks(t, 5, 0)
	s := remotetest.New(t)
	b.leave(ourBank, bySFTP(s.Settings))
	s.DieAfterBytes.Store(500)
	if err := b.batcher.Sweep(t.Context()); err == nil {
		t.Fatal("the server did not die")
	}
	if n := s.Sessions.Load(); n != 1 {
		t.Errorf("%d connections after the server died, want 1", n)
	}
	b.sweep()
	if b.deliveredOf(gym) != 5 {
		t.Errorf("%d files are delivered", b.deliveredOf(gym))
	}
}

func TestAServerThatIsNotReachedRestsForLongerEachTimeUntilItsSettingsChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueues()
		fails := &UnreachableError{errors.New("no route to host")}
		var rests []time.Duration
		for range 9 {
			if !q.begin(ourBank, 1) {
				t.Fatal("it rests for longer than it says")
			}
			q.server(ourBank, fails)
			if q.next(ourBank) != nil || q.begin(ourBank, 1) {
				t.Fatal("it is tried again at once")
			}
			if !q.begin(otherODFI, 1) {
				t.Fatal("another one rests too")
			}
			q.next(otherODFI)
			rests = append(rests, q.servers.pause(ourBank))
			time.Sleep(q.servers.pause(ourBank))
		}
		s := time.Second
		if want := []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 60 * s, 60 * s, 60 * s}; !slices.Equal(rests, want) {
			t.Errorf("it rests for %v, want %v", rests, want)
		}
		q.begin(ourBank, 1)
		q.server(ourBank, fails)
		q.next(ourBank)
		if q.begin(ourBank, 1) || !q.begin(ourBank, 2) {
			t.Error("new settings do not end the rest")
		}
		q.server(ourBank, nil)
		q.next(ourBank)
		if !q.begin(ourBank, 2) {
			t.Error("a server that was reached rests")
		}
	})
}

func TestAFileThatFailsRestsAndTheOthersOfItsODFIDoNot(t *testing.T) {
	q := newQueues()
	q.file("a", errors.New("it cannot be rendered"))
	list := []*odfiFiles{{odfi: ourBank, ids: []string{"a", "b"}}}
	q.due(list)
	if !slices.Equal(list[0].ids, []string{"b"}) || len(q.files) != 1 {
		t.Errorf("due are %v, remembered %d", list[0].ids, len(q.files))
	}
	q.due([]*odfiFiles{{odfi: ourBank, ids: []string{"b"}}}) // a was released meanwhile
	if len(q.files) != 0 {
		t.Error("a file that is gone is remembered")
	}
}

func TestTheRouterWaitsForNoBank(t *testing.T) {
	b, _ := routed(t)
	b.client(school, func(s *domain.Settings) {
		s.ODFIs, s.File.ImmediateOrigin = []string{otherODFI}, otherODFI
	})
	b.delivery.SFTP = &SFTP{}
	b.leave(ourBank, silent(t))
	b.posts(gym, 1)
	b.posts(school, 1)
	b.clock.Set(at("2026-11-20 14:30"))
	must(t, b.batcher.cutDue(t.Context()))
	eventually(t, "the other bank's file is delivered", func() bool { return b.deliveredOf(school) == 1 })
}
