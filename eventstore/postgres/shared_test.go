package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/seal"
)

func TestAKeptFileIsThereWholeOnEveryNodeOrNot(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	other := open(t, postgres.Options{URL: url}).Kept()
	read := func(name string) ([]byte, error) {
		file, err := other.Open("in", name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		content, err := io.ReadAll(file)
		if err == nil && file.Size() != int64(len(content)) {
			t.Errorf("%s has %d bytes and says %d", name, len(content), file.Size())
		}
		return content, err
	}
	const chunk = 1 << 20
	for _, size := range []int{3*chunk + 7, 0, 1, chunk, chunk + 1} { // each in the place of the one before
		content := bytes.Repeat([]byte("0123456789"), size/10+1)[:size]
		k, err := s.Kept().Keep("in")
		must(t, err)
		for rest := content; len(rest) > 0; {
			n, err := k.Write(rest[:min(len(rest), 70_001)])
			must(t, err)
			rest = rest[n:]
		}
		must(t, k.Commit("one"))
		must(t, k.Drop())
		if got, err := read("one"); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes come back as %d, %v", size, len(got), err)
		}
	}
	k, err := s.Kept().Keep("in")
	must(t, err)
	_, err = k.Write(make([]byte, 2*chunk))
	must(t, errors.Join(err, k.Drop()))
	if err := k.Commit("dropped"); err == nil {
		t.Error("a dropped file was committed")
	}
	must(t, other.Remove("in", "one"))
	for _, name := range []string{"one", "dropped"} {
		if _, err := read(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var left int
	must(t, postgrestest.QueryIn(t, url, `SELECT (SELECT count(*) FROM achledger.kept) + (SELECT count(*) FROM achledger.kept_chunks)`, &left))
	if left != 0 {
		t.Errorf("%d rows are left of files that are gone", left)
	}
}

func TestTwoNodesMakeOneKeyForAClientAndNoneComesBackAfterItWasDestroyed(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	dir := t.TempDir()
	_, err := seal.MakeMaster(dir)
	must(t, err)
	belongs(t, url, dir)
	ring := func(s *postgres.Store) *seal.Keyring {
		k, err := seal.OpenWith(dir, "", s.Wraps())
		must(t, err)
		return k
	}
	rings := []*seal.Keyring{ring(s), ring(open(t, postgres.Options{URL: url}))}
	prints := make([]string, 2*len(rings))
	var all sync.WaitGroup
	for i := range prints {
		all.Go(func() {
			var err error
			if prints[i], err = rings[i%2].Fingerprint("acme", "number"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, p := range prints {
		if p != prints[0] {
			t.Errorf("the nodes have different keys: %q", prints)
		}
	}
	sealed, err := rings[0].Seal("acme", []byte("number"), "test")
	must(t, err)
	must(t, rings[1].RotateClient("acme"))
	late, err := rings[1].Seal("acme", []byte("number"), "test")
	must(t, err)
	for _, v := range [][]byte{sealed, late} {
		if plain, err := rings[0].Open("acme", v, "test"); err != nil || string(plain) != "number" {
			t.Errorf("%q, %v", plain, err)
		}
	}
	was, err := s.Wraps().Read("acme")
	must(t, err)
	must(t, rings[0].Destroy("acme"))
	if err := s.Wraps().Replace("acme", was, was); err == nil {
		t.Error("a key came back")
	}
	if err := s.Wraps().Create("acme", was, nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a key was made anew: %v", err)
	}
	if _, err := ring(s).Open("acme", sealed, "test"); !errors.Is(err, seal.ErrDestroyed) {
		t.Errorf("it opens: %v", err)
	}
	elsewhere := t.TempDir()
	_, err = seal.MakeMaster(elsewhere)
	must(t, err)
	if _, err := seal.OpenWith(elsewhere, "", s.Wraps()); !errors.Is(err, seal.ErrWrongMaster) {
		t.Errorf("another master key: %v", err)
	}
}

// belongs makes the master key in a folder that of the ledger.
func belongs(t *testing.T, url, dir string) {
	t.Helper()
	mark, err := seal.Mark(dir)
	must(t, err)
	execIn(t, postgrestest.Shared(t), url, `UPDATE achledger.ledger SET mark = $1`, mark)
}

// While keys are made on one node, another one replaces the master key: each is
// wrapped by the old one and then by the new, or by the new one.
func TestTheMasterKeyIsReplacedWhileKeysAreMade(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	dirs, next := []string{t.TempDir(), t.TempDir()}, filepath.Join(t.TempDir(), "next")
	_, err := seal.MakeMaster(dirs[0])
	must(t, err)
	content, err := os.ReadFile(filepath.Join(dirs[0], "master"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dirs[1], "master"), content, 0o600))
	must(t, seal.MakeNext(next))
	belongs(t, url, dirs[0])
	ring := func(i int, s *postgres.Store) *seal.Keyring {
		k, err := seal.OpenWith(dirs[i], next, s.Wraps())
		must(t, err)
		return k
	}
	maker, rotator := ring(0, s), ring(1, open(t, postgres.Options{URL: url}))
	const clients = 40
	sealed := make([][]byte, clients)
	begun := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for i := range sealed {
			if i == clients/4 {
				close(begun)
			}
			if sealed[i], err = maker.Seal(fmt.Sprint("client", i), []byte("number"), "test"); err != nil {
				t.Error(err)
			}
		}
	})
	<-begun
	must(t, rotator.Rotate())
	all.Wait()
	for i := range dirs {
		k := ring(i, s)
		for n, v := range sealed {
			if plain, err := k.Open(fmt.Sprint("client", n), v, "test"); err != nil || string(plain) != "number" {
				t.Errorf("%q, %v", plain, err)
			}
		}
	}
	// What was read before does not bring the old one back, nor a key that it wraps.
	was, err := s.Wraps().Read("client0")
	must(t, err)
	mark, err := seal.Mark(dirs[0])
	must(t, err)
	if err := s.Wraps().Rewrap(mark, mark, []string{"client0"}, [][]byte{was}, [][]byte{was}); err == nil {
		t.Error("another mark is replaced")
	}
	if err := s.Wraps().Create("new", was, mark); err == nil {
		t.Error("a key is made under another mark")
	}
	if _, err := s.Wraps().Read("new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key was made under another mark: %v", err)
	}
	now, err := s.Wraps().Mark()
	must(t, err)
	if err := s.Wraps().Rewrap(now, mark, []string{"client0"}, [][]byte{was}, [][]byte{[]byte("lost")}); err == nil {
		t.Error("a client was left out")
	}
	if is, err := s.Wraps().Read("client0"); err != nil || string(is) != string(was) {
		t.Errorf("a rotation that was refused changed a key: %v", err)
	}
}

func TestTheDeliverySwitchIsSetByOneNodeAtATime(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	other := open(t, postgres.Options{URL: url})
	content, version, err := other.Delivery(t.Context())
	must(t, err)
	if content != nil || version != 0 {
		t.Errorf("a new one is %q, %d", content, version)
	}
	must(t, s.SetDelivery(0, 1, []byte("off")))
	if err := other.SetDelivery(0, 1, []byte("on")); !errors.Is(err, postgres.ErrSwitched) {
		t.Errorf("got %v", err)
	}
	if content, version, err = other.Delivery(t.Context()); err != nil || string(content) != "off" || version != 1 {
		t.Errorf("it is %q, %d, %v", content, version, err)
	}
}

// led counts who leads, and fails where two do although nobody's session was
// taken from it: then a new leader may begin before the old one hears of it.
type led struct {
	t     *testing.T
	leads atomic.Int64
	terms chan int64
	taken atomic.Bool
}

func (l *led) work(ctx context.Context, term int64) error {
	if l.leads.Add(1) > 1 && !l.taken.Load() {
		l.t.Error("two nodes lead")
	}
	l.terms <- term
	<-ctx.Done()
	l.leads.Add(-1)
	return nil
}

func (l *led) term() int64 {
	l.t.Helper()
	select {
	case term := <-l.terms:
		return term
	case <-time.After(30 * time.Second):
		l.t.Fatal("nobody leads")
		return 0
	}
}

func TestOneNodeLeadsAndAnotherOneAfterItWithANewTerm(t *testing.T) {
	s, url := fresh(t, postgres.Options{Node: "a"})
	other := open(t, postgres.Options{URL: url, Node: "b"})
	l := &led{t: t, terms: make(chan int64, 9)}
	first, stop := context.WithCancel(t.Context())
	defer stop()
	second, end := context.WithCancel(t.Context())
	defer end()
	var all sync.WaitGroup
	all.Go(func() { must(t, s.RunAsLeader(first, l.work)) })
	if term := l.term(); term != 1 {
		t.Errorf("the first term is %d", term)
	}
	all.Go(func() { must(t, other.RunAsLeader(second, l.work)) })
	l.taken.Store(true)
	// The server ends the session of the leader: either node may lead then.
	execIn(t, postgrestest.Shared(t), url, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	if term := l.term(); term != 2 {
		t.Errorf("the second term is %d", term)
	}
	eventually(t, "one of them leads", func() bool { return l.leads.Load() == 1 })
	l.taken.Store(false)
	stop()
	for now, err := other.CurrentTerm(t.Context()); now.Node != "b"; now, err = other.CurrentTerm(t.Context()) {
		must(t, err)
		time.Sleep(10 * time.Millisecond)
	}
	end()
	all.Wait()
	// An error of work ends it.
	failed := errors.New("failed")
	if err := s.RunAsLeader(t.Context(), func(context.Context, int64) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
}

func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not so after half a minute: %s", what)
		}
	}
}

func TestALeaderOfAnEarlierTermWritesNothing(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	other := open(t, postgres.Options{URL: url})
	l := &led{t: t, terms: make(chan int64, 9)}
	first, stop := context.WithCancel(t.Context())
	defer stop()
	var all sync.WaitGroup
	all.Go(func() { must(t, s.RunAsLeader(first, l.work)) })
	was := eventstore.UnderTerm(t.Context(), l.term())
	if _, err := s.Append(was, story("a", 0, 1)); err != nil {
		t.Errorf("in its term: %v", err)
	}
	stop()
	all.Wait()
	second, end := context.WithCancel(t.Context())
	defer end()
	all.Go(func() { must(t, other.RunAsLeader(second, l.work)) })
	now := l.term()
	if _, err := s.Append(was, story("a", 1, 1)); !errors.Is(err, eventstore.ErrNotLeader) {
		t.Errorf("after its term: %v", err)
	}
	for _, ctx := range []context.Context{t.Context(), eventstore.UnderTerm(t.Context(), now)} {
		versions, err := other.Versions(t.Context(), []string{"a"})
		must(t, err)
		if _, err := other.Append(ctx, story("a", versions["a"], 1)); err != nil {
			t.Error(err)
		}
	}
	if n := len(whole(t, other)); n != 3 {
		t.Errorf("the log holds %d events", n)
	}
	if err := other.ConfirmTerm(t.Context(), now); err != nil {
		t.Errorf("in its term: %v", err)
	}
	if err := s.ConfirmTerm(t.Context(), now-1); !errors.Is(err, eventstore.ErrNotLeader) {
		t.Errorf("it still leads: %v", err)
	}
	end()
	all.Wait()
}

// What is written while files may leave is refused once the switch was changed,
// by whichever node; what is noted beside the switch changes nothing.
func TestWhatASwitchAllowedIsRefusedOnceItWasChanged(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	other := open(t, postgres.Options{URL: url})
	must(t, other.SetDelivery(0, 1, []byte("on")))
	allowed := eventstore.UnderSwitch(t.Context(), 1)
	if _, err := s.Append(allowed, story("a", 0, 1)); err != nil {
		t.Errorf("as it was allowed: %v", err)
	}
	must(t, other.SetDelivery(1, 1, []byte("on, and noted")))
	if _, err := s.Append(allowed, story("a", 1, 1)); err != nil {
		t.Errorf("as it was noted: %v", err)
	}
	must(t, other.SetDelivery(1, 2, []byte("off")))
	if _, err := s.Append(allowed, story("a", 2, 1)); !errors.Is(err, eventstore.ErrDeliveryOff) {
		t.Errorf("after it was switched off: %v", err)
	}
	if _, err := s.Append(t.Context(), story("a", 2, 1)); err != nil {
		t.Errorf("what lets nothing leave: %v", err)
	}
}

// What a node knows counts for a second from its last commit: one that is cut off
// says so, and one that is reached again goes on.
func TestANodeThatIsCutOffIsNotFresh(t *testing.T) {
	f := &lines{}
	s, url := fresh(t, postgres.Options{Dial: f.dial})
	s.Serve(func() postgres.Standing { return postgres.Standing{Views: 7} })
	must(t, s.Fresh(t.Context()))
	cut := func(*line, []byte) error { return errCut }
	f.set(cut, cut)
	eventually(t, "it is not fresh any more", func() bool { return s.Fresh(t.Context()) != nil })
	if err := s.Fresh(t.Context()); !errors.Is(err, eventstore.ErrAway) {
		t.Errorf("got %v", err)
	}
	f.set(nil, nil)
	eventually(t, "it is fresh again", func() bool { return s.Fresh(t.Context()) == nil })
	eventually(t, "others see how far it is", func() bool {
		nodes, err := open(t, postgres.Options{URL: url}).Nodes(t.Context())
		must(t, err)
		return len(nodes) > 0 && nodes[0].Views == 7 || len(nodes) > 1 && nodes[1].Views == 7
	})
}
