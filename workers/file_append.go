package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/follow"
	"github.com/achledger/achledger/eventstore/ledger"
)

// errTaken says that another process is completing the file.
var errTaken = errors.New("another process has taken over this file")

// appender files entries in a file, in one append after another.
type appender struct {
	*Files
	openFile
	may       func(context.Context) error // asked before each append; nil: always
	toRelease bool                        // the file is to be released: nothing of it leaves
	most      int                         // batches that its bank takes in a file; 0: any number
	beside    []ledger.Change             // written together with the cut
	last      int64                       // position in the log
	before    appended                    // the append before
	ahead     *fill                       // the next append, prepared while that one was committed; nil: none
}

// appended is what an append says about the next one.
type appended struct {
	took        time.Duration
	own, others int64 // events: its own, and those of others since the append before it
}

// contendedShare divides the size of an append while others write too: each of
// them waits for the append before it and for the batch that contains its own.
const contendedShare = 4

// portion returns how many of the entries go into the next append.
func (w *appender) portion(entries int) int {
	most := w.Limits.AppendEvents
	if w.before.others > 0 {
		most = max(1, most/contendedShare)
	}
	return min(entries, most)
}

// append files entries[:n], in as many appends as necessary, and returns the
// remaining entries. If last is set and no batch is to be balanced first, it
// cuts the file with the last append.
//
// An entry whose transaction changed after the planning, by a recall above all,
// drops out: it goes into no file or into a later one. So does one whose
// deadline passed while the file was filled, or whose account its bank refused.
func (w *appender) append(ctx context.Context, entries []entry, n int, last bool) ([]entry, error) {
	drop := func(dropped int, err error) error {
		entries, n = entries[dropped:], n-dropped
		return err
	}
	for n > 0 {
		follow.Sleep(ctx, w.before.room())
		filed := 0
		err := w.Ledger.RetryUnless(func() (err error) {
			if err := drop(w.unfit(ctx, entries[:n])); err != nil || n == 0 {
				return err
			}
			filed, err = w.appendOnce(ctx, entries, n, last)
			return err
		}, func(stream string) error {
			switch {
			case stream == w.stream():
				return errTaken
			case domain.Aggregate(stream) != "transaction":
				return nil
			case entries[0].made != nil:
				return fmt.Errorf("an entry of an order was there before its file: %s", stream)
			}
			return drop(w.changedMeanwhile(ctx, entries[:n]))
		})
		if err != nil {
			return entries, err
		}
		entries, n = entries[filed:], n-filed
	}
	return entries, nil
}

// A request costs the machine about four times as much for each of its events as
// a cut does, and a cut beside many of them pauses at most twice as long as it
// works: with that, requests keep half of the rate that they have without it.
const (
	requestCost  = 4
	longestPause = 2 // of the time of an append
)

// room is how long a cut pauses after an append, to leave the processor and the
// log to requests: the time of the append, in the ratio of the work of their
// events to that of its own. Beside few requests a cut loses next to nothing.
func (a appended) room() time.Duration {
	own := max(1, a.own)
	return a.took * time.Duration(min(requestCost*a.others, longestPause*own)) / time.Duration(own)
}

func (w *appender) allowed(ctx context.Context) error {
	if w.may == nil {
		return nil
	}
	return w.may(ctx)
}

// unfit moves the entries that may be filed now to the end and returns how
// many may not, because their deadline passed or the bank refused their
// account. An error says that none may.
func (w *appender) unfit(ctx context.Context, entries []entry) (dropped int, err error) {
	if err := w.allowed(ctx); err != nil {
		return 0, err
	}
	late := w.late(entries)
	refused, err := w.refused(ctx, entries[late:])
	return late + refused, err
}

// beyond counts the entries in front that wait for another file: the trace
// sequence started over within their batch, and the rest of it would be a batch
// more than the bank takes. An order leaves as its client made it.
func (w *appender) beyond(entries []entry, first int) (n int) {
	startsOver := len(w.batches) > 0 && entries[0].batch == w.batch && first <= w.trace
	toCome := len(w.planned) - 1 - w.batch
	if w.most == 0 || !startsOver || entries[0].made != nil || len(w.batches)+toCome < w.most {
		return 0
	}
	for n < len(entries) && entries[n].batch == w.batch {
		n++
	}
	return n
}

