package folder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/delivery"
)

// used makes a folder as a first start does: kind, log, switch, first event.
func used(t *testing.T) (Folder, delivery.Log) {
	t.Helper()
	f := Folder(filepath.Join(t.TempDir(), "data"))
	if err := f.Make(); err != nil {
		t.Fatal(err)
	}
	if err := f.Settle(Production); err != nil {
		t.Fatal(err)
	}
	put(t, f.Log(), "log")
	if _, err := f.OpenDelivery(delivery.Log{}, ""); err != nil {
		t.Fatal(err)
	}
	return f, delivery.Log{FirstEvent: "first", Head: 7}
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, f Folder, log delivery.Log) *delivery.Switch {
	t.Helper()
	d, err := f.OpenDelivery(log, "")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func on(d *delivery.Switch, odfi string) bool {
	ok, _ := d.Allowed(odfi)
	return ok
}

const bank, other = "231380104", "091000019"

func TestDeliveryOfANewFolderIsOnAndStaysOn(t *testing.T) {
	f, log := used(t)
	for range 2 {
		d := open(t, f, log)
		if !on(d, bank) || d.State().Reason != "" {
			t.Fatalf("delivery is %+v, want on", d.State())
		}
	}
}

func TestAFolderThatMovedIsStillItself(t *testing.T) {
	f, log := used(t)
	open(t, f, log)
	moved := Folder(string(f) + "-moved")
	if err := os.Rename(string(f), string(moved)); err != nil {
		t.Fatal(err)
	}
	if d := open(t, moved, log); !on(d, bank) {
		t.Errorf("delivery is %+v after the folder was renamed, want on", d.State())
	}
}

func TestDeliveryIsOffWhereverTheFolderIsNotItself(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, f *Folder, log *delivery.Log){
		"restored from a backup, which has no instance": func(t *testing.T, f *Folder, _ *delivery.Log) {
			if err := os.Remove(f.instance()); err != nil {
				t.Fatal(err)
			}
		},
		"copied with its instance": func(t *testing.T, f *Folder, _ *delivery.Log) {
			to := Folder(t.TempDir())
			if err := os.CopyFS(string(to), os.DirFS(string(*f))); err != nil {
				t.Fatal(err)
			}
			*f = to
		},
		"database replaced by a copy": func(t *testing.T, f *Folder, _ *delivery.Log) {
			put(t, f.Log()+"2", "log")
			if err := os.Rename(f.Log()+"2", f.Log()); err != nil {
				t.Fatal(err)
			}
		},
		"another ledger written over the database": func(_ *testing.T, _ *Folder, log *delivery.Log) { log.FirstEvent = "another" },
		"older copy written over the database":     func(_ *testing.T, _ *Folder, log *delivery.Log) { log.Head = 6 },
		"instance damaged":                         func(t *testing.T, f *Folder, _ *delivery.Log) { put(t, f.instance(), "{") },
	} {
		t.Run(name, func(t *testing.T) {
			f, log := used(t)
			open(t, f, log)
			change(t, &f, &log)
			for range 2 { // and it stays off at the next start
				d := open(t, f, log)
				if on(d, bank) || d.State().Reason == "" {
					t.Fatalf("delivery is %+v, want off with a reason", d.State())
				}
				if err := d.Note(log); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestALedgerThatWasMovedStaysMovedWhereTheFolderIsNotItself(t *testing.T) {
	f, log := used(t)
	if _, err := open(t, f, log).MoveTo("/new/folder", log); err != nil {
		t.Fatal(err)
	}
	log.Head = 6 // an older copy was written over the database
	var d *delivery.Switch
	for range 2 {
		d = open(t, f, log)
		if to, err := d.MovedTo(); to != "/new/folder" || err == nil {
			t.Errorf("it is at %q, %v", to, err)
		}
	}
	if err := d.Stay(log); err != nil {
		t.Fatal(err)
	}
	if to, _ := d.MovedTo(); to != "" || on(d, bank) || !strings.Contains(d.State().Reason, "older copy") {
		t.Errorf("when the move is abandoned it is at %q, and delivery %+v", to, d.State())
	}
}

func TestDeliveryComesBackODFIByODFI(t *testing.T) {
	f, log := used(t)
	open(t, f, log)
	if err := os.Remove(f.instance()); err != nil {
		t.Fatal(err)
	}
	d := open(t, f, log)
	if err := d.Turn(bank, true, log); err != nil {
		t.Fatal(err)
	}
	for _, d := range []*delivery.Switch{d, open(t, f, log)} {
		if !on(d, bank) || on(d, other) || d.State().Reason == "" {
			t.Errorf("delivery is %+v; want on for %s alone, with the reason for the rest", d.State(), bank)
		}
	}
	if err := d.Turn(bank, false, log); err != nil {
		t.Fatal(err)
	}
	if on(open(t, f, log), bank) {
		t.Error("delivery is on after it was turned off")
	}
}

func TestAllOffIsOffForODFIsToComeToo(t *testing.T) {
	f, log := used(t)
	d := open(t, f, log)
	if err := d.TurnAllOff(log); err != nil {
		t.Fatal(err)
	}
	if err := d.Turn(other, true, log); err != nil {
		t.Fatal(err)
	}
	for _, d := range []*delivery.Switch{d, open(t, f, log)} {
		if on(d, bank) || !on(d, other) || d.State().Reason == "" {
			t.Errorf("delivery is %+v; want on for %s alone", d.State(), other)
		}
	}
}

func TestAFolderThatLostItsLogDeliversNothing(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, f Folder){
		"the instance names the log": func(*testing.T, Folder) {},
		"the broker's store is left": func(t *testing.T, f Folder) { lose(t, f, "nats/jetstream/LEDGER/meta") },
		"the views are left":         func(t *testing.T, f Folder) { lose(t, f, "views.db") },
		"keys of clients are left":   func(t *testing.T, f Folder) { lose(t, f, "keys/clients/gym.json") },
		"a file is in the outbox":    func(t *testing.T, f Folder) { lose(t, f, "outbox/one.ach") },
		"the instance is damaged":    func(t *testing.T, f Folder) { lose(t, f, "views.db"); put(t, f.instance(), "{") },
	} {
		t.Run(name, func(t *testing.T) {
			f, log := used(t)
			open(t, f, log)
			change(t, f)
			d := open(t, f, delivery.Log{})
			if on(d, bank) || !strings.Contains(d.State().Reason, "is gone") {
				t.Fatalf("delivery is %+v, want off because the log is gone", d.State())
			}
			if err := d.Note(delivery.Log{FirstEvent: "new", Head: 1}); err != nil {
				t.Fatal(err)
			}
			if d := open(t, f, delivery.Log{FirstEvent: "new", Head: 1}); on(d, bank) {
				t.Errorf("delivery is %+v at the next start, want off", d.State())
			}
		})
	}
}

// lose removes the instance file and puts a trace of an earlier log in the folder.
func lose(t *testing.T, f Folder, trace string) {
	t.Helper()
	if err := os.Remove(f.instance()); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(f.join(trace)), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, f.join(trace), "something")
}

func TestAFirstStartThatStoppedHalfWayIsStillTheFirst(t *testing.T) {
	f, _ := used(t) // the process stopped after it wrote the switch and before the first event
	if d := open(t, f, delivery.Log{}); !on(d, bank) {
		t.Errorf("delivery is %+v, want on", d.State())
	}
}

// The outbox of a new folder may be a link to one that the bank reads.
func TestALinkedOutboxIsTheTraceOfALogOnlyWithAFileInIt(t *testing.T) {
	f, _ := used(t)
	read := t.TempDir()
	if err := errors.Join(os.Remove(f.Outbox()), os.Symlink(read, f.Outbox())); err != nil {
		t.Fatal(err)
	}
	if d := open(t, f, delivery.Log{}); !on(d, bank) {
		t.Errorf("with an empty folder delivery is %+v, want on", d.State())
	}
	put(t, filepath.Join(read, "one.ach"), "something")
	if err := os.Remove(f.instance()); err != nil {
		t.Fatal(err)
	}
	if d := open(t, f, delivery.Log{}); on(d, bank) {
		t.Errorf("with a file in it delivery is %+v, want off", d.State())
	}
}

func TestAFolderThatCannotBeLookedIntoIsNotOneWithoutALog(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	put(t, file, "")
	if err := Folder(file).MustExist(); err == nil || strings.Contains(err.Error(), "holds no ledger") {
		t.Errorf("got %v, want the reason it cannot be looked into", err)
	}
	if _, err := Folder(file).Kind(); err == nil {
		t.Error("a folder that cannot be looked into may become anything")
	}
}

func TestSwitchingOffARestoredFolderSaysBothReasons(t *testing.T) {
	f, log := used(t)
	open(t, f, log)
	if err := os.Remove(f.instance()); err != nil {
		t.Fatal(err)
	}
	d := open(t, f, log)
	for range 2 {
		if err := d.TurnAllOff(log); err != nil {
			t.Fatal(err)
		}
	}
	if r := d.State().Reason; !strings.HasPrefix(r, "all of it was switched off") || strings.Count(r, "restored from a backup") != 1 || strings.Count(r, "switched off") != 1 {
		t.Errorf("the reason is %q", r)
	}
}

func TestAKindIsForEver(t *testing.T) {
	f, _ := used(t)
	if err := f.Settle(Production); err != nil {
		t.Error(err)
	}
	if err := f.Settle(Sandbox); err == nil || !strings.Contains(err.Error(), "--sandbox") {
		t.Errorf("production became a sandbox: %v", err)
	}
	if err := os.Remove(f.kindFile()); err != nil {
		t.Fatal(err)
	}
	if err := f.Settle(Sandbox); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Errorf("a folder with a log and without a kind became a sandbox: %v", err)
	}
	put(t, f.kindFile(), "play\n")
	if _, err := f.Kind(); err == nil {
		t.Error("an unknown kind is accepted")
	}
}

func TestASandboxNeverBecomesProduction(t *testing.T) {
	f := Folder(t.TempDir())
	if err := f.Settle(Sandbox); err != nil {
		t.Fatal(err)
	}
	if err := f.Settle(Production); err == nil || !strings.Contains(err.Error(), "--sandbox") {
		t.Errorf("got %v, want a refusal that names --sandbox", err)
	}
}
