package workers

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
)

func order(then domain.Then) domain.ReleaseFile {
	return domain.ReleaseFile{Reason: "wrong origin", Then: then}
}

// stuck cuts n pulls of the gym's at 14:30 into a file that cannot be
// rendered: a name in its header has a character that no file may have.
func (b *bank) stuck(n int) (domain.File, []string) {
	b.t.Helper()
	ids := b.posts(gym, n)
	b.clock.Set(at("2026-11-20 14:30"))
	must(b.t, b.views.CatchUp(b.t.Context()))
	c, err := b.Ledger.Client(b.t.Context(), gym)
	must(b.t, err)
	c.Settings.File.ImmediateOriginName = "LANTERN\x01"
	cutting := Cut{Client: c, ODFI: ourBank, Why: domain.WhyWindow, Forward: true}
	p := planner{now: b.clock.Now(), limits: b.files.Limits}
	_, _, err = b.batcher.planEntries(b.t.Context(), &p, cutting, 0)
	must(b.t, err)
	id, err := b.files.cut(b.t.Context(), cutting, domain.Bank{}, b.clock.Now(), p.files()[0])
	must(b.t, err)
	return b.read(id), ids
}

func (b *bank) read(id string) domain.File {
	b.t.Helper()
	f, err := b.File(b.t.Context(), id)
	must(b.t, err)
	return f
}

func TestAFileThatCannotBeRenderedIsReleased(t *testing.T) {
	for then, want := range map[domain.Then]domain.State{domain.ThenWait: domain.Filed, domain.ThenReject: domain.Rejected} {
		t.Run(string(then), func(t *testing.T) {
			b := openBank(t)
			f, ids := b.stuck(2)
			trace := b.item(gym, ids[0]).Filing.Trace
			if err := b.batcher.Sweep(t.Context()); err == nil || b.read(f.ID).State != domain.FileIsCut {
				t.Fatalf("the file is %s, the sweep says %v: it should be stuck", b.read(f.ID).State, err)
			}
			for range 2 { // asking twice is asking once
				must(t, b.files.Release(t.Context(), f.ID, order(then)))
			}
			b.sweep()
			if got := b.read(f.ID); got.State != domain.FileIsReleased || got.Answered.Unreleased || got.Note != "wrong origin" {
				t.Errorf("the file is %s, note %q, unreleased %t", got.State, got.Note, got.Answered.Unreleased)
			}
			b.sweepAt("2026-11-20 16:30")
			if got := b.states(ids); !slices.Equal(got, all(want, 2)) {
				t.Errorf("the entries are %v, want %s", got, want)
			}
			if i := b.item(gym, ids[0]); then == domain.ThenReject && i.Reason != "wrong origin" ||
				then == domain.ThenWait && (i.Filing.File == f.ID || i.Filing.Trace == trace) {
				t.Errorf("the entry is filed as %+v, its reason is %q", i.Filing, i.Reason)
			}
			b.verify()
		})
	}
}

