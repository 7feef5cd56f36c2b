package ledger_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// noon is when everything here happens.
type noon struct{}

func (noon) Now() time.Time { return time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC) }

// open is a ledger over a real log in a temporary folder.
func open(t *testing.T) *ledger.Ledger {
	t.Helper()
	store, err := sqlite.Open(t.TempDir(), sqlite.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	return &ledger.Ledger{Store: store, Clock: noon{}}
}

// gym is a client's stream in which a client was opened.
func gym(t *testing.T, l *ledger.Ledger) ledger.Stream[domain.Client] {
	t.Helper()
	at := ledger.ClientStream("gym")
	_, err := ledger.Execute(t.Context(), l, at, func(domain.Client) ([]domain.Event, error) {
		return []domain.Event{domain.ClientOpened{ClientID: "gym", Settings: domain.Settings{Name: "Harbor Gym"}}}, nil
	})
	must(t, err)
	return at
}

func suspend(reason string) func(domain.Client) ([]domain.Event, error) {
	return func(domain.Client) ([]domain.Event, error) {
		return []domain.Event{domain.ClientSuspended{Reason: reason}}, nil
	}
}

func TestWhatIsDecidedIsWrittenAndComesBackAsItStands(t *testing.T) {
	l := open(t)
	at := gym(t, l)
	c, err := ledger.Execute(t.Context(), l, at, suspend("fees"))
	must(t, err)
	if !c.Suspended || c.Version != 2 {
		t.Errorf("got %+v", c)
	}
	c, err = ledger.Execute(t.Context(), l, at, func(domain.Client) ([]domain.Event, error) { return nil, nil })
	must(t, err)
	if c.Version != 2 {
		t.Errorf("deciding nothing wrote version %d", c.Version)
	}
}

func TestWhoeverWasSecondDecidesAgainByWhatStandsThen(t *testing.T) {
	l := open(t)
	at := gym(t, l)
	var seen []int64
	c, err := ledger.Execute(t.Context(), l, at, func(c domain.Client) ([]domain.Event, error) {
		if seen = append(seen, c.Version); len(seen) == 1 {
			_, err := ledger.Execute(t.Context(), l, at, suspend("first"))
			must(t, err)
		}
		return []domain.Event{domain.ClientResumed{}}, nil
	})
	must(t, err)
	if c.Suspended || c.Version != 3 || len(seen) != 2 || seen[1] != 2 {
		t.Errorf("decided at versions %v, got %+v", seen, c)
	}
}

func TestWhoeverIsAlwaysSecondGivesUpAfterABound(t *testing.T) {
	l := open(t)
	at := gym(t, l)
	tries := 0
	_, err := ledger.Execute(t.Context(), l, at, func(domain.Client) ([]domain.Event, error) {
		tries++
		_, err := ledger.Execute(t.Context(), l, at, suspend("faster"))
		return []domain.Event{domain.ClientResumed{}}, err
	})
	if !ledger.Contended(err) || tries != ledger.Attempts {
		t.Errorf("%d tries: %v", tries, err)
	}
	if !ledger.Unwritten(err) {
		t.Error("it may have been written")
	}
}

func TestARefusalIsNotTriedAgain(t *testing.T) {
	l := open(t)
	tries := 0
	_, err := ledger.Execute(t.Context(), l, gym(t, l), func(domain.Client) ([]domain.Event, error) {
		tries++
		return nil, domain.Refuse(domain.Conflict, "no")
	})
	if domain.CodeOf(err) != domain.Conflict || tries != 1 || ledger.Contended(err) {
		t.Errorf("%d tries: %v", tries, err)
	}
}

// awayAfter is a log whose database goes away after the next write.
type awayAfter struct {
	eventstore.Store
	away bool
}

func (s *awayAfter) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	at, err := s.Store.Append(ctx, appends...)
	s.away = err == nil
	return at, err
}

func (s *awayAfter) ReadStream(ctx context.Context, stream string, after int64) ([]eventstore.Recorded, error) {
	if s.away {
		return nil, eventstore.ErrAway
	}
	return s.Store.ReadStream(ctx, stream, after)
}

