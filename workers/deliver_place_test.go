package workers

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/workers/remote/remotetest"
)

// ways are two servers and an outbox, and what the bank finds in each.
type ways struct {
	*bank
	first, second *remotetest.Server
}

var toOutbox = domain.DeliverySettings{Method: domain.ToOutbox}

func (w ways) delivery(name string) domain.DeliverySettings {
	return map[string]domain.DeliverySettings{
		"outbox": toOutbox, "first": bySFTP(w.first.Settings), "second": bySFTP(w.second.Settings),
	}[name]
}

// found is where the one file of the log lies under its final name.
func (w ways) found() (places []string) {
	w.t.Helper()
	f := w.onlyFile()
	name := f.Name()
	for place, folder := range map[string]string{
		"outbox": w.outbox(), "first": filepath.Join(w.first.Dir, "outbound"), "second": filepath.Join(w.second.Dir, "outbound"),
	} {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.t.Fatal(err)
		}
		for _, e := range entries {
			if e.Name() == name {
				places = append(places, place)
			}
		}
	}
	return places
}

// stopped is a file whose process died at a step of its delivery by a way.
func stopped(t *testing.T, way, step string) ways {
	t.Helper()
	w := ways{openBank(t), remotetest.New(t), remotetest.New(t)}
	w.bank.delivery.SFTP = &SFTP{}
	w.leave(ourBank, w.delivery(way))
	w.posts(gym, 3)
	w.clock.Set(at("2026-11-20 14:30"))
	w.fault = stopAt(step)
	if err := w.batcher.Sweep(context.Background()); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	w.restartRemote()
	return w
}

// What has not begun goes the new way, whatever it was opened for; what has
// begun is found where it was put, and never goes both ways.
func TestAChangeOfDeliveryMovesWhatHasNotLeft(t *testing.T) {
	for _, change := range [][2]string{{"outbox", "first"}, {"first", "outbox"}, {"first", "second"}} {
		for step, want := range map[string]int{ // the way on which the file is found
			"after cut": 1, "after rendered": 1, "before delivering": 1, "after delivering": 1, "before begin": 1,
			"after begin": 0, "before delivered": 0,
		} {
			t.Run(change[0]+" to "+change[1]+", "+step, func(t *testing.T) {
				w := stopped(t, change[0], step)
				w.leave(ourBank, w.delivery(change[1]))
				w.sweep()
				f := w.onlyFile()
				if f.State != domain.FileIsDelivered || f.Method() != w.delivery(change[want]).Method {
					t.Errorf("the file is %s by %s", f.State, f.Method())
				}
				if got := w.found(); !slices.Equal(got, []string{change[want]}) {
					t.Errorf("it is at %v, want %s", got, change[want])
				}
				w.verify()
			})
		}
	}
}

func TestAChangeOfDeliveryAwayFromADeadServerIsForAPersonToSettle(t *testing.T) {
	w := stopped(t, "first", "before begin")
	dead := w.first.Settings
	w.first.Close()
	if err := w.batcher.Sweep(t.Context()); err == nil || w.onlyFile().State != domain.FileIsDelivering {
		t.Fatalf("the server may come back: the file is %s, %v", w.onlyFile().State, err)
	}
	w.leave(ourBank, toOutbox)
	w.sweep()
	if f := w.onlyFile(); f.State != domain.DeliveryUnknown || !strings.Contains(f.Note, dead.Host) || len(w.found()) != 0 {
		t.Fatalf("the file is %s: %s, at %v", f.State, f.Note, w.found())
	}
	must(t, w.bank.delivery.Resend(t.Context(), w.onlyFile().ID)) // the bank says it has nothing
	if f := w.onlyFile(); f.State != domain.FileIsDelivered || !slices.Equal(w.found(), []string{"outbox"}) {
		t.Errorf("the file is %s, at %v", f.State, w.found())
	}
}

