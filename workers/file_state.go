package workers

import (
	"strconv"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// openFile is the state of a file while its entries are filed. Its methods
// return a changed copy, so the previous state is still valid if an append
// fails.
type openFile struct {
	opened  domain.FileOpened
	planned []domain.FileBatch
	terms   *calendar.Terms
	decided time.Time // when the dates of the planned batches were decided

	version int64              // of the file's stream; 0 until the file is opened
	batches []domain.FileBatch // begun, numbered from 1
	batch   int                // index of the newest one in the planned batches
	trace   int                // newest trace sequence in it
	totals  nacha.Totals
	isCut   bool

	held    []domain.BatchHolds // content of the batches before the newest
	holds   domain.BatchHolds   // content of the newest
	offsets []domain.FileOffset // decided, in the order of their batches
}

func (w *openFile) stream() string { return domain.FileStream(w.opened.FileID) }
func (w *openFile) origin() string { return w.opened.Settings.ImmediateOrigin }

// with returns the state after the next append, and the changes of that append.
// It files entries[:n] with the trace numbers in taken. The filed events follow
// file.filled and the event that takes the traces, as domain.FileFilled says.
func (w openFile) with(entries []entry, n int, tracesVersion int64, taken domain.TracesTaken) (openFile, []ledger.Change, error) {
	filled := domain.FileFilled{
		FirstTrace: w.traceNumber(taken.First),
		LastTrace:  w.traceNumber(taken.Last),
	}
	odfi := ledger.Change{
		Stream: domain.TraceStream(w.opened.ODFI[:8]), Client: domain.LedgerClient,
		Expect: tracesVersion, Events: []domain.Event{taken},
	}
	begun, warned := len(w.batches), 0
	changes := make([]ledger.Change, 2, n+4)
	ahead := map[string]int64{} // events of this append by transaction, which may have two items here (an entry and its reversal)
	for i := range entries[:n] {
		e := &entries[i]
		trace := taken.First + i
		if len(w.batches) == 0 || e.batch != w.batch || trace <= w.trace {
			w.begin(entries[i:])
		}
		if e.misses() {
			filled.Missed = append(filled.Missed, e.transaction)
		}
		if len(w.batches) != warned && e.misdescribed() { // a batch has one description
			filled.Misdescribed, warned = append(filled.Misdescribed, e.transaction), len(w.batches)
		}
		w.hold(e.totals(), trace)
		events := append(e.made[:len(e.made):len(e.made)], domain.FileItem{
			ItemID: e.item, File: w.opened.FileID, Batch: len(w.batches), Trace: w.traceNumber(trace), Dated: e.dated,
		}.Events()...)
		filled.Count += len(events)
		changes = append(changes, ledger.Change{
			Stream: domain.TransactionStream(w.opened.Client, e.transaction), Client: w.opened.Client,
			Expect: e.version + ahead[e.transaction], Events: events,
		})
		ahead[e.transaction] += int64(len(events))
	}
	filled.Batches = w.batches[begun:]
	file, err := w.change(domain.FillFile{Opened: w.opened, Filled: filled})
	changes[0], changes[1] = file, odfi
	return w, changes, err
}

// hold counts an entry that is filed in the newest batch with a trace number.
func (w *openFile) hold(t nacha.Totals, trace int) {
	w.trace = trace
	w.totals.Add(t)
	w.holds.Add(t, trace)
}

// begin opens the batch of entries[0]. If the batch has no service class, it
// gets the one that its entries need.
func (w *openFile) begin(entries []entry) {
	w.batch = entries[0].batch
	b := w.planned[w.batch]
	b.Number = len(w.batches) + 1
	if b.Balance != nil && b.EntriesClass == 0 {
		b.EntriesClass = class(entries)
	}
	if b.Balance != nil && b.ServiceClass == 0 && moves(entries) {
		b.ServiceClass = nacha.MixedClass
	}
	if b.ServiceClass == 0 {
		b.ServiceClass = class(entries)
	}
	if len(w.batches) > 0 {
		w.held = append(w.held, w.holds)
	}
	w.batches, w.holds = append(w.batches, b), domain.BatchHolds{}
	w.totals.Batches++
}

// moves reports whether the batch at the front of entries moves money.
func moves(entries []entry) bool {
	for _, e := range entries {
		if e.batch != entries[0].batch {
			break
		}
		if e.cents > 0 {
			return true
		}
	}
	return false
}

// class is the service class of the batch at the front of entries.
func class(entries []entry) int {
	debits, credits := false, false
	for _, e := range entries {
		if e.batch != entries[0].batch || debits && credits {
			break
		}
		debit := nacha.TransactionCode(e.code).Debit()
		debits, credits = debits || debit, credits || !debit
	}
	return nacha.ServiceClass(debits, credits)
}

// close cuts the file: it decides its totals, creation time and modifier.
func (w *openFile) close(now time.Time, m *domain.Modifiers) ([]ledger.Change, error) {
	taken, sequence := m.Next(eastern(now))
	file, err := w.change(domain.CutFile{Totals: w.totals, Taken: taken, Sequence: sequence, Terms: w.terms, Now: now})
	w.isCut = true
	return []ledger.Change{file, {
		Stream: domain.OriginStream(w.origin()), Client: domain.LedgerClient, Expect: m.Version, Events: []domain.Event{taken},
	}}, err
}

// change is the change that a command on the file makes.
func (w *openFile) change(command fileCommand) (ledger.Change, error) {
	events, err := command.Decide(domain.File{
		ID: w.opened.FileID, Opened: w.opened, State: domain.FileOpen, Version: w.version, Batches: w.batches, Offsets: w.offsets, DatedAt: w.decided,
	})
	c := ledger.Change{Stream: w.stream(), Client: w.opened.Client, Expect: w.version, Events: events}
	w.version += int64(len(events))
	return c, err
}

func (w *openFile) traceNumber(sequence int) string {
	digits := strconv.Itoa(sequence)
	return w.opened.ODFI[:8] + "0000000"[min(len(digits), 7):] + digits
}

// eastern converts an instant to the time zone of files and deadlines.
func eastern(t time.Time) time.Time { return t.In(calendar.Eastern) }