// A caller that hears that the database is away hears that nothing was recorded, and
// asks for the same again under another name.
func TestWhatWasWrittenAndCannotBeReadBackIsNotCalledUnwritten(t *testing.T) {
	l := open(t)
	at := gym(t, l)
	log := l.Store
	l.Store = &awayAfter{Store: log}
	_, err := ledger.Execute(t.Context(), l, at, suspend("fees"))
	if !errors.Is(err, eventstore.ErrUnknownOutcome) {
		t.Errorf("a command that was written: %v", err)
	}
	_, err = ledger.Execute(t.Context(), l, at, suspend("fees"))
	if errors.Is(err, eventstore.ErrUnknownOutcome) || !errors.Is(err, eventstore.ErrAway) {
		t.Errorf("a command that was not: %v", err)
	}
	l.Store = log
	if c, err := ledger.Load(t.Context(), l, at); err != nil || c.Version != 2 {
		t.Errorf("the client is at version %d: %v", c.Version, err)
	}
}

func TestACommandForWhatIsThereRefusesWhatIsNot(t *testing.T) {
	l := open(t)
	_, err := ledger.Execute(t.Context(), l, ledger.ClientStream("gym").Existing("client %q", "gym"), func(domain.Client) ([]domain.Event, error) {
		t.Error("decided over a client that does not exist")
		return nil, nil
	})
	if domain.CodeOf(err) != domain.NotFound || err.Error() != `there is no client "gym"` {
		t.Error(err)
	}
	if _, err := ledger.Load(t.Context(), l, gym(t, l).Existing("client")); err != nil {
		t.Error(err)
	}
}

func TestOtherStreamsAreWrittenInTheSameAppendBehindTheOwnOne(t *testing.T) {
	l := open(t)
	at := gym(t, l)
	key := &eventstore.IdempotencyKey{Client: "gym", Scope: "POST /", Key: "one"}
	other := ledger.Change{Stream: domain.ClientStream("spa"), Client: "spa", Events: []domain.Event{domain.ClientOpened{ClientID: "spa"}}}
	both := func(c domain.Client) (ledger.Decision, error) {
		return ledger.Decision{Events: []domain.Event{domain.ClientSuspended{Reason: "sold"}}, With: []ledger.Change{other}}, nil
	}
	_, err := ledger.ExecuteWith(t.Context(), l, at, both, ledger.WithKey(key, []byte("hash")))
	must(t, err)
	use, used, err := l.Store.Key(t.Context(), *key)
	must(t, err)
	if first, err := l.Store.ReadAll(t.Context(), use.First-1, 1); err != nil || !used || use.Last != use.First+1 || first[0].Stream != at.Name {
		t.Errorf("%+v begins with %+v (%v)", use, first, err)
	}
	_, err = ledger.ExecuteWith(t.Context(), l, at, both) // the other one is there: neither is written
	if c, e := l.Client(t.Context(), "gym"); !ledger.Contended(err) || e != nil || c.Version != 2 {
		t.Errorf("%v, %v: client is at version %d", err, e, c.Version)
	}
}

func TestWhatADecisionRefersToStandsInFrontOfIt(t *testing.T) {
	l := open(t)
	at := gym(t, l)
	other := ledger.Change{Stream: domain.ClientStream("spa"), Client: "spa", Events: []domain.Event{domain.ClientOpened{ClientID: "spa"}}}
	_, err := ledger.ExecuteWith(t.Context(), l, at, func(domain.Client) (ledger.Decision, error) {
		return ledger.Decision{Events: []domain.Event{domain.ClientSuspended{Reason: "sold"}}, Before: []ledger.Change{other}}, nil
	})
	must(t, err)
	if all, err := l.Store.ReadAll(t.Context(), 0, 10); err != nil || len(all) != 3 || all[1].Stream != other.Stream {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestWhoeverMustKnowIsToldWhichStreamMoved(t *testing.T) {
	l := open(t)
	stop := errors.New("that one must not")
	var moved []string
	err := l.RetryUnless(func() error {
		return &eventstore.VersionError{Stream: map[bool]string{true: "a", false: "b"}[len(moved) == 0]}
	}, func(stream string) error {
		if moved = append(moved, stream); stream == "b" {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || len(moved) != 2 {
		t.Errorf("%v after %v", err, moved)
	}
}

func TestAWriteMayGoThroughItsCaller(t *testing.T) {
	l := open(t)
	died := errors.New("the process died here")
	at := gym(t, l).Through(func(context.Context, ...ledger.Change) error { return died })
	if _, err := ledger.Execute(t.Context(), l, at, suspend("fees")); !errors.Is(err, died) {
		t.Error(err)
	}
}
