package projections

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"
)

// history fills a world with a bit of everything.
func (w *world) history() {
	w.openClient("gym", ours)
	w.payroll("gym", 300, true)
	w.originate("gym", askedOn("2026-12-01"))
	w.upload("gym", 3)
}

func TestAFileThatIsNoUseIsMadeAnew(t *testing.T) {
	for name, spoil := range map[string]func(*testing.T, *world){
		"deleted": func(t *testing.T, w *world) { w.must(removeFiles(w.path())) },
		"the database alone deleted": func(t *testing.T, w *world) {
			w.must(os.Remove(w.path()))
		},
		"not a database": func(t *testing.T, w *world) {
			w.must(os.WriteFile(w.path(), []byte("this is not a database, whatever it is called"), 0o600))
		},
		"cut short": func(t *testing.T, w *world) { w.must(os.Truncate(w.path(), 20_000)) },
		"empty":     func(t *testing.T, w *world) { w.must(os.Truncate(w.path(), 0)) },
		"of another version": func(t *testing.T, w *world) {
			w.inside("UPDATE checkpoint SET shape = 'other'")
		},
		"of another log": func(t *testing.T, w *world) {
			w.inside("UPDATE checkpoint SET hash = zeroblob(32)")
		},
		"ahead of the log": func(t *testing.T, w *world) {
			w.inside("UPDATE checkpoint SET position = position + 1000")
		},
		"without a generation": func(t *testing.T, w *world) {
			w.inside("DELETE FROM checkpoint")
		},
		"with another control table": func(t *testing.T, w *world) {
			w.inside("DROP TABLE checkpoint; CREATE TABLE checkpoint(id INTEGER)")
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.history()
			w.must(w.caughtUp(Options{}).Close())
			spoil(t, w)
			v := w.open(Options{})
			if v.Position() != 0 {
				t.Errorf("it goes on from position %d", v.Position())
			}
			w.must(v.CatchUp(w.ctx))
			w.same(v)
			if items, _, err := v.Items(w.ctx, ItemFilter{Client: "gym"}); len(items) != 301 || err != nil {
				t.Errorf("%d items, %v", len(items), err)
			}
		})
	}
}

// inside changes views.db behind the back of everyone.
func (w *world) inside(sql string) {
	w.t.Helper()
	d, err := openDatabase(w.path())
	w.must(err)
	w.must(d.writer.Script(sql))
	w.must(d.close())
}

func TestAFileDamagedWhileItIsUsedIsMadeAnew(t *testing.T) {
	for name, notice := range map[string]func(*world, *Views){
		"a list finds it": func(w *world, v *Views) {
			if _, _, err := v.Items(w.ctx, ItemFilter{Client: "gym"}); !isDamage(err) {
				w.t.Errorf("the list says %v", err)
			}
		},
		"the projector finds it": func(w *world, v *Views) { w.payroll("gym", 10, true) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.history()
			v := w.caughtUp(Options{})
			w.must(v.database.Load().writer.Script("PRAGMA wal_checkpoint(TRUNCATE)"))
			w.must(v.database.Load().writer.Script("PRAGMA cache_size = 1"))
			info, err := os.Stat(w.path())
			w.must(err)
			garbage := make([]byte, info.Size()-8192) // all pages but the first
			for i := range garbage {
				garbage[i] = 0xa5
			}
			f, err := os.OpenFile(w.path(), os.O_RDWR, 0)
			w.must(err)
			_, err = f.WriteAt(garbage, 8192)
			w.must(errors.Join(err, f.Close()))

			notice(w, v)
			w.must(v.CatchUp(w.ctx))
			w.same(v)
			if _, _, err := v.Items(w.ctx, ItemFilter{Client: "gym"}); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestReadingBesideAServer(t *testing.T) {
	w := newWorld(t)
	if _, err := Open(w.ctx, w.path(), w.store, Options{ReadOnly: true}); !errors.Is(err, ErrNoViews) {
		t.Errorf("without a file: %v", err)
	}
	if _, err := os.Stat(w.path()); !errors.Is(err, fs.ErrNotExist) {
		t.Error("reading made a file")
	}
	server := w.caughtUp(Options{})
	reader := w.open(Options{ReadOnly: true})
	i := w.originate("gym")
	w.must(server.CatchUp(w.ctx))
	w.waitForHead(reader)
	if _, _, ok, err := reader.FindItem(w.ctx, i.item); !ok || err != nil {
		t.Errorf("the reader sees what the server projected: %t, %v", ok, err)
	}
	if err := reader.Run(w.ctx); err == nil {
		t.Error("a reader projected")
	}
	w.same(reader)
}

func TestADifferenceFromTheLogIsFound(t *testing.T) {
	for name, tt := range map[string]struct {
		sql  string
		want Difference
	}{
		"a row that was changed": {
			"UPDATE items_1 SET cents = 5 WHERE position = 2",
			Difference{"items", "2", "cents=5", "cents=1234"},
		},
		"a row that is missing": {
			"DELETE FROM clients_1",
			Difference{"clients", "gym", "", "name=Client gym odfis=231380104 suspended=0 opened_at=1795442401000000"},
		},
		"a row too many": {
			"INSERT INTO client_odfis_1 VALUES('061000146', 'gym')",
			Difference{"client_odfis", "061000146 gym", "present", ""},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.openClient("gym", ours)
			w.originate("gym")
			v := w.caughtUp(Options{})
			w.same(v)
			w.inside(tt.sql)
			first, n, err := v.Compare(w.ctx, nil)
			w.must(err)
			if n != 1 || len(first) != 1 || first[0] != tt.want {
				t.Errorf("found %d: %+v; want %+v", n, first, tt.want)
			}
		})
	}
}

// The rows that only the log has are looked for even if the number of rows is
// the same.
func TestARowUnderAnotherKeyIsTwoDifferences(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	v := w.caughtUp(Options{})
	w.inside("UPDATE client_odfis_1 SET odfi = '061000146'")
	first, n, err := v.Compare(w.ctx, nil)
	w.must(err)
	want := []Difference{{"client_odfis", "061000146 gym", "present", ""}, {"client_odfis", ours + " gym", "", "present"}}
	if n != 2 || !slices.Equal(first, want) {
		t.Errorf("found %d: %+v; want %+v", n, first, want)
	}
}

func TestViewsHoldNoSealedNumbers(t *testing.T) {
	w := newWorld(t)
	w.history()
	w.must(w.caughtUp(Options{}).Close())
	content, err := os.ReadFile(w.path())
	w.must(err)
	if len(content) < 50_000 {
		t.Fatalf("views.db has only %d bytes", len(content))
	}
	for _, secret := range []string{"sealed", "k7J8mQ2xT5vB9nW3pL6sR1dF4gH0jZyC"} {
		if bytes.Contains(content, []byte(secret)) {
			t.Errorf("views.db holds %q", secret)
		}
	}
	if info, err := os.Stat(w.path()); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("views.db is for everyone: %v", info.Mode())
	}
}