// Where a file stands, and what a release of it answers.
func TestWhatCanBeReleased(t *testing.T) {
	stop := func(step string) func(b *bank) domain.File {
		return func(b *bank) domain.File {
			b.posts(gym, 2)
			b.clock.Set(at("2026-11-20 14:30"))
			b.fault = stopAt(step)
			_ = b.batcher.Sweep(b.t.Context())
			b.restart()
			return b.onlyFile()
		}
	}
	said := func(result ack.Result, batches ...ack.RejectedBatch) func(b *bank) domain.File {
		return func(b *bank) domain.File {
			b.posts(gym, 2)
			b.sweepAt("2026-11-20 14:30")
			_, err := b.files.Acknowledge(b.t.Context(), b.views, answer(b.onlyFile(), result, batches...))
			must(b.t, err)
			return b.onlyFile()
		}
	}
	for name, tt := range map[string]struct {
		file  func(b *bank) domain.File
		then  domain.Then
		code  domain.Code
		state domain.FileState
	}{
		"open":                             {stop("after fill"), domain.ThenWait, domain.NotFound, domain.FileOpen},
		"cut":                              {stop("before rendered"), domain.ThenWait, "", domain.FileIsReleased},
		"rendered":                         {stop("after rendered"), domain.ThenWait, "", domain.FileIsReleased},
		"put, and the log does not say so": {stop("before delivering"), domain.ThenReject, "", domain.FileIsReleased},
		"being delivered":                  {stop("before begin"), domain.ThenWait, domain.TooLate, domain.FileIsDelivering},
		"delivered, which nobody knows":    {stop("after begin"), domain.ThenWait, domain.TooLate, domain.FileIsDelivering},
		"delivered":                        {stop("after delivered"), domain.ThenWait, domain.TooLate, domain.FileIsDelivered},
		"acknowledged":                     {said(ack.Accepted), domain.ThenReject, domain.TooLate, domain.FileIsAcked},
		"a batch of it refused":            {said(ack.Accepted, ack.RejectedBatch{Number: 1}), domain.ThenReject, domain.TooLate, domain.FileIsAcked},
		"refused":                          {said(ack.Rejected), domain.ThenWait, "", domain.FileIsRefused},
		"refused, and to be rejected":      {said(ack.Rejected), domain.ThenReject, domain.Conflict, domain.FileIsRefused},
		"taken for a duplicate":            {said(ack.Duplicate), domain.ThenWait, domain.TooLate, domain.FileIsDelivered},
		"no file":                          {func(*bank) domain.File { return domain.File{ID: "nothing"} }, domain.ThenWait, domain.NotFound, ""},
		"with no word what then":           {stop("before rendered"), "", domain.Invalid, domain.FileIsCut},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			b.limits = Limits{AppendEvents: 1}
			b.newWorkers()
			f := tt.file(b)
			if err := b.files.Release(t.Context(), f.ID, order(tt.then)); domain.CodeOf(err) != tt.code || err != nil && tt.code == "" {
				t.Errorf("got %v, want code %q", err, tt.code)
			}
			if got := b.read(f.ID).State; got != tt.state {
				t.Errorf("the file is %s, want %s", got, tt.state)
			}
		})
	}
}

func TestAReleasedFileIsNeitherReleasedOtherwiseNorGivenOutNorAnswered(t *testing.T) {
	b := openBank(t)
	f, _ := b.stuck(2)
	must(t, b.files.Release(t.Context(), f.ID, order(domain.ThenWait)))
	if err := b.files.Release(t.Context(), f.ID, order(domain.ThenReject)); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("released otherwise: %v", err)
	}
	if _, err := b.files.Bytes(t.Context(), f.ID); domain.CodeOf(err) != domain.TooLate {
		t.Errorf("its bytes: %v", err)
	}
	must(t, b.views.CatchUp(t.Context()))
	for _, r := range []ack.Result{ack.Accepted, ack.Rejected} {
		if _, err := b.files.Acknowledge(t.Context(), b.views, answer(f, r)); domain.CodeOf(err) != domain.Conflict {
			t.Errorf("the operator says %s: %v", r, err)
		}
	}
}

// A release dies at every step; the next process continues with it, or nothing
// was released.
func TestACrashAtAnyStepOfARelease(t *testing.T) {
	const entries = 4
	for then, freed := range map[domain.Then]domain.State{domain.ThenWait: domain.Pending, domain.ThenReject: domain.Rejected} {
		t.Run(string(then), func(t *testing.T) {
			atEveryStep(t, func(t *testing.T, n int) error {
				b := openSmallBank(t)
				f, ids := b.stuck(entries)
				b.fault = stopAtNth(n)
				died := b.files.Release(t.Context(), f.ID, order(then))
				b.restart()
				_ = b.batcher.Sweep(t.Context()) // a file that is not released fails to be rendered
				want := freed
				if n == 1 {
					want = domain.Filed
				}
				if got := b.states(ids); !slices.Equal(got, all(want, entries)) {
					t.Errorf("the entries are %v, want %s", got, want)
				}
				must(t, b.files.Release(t.Context(), f.ID, order(then)))
				if got := b.states(ids); !slices.Equal(got, all(freed, entries)) {
					t.Errorf("released again the entries are %v, want %s", got, freed)
				}
				b.verify()
				return died
			})
		})
	}
}

