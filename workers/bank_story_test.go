package workers

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/workers/remote/remotetest"
)

// A bank that closes at 17:00 and wants credits two banking days ahead, files
// named by its template and encrypted, on a server that shows nothing: an entry
// of Thursday, 17:30, is dated Tuesday, with the reason, and what the bank has
// its gpg reads.
func TestABankGetsItsFilesAsItsContractSays(t *testing.T) {
	b, s := openBank(t), remotetest.New(t)
	b.setUp(s.Settings)
	s.WriteOnly.Store(true)
	profile := closesAtFive()
	profile.WriteOnly, profile.FileName = true, "LANTERN_{origin}_{date}_{sequence}.ach.pgp"
	they := encrypting(t, b, profile)
	b.clock.Set(at("2026-11-19 17:30"))
	b.posts(gym, 1, push)
	b.sweepAt("2026-11-19 22:30")

	f := b.onlyFile()
	if got := datesOf(f); !slices.Equal(got, []string{"261124"}) {
		t.Errorf("dated %v, want Tuesday the 24th", got)
	}
	if why := f.Batches[0].DatedBy; !strings.Contains(why, "until 17:00 on 2026-11-20, and a credit settles 2 banking days later") {
		t.Errorf("it says %q", why)
	}
	if got := s.Names("outbound"); !slices.Equal(got, []string{"LANTERN_231380104_20261119_001.ach.pgp"}) || s.Peeks.Load() > 0 {
		t.Fatalf("the bank has %v and was asked %d times", got, s.Peeks.Load())
	}
	have, err := os.ReadFile(filepath.Join(s.Dir, "outbound", f.Name()))
	must(t, err)
	b.decrypts(they, have)
}
