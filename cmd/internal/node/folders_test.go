package node

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/workers/verify"
)

// A folder of each release before which something of a folder's shape changed,
// made by that release's random walk over every surface. When the shape changes
// again, the last release's folder joins them (CONTRIBUTING).
func TestTheFolderOfEveryEarlierReleaseOpens(t *testing.T) {
	folders, err := filepath.Glob("testdata/folders/*.tar.gz")
	if err != nil || len(folders) < 2 {
		t.Fatalf("folders: %v, %v", folders, err)
	}
	for _, archive := range folders {
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".tar.gz"), func(t *testing.T) {
			f := folder.Folder(filepath.Join(t.TempDir(), "data"))
			if out, err := exec.Command("sh", "-c", `mkdir -m 700 "$1" && tar -C "$1" -xzf "$0"`, archive, string(f)).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
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
}

// keep stops the server and makes an archive of its folder, without what a
// later release makes anew anyway.
func (w *walk) keep(archive string) {
	w.t.Helper()
	w.noError(w.stop())
	out, err := exec.Command("tar", "-C", string(w.folder), "--sort=name", "--owner=0", "--group=0", "--numeric-owner",
		"--exclude=./nats", "--exclude=./ledger.lock", "--exclude=./spool", "--exclude=./control.sock", "-czf", archive, ".").CombinedOutput()
	if err != nil {
		w.t.Fatalf("%v: %s", err, out)
	}
}