// Somebody delivers in one process and releases in another: the log lets one
// of them be first.
func TestAReleaseAndADeliveryRace(t *testing.T) {
	for name, tt := range map[string]struct {
		step     string // of the first, before which the other does all of its work
		releases bool   // the first is the release
		want     domain.FileState
	}{
		"released while it is rendered":               {"before rendered", false, domain.FileIsReleased},
		"released while it is put":                    {"before delivering", false, domain.FileIsReleased},
		"released when delivery began":                {"before begin", false, domain.FileIsDelivered},
		"delivered while somebody orders its release": {"before release ordered", true, domain.FileIsDelivered},
		"delivered while it is released":              {"before releases", true, domain.FileIsReleased},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			ids := b.posts(gym, 2)
			b.clock.Set(at("2026-11-20 14:30"))
			b.fault = stopAt("before rendered")
			_ = b.batcher.Sweep(t.Context())
			b.restart()
			f := b.onlyFile()
			files, delivery := b.files, b.delivery
			b.newWorkers()
			release := func(files *Files) error { return files.Release(t.Context(), f.ID, order(domain.ThenWait)) }
			first, other := func() error { return delivery.Deliver(t.Context(), f.ID) }, func() error { return release(b.files) }
			if tt.releases {
				first, other = func() error { return release(files) }, func() error { return b.delivery.Deliver(t.Context(), f.ID) }
			}
			var late []error
			b.fault = onceAt(tt.step, 1, func() {
				b.fault = nil
				late = append(late, other())
			})
			late = append(late, first())
			for _, err := range late {
				if code := domain.CodeOf(err); err != nil && (code != domain.TooLate || tt.want == domain.FileIsReleased) {
					t.Error(err)
				}
			}
			b.oneOf(f.ID, ids, tt.want)
		})
	}
}

// oneOf makes sure that a file came to one of two ends, and wholly.
func (b *bank) oneOf(file string, ids []string, want domain.FileState) {
	b.t.Helper()
	state, sent := domain.Pending, 0
	if want == domain.FileIsDelivered {
		state, sent = domain.Filed, 1
	}
	if got := b.read(file).State; got != want {
		b.t.Errorf("the file is %s, want %s", got, want)
	}
	if got := b.states(ids); !slices.Equal(got, all(state, len(ids))) {
		b.t.Errorf("the entries are %v, want %s", got, state)
	}
	final := slices.DeleteFunc(b.sent(), func(name string) bool { return strings.HasPrefix(name, ".") })
	if len(final) != sent {
		b.t.Errorf("the outbox holds %v, want %d files", final, sent)
	}
	b.verify()
}

func TestReleasesAndDeliveriesOfOneProcessRace(t *testing.T) {
	for range 10 {
		b := openBank(t)
		ids := b.posts(gym, 3)
		b.clock.Set(at("2026-11-20 14:30"))
		b.fault = stopAt("before rendered")
		_ = b.batcher.Sweep(t.Context())
		b.restart()
		f := b.onlyFile()
		var both sync.WaitGroup
		var refused error
		both.Go(func() { must(t, b.delivery.Deliver(t.Context(), f.ID)) })
		both.Go(func() { refused = b.files.Release(t.Context(), f.ID, order(domain.ThenWait)) })
		both.Wait()
		want := domain.FileIsReleased
		if refused != nil {
			want = domain.FileIsDelivered
		}
		b.oneOf(f.ID, ids, want)
	}
}

// A restored folder does not know whether the file left after its backup.
func TestNothingIsReleasedWhileDeliveryIsOff(t *testing.T) {
	b := openBank(t)
	f, _ := b.stuck(2)
	b.switched = offFor(ourBank)
	b.newWorkers()
	var off *DeliveryOffError
	if err := b.files.Release(t.Context(), f.ID, order(domain.ThenWait)); !errors.As(err, &off) {
		t.Errorf("got %v", err)
	}
}

