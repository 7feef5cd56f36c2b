package node

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/workers/kept"
)

// inventory lists all that a ledger has beside its events: rows of tables, wrapped
// keys and kept files, each with its bytes.
func inventory(t *testing.T, source eventstore.Source, wraps seal.Wraps, files listed) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, table := range eventstore.BesideEvents {
		must(t, source.EachRow(t.Context(), table, func(row []any) error {
			all[fmt.Sprintf("%s %v", table.Name, row)] = true
			return nil
		}))
	}
	clients, err := wraps.Clients()
	must(t, err)
	for _, client := range clients {
		content, err := wraps.Read(client)
		must(t, err)
		all["key "+client+" "+string(content)] = true
	}
	names, err := files.List(t.Context())
	must(t, err)
	for _, name := range names {
		file, err := files.Open(name[0], name[1])
		must(t, err)
		content, err := io.ReadAll(file)
		must(t, err)
		must(t, file.Close())
		all["file "+name[0]+"/"+name[1]+" "+string(content)] = true
	}
	return all
}

func folderInventory(t *testing.T, f folder.Folder) map[string]bool {
	t.Helper()
	s, err := sqlite.Open(string(f), sqlite.Options{ReadOnly: true})
	must(t, err)
	defer s.Close()
	wraps, err := seal.FolderWraps(f.Keys())
	must(t, err)
	return inventory(t, s, wraps, kept.Folder(f.Kept()))
}

func sameThings(t *testing.T, where string, got, want map[string]bool) {
	t.Helper()
	short := func(s string) string { return fmt.Sprintf("%.80q", s) }
	for thing := range want {
		if !got[thing] {
			t.Errorf("%s lacks %s", where, short(thing))
		}
	}
	for thing := range got {
		if !want[thing] {
			t.Errorf("%s has %s", where, short(thing))
		}
	}
}

func TestAMovedLedgerHasAllThatItHadByteForByte(t *testing.T) {
	t.Parallel()
	m := newMoving(t)
	// Kept files: an encrypted copy of a sent file, a file of the bank, a long file and
	// an empty one. An unfinished file is not copied.
	files, err := kept.Open(m.data.Kept())
	must(t, err)
	long := make([]byte, 3<<20)
	for i := range long {
		long[i] = byte(i * i >> 7)
	}
	for name, content := range map[string][]byte{"out/01.ach.pgp": []byte("-----BEGIN"), "in/01": long, "in/02": nil} {
		k, err := files.Keep(filepath.Dir(name))
		must(t, err)
		_, err = k.Write(content)
		must(t, err)
		must(t, k.Commit(filepath.Base(name)))
	}
	was := folderInventory(t, m.data)
	// All that lies under files/ is in the inventory.
	entries, err := filepath.Glob(filepath.Join(m.data.Kept(), "*", "*"))
	must(t, err)
	n := 0
	for thing := range was {
		if thing[:5] == "file " {
			n++
		}
	}
	if n != len(entries) || n < 4 {
		t.Errorf("%d of %d kept files are listed", n, len(entries))
	}
	must(t, os.WriteFile(filepath.Join(m.data.Kept(), "in", ".incoming-x"), []byte("half"), 0o600))

	_, err = m.copy(t.Context(), nil)
	must(t, err)
	s, err := postgres.Open(t.Context(), postgres.Options{URL: m.database.URL(postgrestest.Role, m.name), ReadOnly: true})
	must(t, err)
	sameThings(t, "the database", inventory(t, s, s.Wraps(), s.Kept()), was)
	must(t, s.Close())

	back := newFolder(t, m.data)
	_, err = m.copy(t.Context(), func(o *StoreCopy) { o.Folder, o.ToStore = back, false })
	must(t, err)
	sameThings(t, "the folder", folderInventory(t, back), was)
}