// appendOnce makes one append of at most n entries, and returns how many of them
// it settled. There are fewer when the trace sequence starts over after them.
func (w *appender) appendOnce(ctx context.Context, entries []entry, n int, last bool) (filed int, err error) {
	now := w.Ledger.Now()
	traces, err := w.numbers.traces(ctx, w.opened.ODFI[:8])
	if err != nil {
		return 0, err
	}
	defer traces.Unlock()
	_, got, taken, err := traces.Take(n, eastern(now))
	if err != nil {
		return 0, err
	}
	if waiting := w.beyond(entries[:n], taken.First); waiting > 0 {
		return waiting, nil
	}
	f, err := w.prepared(ctx, entries, got, traces.Version, taken)
	if err != nil {
		return 0, err
	}
	step := "fill"
	if last && got == n && !f.next.balances() {
		modifiers, err := w.numbers.modifiers(ctx, w.origin())
		if err != nil {
			return 0, err
		}
		defer modifiers.Unlock()
		step = "cut"
		if err := w.withCut(ctx, f, now, &modifiers.Modifiers); err != nil {
			return 0, err
		}
	}
	ahead := w.prepareAhead(ctx, f.next, entries[got:], traces.After(taken), now)
	result, took, err := w.commit(ctx, step, f)
	next := <-ahead
	if err != nil {
		return 0, err // the next append would follow this one, and is discarded
	}
	w.tellUse(w.opened.ODFI, traces.Traces, got, eastern(now))
	w.openFile, w.ahead = f.next, next
	w.before = appended{took: f.took + took, own: result.Last - result.First + 1}
	if w.last > 0 {
		w.before.others = result.First - w.last - 1
	}
	w.last = result.Last
	return got, nil
}

// finish balances the batches of a file whose entries are all filed, and cuts
// it. A file that was never opened, because every entry dropped out, is not
// made.
func (w *appender) finish(ctx context.Context) error {
	if w.version == 0 || w.isCut {
		return nil
	}
	if err := w.balance(ctx); err != nil {
		return err
	}
	return w.Ledger.RetryUnless(func() error {
		if err := w.allowed(ctx); err != nil {
			return err
		}
		modifiers, err := w.numbers.modifiers(ctx, w.origin())
		if err != nil {
			return err
		}
		defer modifiers.Unlock()
		next := w.openFile
		cut, err := next.close(w.Ledger.Now(), &modifiers.Modifiers)
		if err != nil {
			return err
		}
		if _, err = w.writeWhileOn(ctx, "cut", append(cut, w.beside...)...); err == nil {
			w.openFile = next
		}
		return err
	}, w.taken)
}

// taken returns errTaken if the stream that another writer changed is the
// file's own.
func (w *appender) taken(stream string) error {
	if stream == w.stream() {
		return errTaken
	}
	return nil
}

// writeWhileOn is write for events that let entries leave.
func (w *appender) writeWhileOn(ctx context.Context, step string, changes ...ledger.Change) (eventstore.Result, error) {
	return w.whileOn(ctx, step, func(ctx context.Context) (eventstore.Result, error) { return w.Ledger.Write(ctx, changes...) })
}

// whileOn writes events that let entries leave.
func (w *appender) whileOn(ctx context.Context, step string, write func(context.Context) (eventstore.Result, error)) (r eventstore.Result, err error) {
	err = w.Switch.While(ctx, w.opened.ODFI, func(ctx context.Context) error {
		r, err = w.writing(step, func() (eventstore.Result, error) { return write(ctx) })
		return err
	})
	return r, err
}

// changedMeanwhile moves the entries whose transactions are still as planned to
// the end and returns how many are not.
func (w *appender) changedMeanwhile(ctx context.Context, entries []entry) (dropped int, err error) {
	streams := make([]string, len(entries))
	for i, e := range entries {
		streams[i] = domain.TransactionStream(w.opened.Client, e.transaction)
	}
	versions, err := w.Ledger.Store.Versions(ctx, streams)
	if err != nil {
		return 0, err
	}
	stay := map[string]bool{} // items
	for i, e := range entries {
		stay[e.item] = versions[streams[i]] == e.version
	}
	return aside(entries, func(e entry) bool { return stay[e.item] }), nil
}

// late moves the entries that may still leave to the end and returns how many
// may not.
func (w *appender) late(entries []entry) int {
	now := w.Ledger.Now()
	return aside(entries, func(e entry) bool { return !answers.Late(e.leaveBy, now) })
}

// aside moves the entries that stay to the end, in their order, and returns
// how many do not.
func aside(entries []entry, stays func(entry) bool) (dropped int) {
	to := len(entries)
	for i := len(entries) - 1; i >= 0; i-- {
		if stays(entries[i]) {
			to--
			entries[to] = entries[i]
		}
	}
	return to
}
