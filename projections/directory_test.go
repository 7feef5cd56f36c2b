package projections

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// counting counts how often a stream is read.
type counting struct {
	eventstore.Store
	mu    sync.Mutex
	reads int
}

func (c *counting) ReadStream(ctx context.Context, stream string, after int64) ([]eventstore.Recorded, error) {
	c.mu.Lock()
	c.reads++
	c.mu.Unlock()
	return c.Store.ReadStream(ctx, stream, after)
}

func (w *world) directory() (*Directory, *Views, *counting) {
	v := w.open(Options{})
	c := &counting{Store: w.store}
	return NewDirectory(&ledger.Ledger{Store: c, Clock: w}), v, c
}

func (w *world) change(id string, e domain.Event) {
	w.append(ledger.Change{Stream: domain.ClientStream(id), Client: domain.LedgerClient, Events: []domain.Event{e}})
}

func TestTheDirectoryIsNeverOlderThanTheLog(t *testing.T) {
	w := newWorld(t)
	d, v, _ := w.directory()
	suspended := func() bool {
		t.Helper()
		c, err := d.Client(w.ctx, "gym")
		w.must(err)
		return c.Suspended
	}
	if c, err := d.Client(w.ctx, "gym"); c.Version != 0 || err != nil {
		t.Errorf("a client that does not exist: %+v, %v", c, err)
	}
	w.openClient("gym", ours)
	if c, err := d.Client(w.ctx, "gym"); c.ID != "gym" || err != nil {
		t.Errorf("a client just opened: %+v, %v", c, err)
	}
	for range 3 {
		w.change("gym", domain.ClientSuspended{})
		if !suspended() {
			t.Error("a suspended client is not, before the views heard of it")
		}
		w.must(v.CatchUp(w.ctx))
		if !suspended() {
			t.Error("a suspended client is not, after the views heard of it")
		}
		w.must(v.CatchUp(w.ctx))
		w.change("gym", domain.ClientResumed{})
		w.must(v.CatchUp(w.ctx))
		if suspended() {
			t.Error("a client that was resumed is suspended, although the views heard of it")
		}
	}
	key := func() domain.Credential {
		t.Helper()
		c, err := d.Credential(w.ctx, "key-1")
		w.must(err)
		return c
	}
	if key().Version != 0 {
		t.Error("a key nobody issued")
	}
	write := func(e domain.Event) {
		w.append(ledger.Change{Stream: domain.CredentialStream("key-1"), Client: "gym", Events: []domain.Event{e}})
	}
	write(domain.CredentialIssued{Key: "key-1", Client: "gym", Scopes: domain.FirstScopes, SecretHash: []byte("hash")})
	if c := key(); c.Client != "gym" || string(c.SecretHash) != "hash" {
		t.Errorf("issued: %+v", c)
	}
	write(domain.CredentialRevoked{})
	if !key().Revoked {
		t.Error("a revoked key works")
	}
}

func TestTheDirectoryRemembers(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	d, v, store := w.directory()
	reads := func(n int) int {
		before := store.reads
		for range n {
			_, err := d.Client(w.ctx, "gym")
			w.must(err)
		}
		return store.reads - before
	}
	if n := reads(100); n != 2 { // the client and its bank
		t.Errorf("%d reads for 100 questions while nothing happens", n)
	}
	w.originate("gym")
	if n := reads(100); n != 0 {
		t.Errorf("%d reads for 100 questions after a commit of something else that the views have not heard of", n)
	}
	w.change("other", domain.ClientSuspended{})
	if n := reads(100); n != 0 {
		t.Errorf("%d reads for 100 questions after a change of another client", n)
	}
	w.originate("gym")
	w.must(v.CatchUp(w.ctx))
	if n := reads(100); n != 0 {
		t.Errorf("%d reads for 100 questions after a commit of something else", n)
	}
	w.change("gym", domain.ClientSuspended{})
	w.must(v.CatchUp(w.ctx))
	if n := reads(100); n != 1 {
		t.Errorf("%d reads for 100 questions after a change", n)
	}
}

// Whoever asks while others write gets nothing older than what was written,
// and answered, when the question began.
func TestTheDirectoryUnderWrites(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	d, v, _ := w.directory()
	ctx, cancel := context.WithCancel(w.ctx)
	var running sync.WaitGroup
	running.Go(func() { v.Run(ctx) })
	var written atomic.Int64
	for range 4 {
		running.Go(func() {
			for ctx.Err() == nil {
				least := written.Load()
				if c, err := d.Client(w.ctx, "gym"); err != nil || c.Version < least {
					t.Errorf("version %d, %d was written; %v", c.Version, least, err)
				}
			}
		})
	}
	for n := range int64(200) {
		w.change("gym", []domain.Event{domain.ClientSuspended{}, domain.ClientResumed{}}[n%2])
		written.Store(n + 2)
	}
	cancel()
	running.Wait()
}

func TestGuessedKeysDoNotFillTheMemory(t *testing.T) {
	w := newWorld(t)
	d, _, _ := w.directory()
	for n := range maxRemembered + 50 {
		_, err := d.Credential(w.ctx, string(rune('a'+n%26))+string(rune(n)))
		w.must(err)
	}
	if n := len(d.credentials.entries); n > maxRemembered {
		t.Errorf("%d keys are remembered", n)
	}
}