// New keys and another folder for answers are not another place.
func TestWhatHasBegunIsFoundWithTodaysKeys(t *testing.T) {
	w := stopped(t, "first", "before begin")
	settings := w.first.Settings
	w.first.ChangeUserKey()
	w.leave(ourBank, bySFTP(w.first.Settings))
	if settings == w.first.Settings {
		t.Fatal("the key is the same")
	}
	w.sweep()
	if f := w.onlyFile(); f.State != domain.FileIsDelivered || !slices.Equal(w.found(), []string{"first"}) {
		t.Errorf("the file is %s, at %v", f.State, w.found())
	}
}

func TestADownloadIsNeverMoved(t *testing.T) {
	b := openBank(t)
	s := remotetest.New(t)
	b.posts(gym, 1)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = stopAt("after cut")
	_ = b.batcher.Sweep(context.Background())
	b.fault = nil
	file := b.onlyFile()
	file.Opened.Method = domain.ByDownload
	b.setUp(s.Settings)
	l, leave, err := b.delivery.enter(t.Context(), ourBank)
	must(t, err)
	defer leave()
	file.State = domain.FileIsRendered
	if done, err := l.step(t.Context(), file); !done || err != nil {
		t.Errorf("there is something to do, %v", err)
	}
	if len(b.sent()) != 0 || s.Sessions.Load() != 0 {
		t.Error("it was sent")
	}
}

// An older release wrote no temporary name, and put files under another one.
func TestWhatAnOlderReleaseBeganIsFinished(t *testing.T) {
	for method, temporary := range map[string]string{domain.ToOutbox: ".%", domain.BySFTP: "%.part"} {
		t.Run(method, func(t *testing.T) {
			b, s := openBank(t), remotetest.New(t)
			b.posts(gym, 1)
			b.clock.Set(at("2026-11-20 14:30"))
			folder := b.outbox()
			if method == domain.BySFTP {
				b.setUp(s.Settings)
				folder = s.Settings.OutboundFolder
			}
			b.fault = stopAt("after rendered")
			_ = b.batcher.Sweep(context.Background())
			b.restartRemote()
			f := b.onlyFile()
			content, err := b.files.Bytes(t.Context(), f.ID)
			must(t, err)
			must(t, os.MkdirAll(folder, 0o700))
			must(t, os.WriteFile(filepath.Join(folder, strings.Replace(temporary, "%", f.Name(), 1)), content, 0o600))
			b.write(domain.FileStream(f.ID), gym, f.Version, domain.FileDelivering{Method: method})
			b.sweep()
			f = b.onlyFile()
			entries, err := os.ReadDir(folder)
			must(t, err)
			if f.State != domain.FileIsDelivered || len(entries) != 1 || entries[0].Name() != f.Name() || f.BegunAt == 0 {
				t.Errorf("the file is %s, the folder has %v", f.State, entries)
			}
			if f.Delivering.Temporary != "" {
				t.Error("it was put once more")
			}
		})
	}
}

func TestADeliveryThatTheFullLogRefusedIsRecordedLater(t *testing.T) {
	var free atomic.Uint64
	free.Store(1 << 40)
	b := openBank(t)
	b.posts(gym, 2)
	b.close()
	b.faults = sqlite.Faults{FreeBytes: func(string) (uint64, error) { return free.Load(), nil }}
	b.open()
	b.clock.Set(at("2026-11-20 14:30"))
	full := func() bool {
		err := b.store.PutToken(context.Background(), eventstore.Token{Hash: []byte("probe")})
		return errors.Is(err, eventstore.ErrStorageFull)
	}
	b.fault = func(step string) error {
		if step == "after begin" {
			free.Store(0)
			eventually(t, "the log is full", full)
		}
		return nil
	}
	if err := b.batcher.Sweep(t.Context()); !errors.Is(err, eventstore.ErrStorageFull) {
		t.Fatalf("it says %v", err)
	}
	f := b.onlyFile()
	must(t, os.Remove(b.final(f))) // the bank took it
	free.Store(1 << 40)
	eventually(t, "there is room again", func() bool { return b.batcher.Sweep(context.Background()) == nil })
	if f = b.onlyFile(); f.State != domain.FileIsDelivered || len(b.sent()) != 0 {
		t.Errorf("the file is %s, the outbox holds %v", f.State, b.sent())
	}
}
