package node_test

import (
	"bytes"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/workers/verify"
)

// init sets the functions that check a folder as the verify command does, with only
// what this package exports.
func init() {
	node.VerifyReport = func(t testing.TB, f folder.Folder) (bool, string) {
		t.Helper()
		r, err := node.OpenReader(t.Context(), f)
		return reportOf(t, r, err)
	}
	node.VerifyNode = func(t *testing.T, f folder.Folder, store, outbox string) (bool, string) {
		t.Helper()
		r, err := node.OpenDatabaseReader(t.Context(), f, store, outbox)
		return reportOf(t, r, err)
	}
	node.VerifyFolder = func(t testing.TB, f folder.Folder) {
		t.Helper()
		if ok, report := node.VerifyReport(t, f); !ok {
			t.Errorf("verify:\n%s", report)
		}
	}
}

func reportOf(t testing.TB, r *node.Reader, err error) (bool, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var report bytes.Buffer
	silent := func(string) (verify.Progress, func()) { return func(int64, int64) {}, func() {} }
	ok, err := r.Subject().Report(t.Context(), &report, silent)
	if err != nil {
		t.Fatal(err)
	}
	return ok, report.String()
}
