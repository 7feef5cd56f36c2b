package restore

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/projections"
)

var fileFilter = projections.FileFilter{}

// copyKeys copies the whole keyring, its master key included.
func copyKeys(from, to string) error {
	return os.CopyFS(filepath.Join(to, "keys"), os.DirFS(filepath.Join(from, "keys")))
}

func readAll(t *testing.T, b *bank) []eventstore.Recorded {
	t.Helper()
	events, err := b.Store.ReadAll(t.Context(), 0, 100_000)
	b.must(err)
	return events
}

// restoredAt returns what a backup contains that was made when the log had
// these events. Events of one append stay together.
func (b *bank) restoredAt(events []eventstore.Recorded) *bank {
	b.t.Helper()
	to := filepath.Join(b.t.TempDir(), "restored")
	b.must(copyKeys(b.folder, to))
	store, err := sqlite.Open(to, sqlite.Options{Linger: -1})
	b.must(err)
	versions := map[string]int64{}
	for _, e := range events {
		_, err := store.Append(b.t.Context(), eventstore.Append{
			Stream: e.Stream, Client: e.Client, Expect: versions[e.Stream], Events: []eventstore.New{{Type: e.Type, Data: e.Data, Meta: e.Meta}},
		})
		b.must(err)
		versions[e.Stream] = e.Version
	}
	b.must(store.Close())
	return openBank(b.t, to, b.now, b.limits)
}
