package node

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
	"github.com/achledger/achledger/workers/verify"
)

// testdata/folders has a folder of each release after which the format of folders
// changed, made by that release's random walk over every surface. When the format
// changes again, add a folder of the last release (CONTRIBUTING).
func TestTheFolderOfEveryEarlierReleaseOpens(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("testdata/folders/*.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	kept, now := map[int64]bool{}, int64(0) // versions of the log's schema
	for _, archive := range folders {
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".tar.gz"), func(t *testing.T) {
			f := folder.Folder(filepath.Join(t.TempDir(), "data"))
			if out, err := exec.Command("sh", "-c", `mkdir -m 700 "$1" && tar -C "$1" -xzf "$0"`, archive, string(f)).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			kept[schemaOf(t, f)] = true
			r := restored(t, f)
			var list struct {
				Data []struct{ TransactionID, Client string }
			}
			r.must(200, r.ops, "GET", "/v1/ops/transactions", nil, &list)
			if len(list.Data) < 50 {
				t.Errorf("it shows %d transactions", len(list.Data))
			}
			var files struct{ Data []struct{ ID string } }
			r.must(200, r.ops, "GET", "/v1/ops/files", nil, &files)
			for _, file := range files.Data {
				r.must(200, r.ops, "GET", "/v1/ops/files/"+file.ID, nil, nil)
			}
			_, gym := r.client("Harbor Laundry")
			if status, _ := r.pay(gym); status != 201 {
				t.Errorf("a payment is answered %d", status)
			}
			r.noError(r.stop())
			now = schemaOf(t, f)
			var said bytes.Buffer
			reader, err := OpenReader(t.Context(), f)
			r.noError(err)
			defer reader.Close()
			ok, err := reader.Subject().Report(t.Context(), &said, func(string) (verify.Progress, func()) { return func(int64, int64) {}, func() {} })
			if err != nil || !ok {
				t.Errorf("verify: %v\n%s", err, &said)
			}
		})
	}
	for version := range now {
		if version > 0 && !kept[version] {
			t.Errorf("no folder has schema version %d of the log: keep one of the last release that made it (CONTRIBUTING)", version)
		}
	}
}

// schemaOf is the version of the schema of a folder's log.
func schemaOf(t *testing.T, f folder.Folder) int64 {
	t.Helper()
	c, err := conn.OpenReader(f.Log())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	row, err := c.Row("SELECT version FROM schema_version")
	if err != nil {
		t.Fatal(err)
	}
	return row[0].(int64)
}

// keep stops the server and archives its folder, without the parts that a later
// release makes again.
func (w *walk) keep(archive string) {
	w.t.Helper()
	w.noError(w.stop())
	out, err := exec.Command("tar", "-C", string(w.folder), "--sort=name", "--owner=0", "--group=0", "--numeric-owner",
		"--exclude=./nats", "--exclude=./ledger.lock", "--exclude=./spool", "--exclude=./control.sock", "-czf", archive, ".").CombinedOutput()
	if err != nil {
		w.t.Fatalf("%v: %s", err, out)
	}
}