// A refused file was left half released, and a person says that what is left
// shall not leave again.
func TestWhatIsLeftOfAHalfReleasedFileCanBeRejected(t *testing.T) {
	b := openSmallBank(t)
	ids := b.posts(gym, 3)
	b.sweepAt("2026-11-20 14:30")
	f := b.onlyFile()
	b.fault = stopAt("after releases")
	_, _ = b.files.Acknowledge(t.Context(), b.views, answer(f, ack.Rejected))
	b.restart()
	for range 2 {
		must(t, b.files.Release(t.Context(), f.ID, order(domain.ThenReject)))
	}
	if got := b.states(ids); !slices.Equal(got, []domain.State{domain.Pending, domain.Rejected, domain.Rejected}) {
		t.Errorf("the entries are %v", got)
	}
	if got := b.read(f.ID).State; got != domain.FileIsRefused {
		t.Errorf("the file is %s", got)
	}
}

// A client's own file is released: its entries are payments like any other,
// and leave with the batch header they were sent with.
func TestTheEntriesOfAReleasedUploadLeaveAsTheyWereSent(t *testing.T) {
	b := openBank(t)
	b.fault = stopAt("before rendered")
	content := rendered(t, payroll(3))
	made, err := b.upload(content)
	must(t, err)
	_ = b.batcher.Sweep(t.Context())
	b.restart()
	must(t, b.files.Release(t.Context(), made.FileID, order(domain.ThenWait)))
	b.sweepAt("2026-11-20 14:30")
	b.sweepAt("2026-11-23 10:15") // the vendor's entry is for the day after
	if got := b.states(made.Transactions); !slices.Equal(got, all(domain.Filed, 4)) || len(b.sent()) != 2 {
		t.Fatalf("the entries are %v, the outbox holds %v", got, b.sent())
	}
	sent := b.bytes(b.cutFiles()[1]) + b.bytes(b.cutFiles()[2])
	for _, want := range []string{"WEEK 47", "NOV 26", "TOWEL COMPANY", "INVOICE 9"} {
		if !strings.Contains(sent, want) {
			t.Errorf("the files have no %q:\n%s", want, sent)
		}
	}
	again, err := b.upload(content)
	must(t, err)
	b.sweepAt("2026-11-23 14:30")
	if again.FileID != made.FileID || !again.Replayed || len(b.sent()) != 2 {
		t.Errorf("sent in again it is %+v, the outbox holds %v", again, b.sent())
	}
	b.verify()
}

func TestAFileToDownloadIsReleasedOnlyWhereItWasNotCarried(t *testing.T) {
	b := openBank(t)
	f, ids := b.carried()
	if err := b.files.Release(t.Context(), f.ID, order(domain.ThenWait)); domain.CodeOf(err) != domain.MaybeCarried {
		t.Errorf("without a word: %v", err)
	}
	home := order(domain.ThenWait)
	home.NotCarried = true
	must(t, b.files.Release(t.Context(), f.ID, home))
	b.sweepAt("2026-11-20 14:30")
	if got := b.states(ids); !slices.Equal(got, all(domain.Held, len(ids))) || len(b.sent()) > 0 {
		t.Errorf("the entries are %v, the outbox holds %v", got, b.sent())
	}
	if _, err := b.files.Bytes(t.Context(), f.ID); domain.CodeOf(err) != domain.TooLate {
		t.Errorf("its bytes: %v", err)
	}
	b.verify()
}

func TestAFileOfWhichAnEntryCameBackWasCarried(t *testing.T) {
	b := openBank(t)
	f, ids := b.carried()
	b.cameBack(ids[1])
	home := order(domain.ThenReject)
	home.NotCarried = true
	if err := b.files.Release(t.Context(), f.ID, home); domain.CodeOf(err) != domain.MaybeCarried {
		t.Errorf("got %v", err)
	}
	if got := b.states(ids); !slices.Equal(got, all(domain.Filed, len(ids))) {
		t.Errorf("the entries are %v", got)
	}
}
