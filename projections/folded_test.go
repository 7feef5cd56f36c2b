package projections

import (
	"context"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// fileReads counts the events that are read from files' streams.
type fileReads struct {
	eventstore.Store
	events int
}

func (s *fileReads) ReadStream(ctx context.Context, stream string, after int64) ([]eventstore.Recorded, error) {
	events, err := s.Store.ReadStream(ctx, stream, after)
	if strings.HasPrefix(stream, "file/") {
		s.events += len(events)
	}
	return events, err
}

// A file of thousands of batches has them all in its stream, and is cut, rendered,
// delivered and acknowledged behind them.
func TestEachEventOfAFileIsReadOnceHoweverManyFollow(t *testing.T) {
	const batches = 40
	for name, pass := range map[string]func(w *world, v *Views){
		"as they come":   func(w *world, v *Views) { w.must(v.CatchUp(w.ctx)) },
		"all of the log": func(*world, *Views) {},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			reads := &fileReads{Store: w.store}
			v, err := Open(w.ctx, w.path(), reads, Options{Log: silent, BatchSize: 7})
			w.must(err)
			defer v.Close()
			w.openClient("gym", ours)
			f := w.openFile("gym", "window")
			for range batches {
				w.fill(f, []testItem{w.originate("gym")})
				pass(w, v)
			}
			for f.state != domain.FileIsAcked {
				w.advance(f, following(f.state))
				pass(w, v)
			}
			w.must(v.CatchUp(w.ctx))
			if most := batches + 5; reads.events > most { // all behind the first, at the cut
				t.Errorf("%d events of the file were read, want at most %d", reads.events, most)
			}
			w.likeNew(v)
		})
	}
}

func TestAFileThatIsReadAgainFromEarlierIsReadFromItsBeginning(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	w.cutAndDeliver(w.originate("gym"))
	events, err := w.store.ReadAll(w.ctx, 0, 1000)
	w.must(err)
	read := newFeed(w.store, 1)
	for range 2 {
		var states []domain.FileState
		for _, e := range events {
			c := logEvent{recorded: e}
			w.must(read.decode(w.ctx, &c))
			if c.file != nil {
				states = append(states, c.file.State)
			}
		}
		if len(states) == 0 || states[0] != domain.FileOpen || states[len(states)-1] != domain.FileIsDelivered {
			t.Errorf("the file was %v", states)
		}
	}
}
