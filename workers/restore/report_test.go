package restore

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/workers"
)

// tuesday is an ordinary banking day, early.
var tuesday = time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC) // 09:00 New York

func openTwoClients(t *testing.T) *bank {
	t.Helper()
	b := openBank(t, filepath.Join(t.TempDir(), "original"), tuesday, workers.Limits{})
	b.client(gym, "1840000017")
	b.client(diner, "1840000025")
	return b
}

func (b *bank) take(folder string) Report {
	b.t.Helper()
	report, err := b.restore().Take(b.t.Context(), folder)
	b.must(err)
	return report
}

func TestWhatWentOutAfterTheBackupDoesNotGoOutAgain(t *testing.T) {
	b := openTwoClients(t)
	b.pay(gym, wage(100))
	b.sweepAt("10:00") // a file the backup knows
	for range 3 {
		b.pay(gym, wage(194217)) // equal entries
	}
	b.pay(gym, func(p *domain.Proposal) { p.SEC, p.Addenda = "CCD", []string{"INV 4471"} })
	b.pay(gym, func(p *domain.Proposal) {
		p.SEC, p.PushPull, p.PaymentType, p.FromID = "WEB", domain.Pull, "recurring", "MEMBER 17"
	})
	b.pay(gym, func(p *domain.Proposal) { p.SEC, p.Addenda = "CTX", []string{"ISA*00*", "GS*RA*"} })
	b.pay(diner, wage(4200))
	r := b.restored()
	b.sweepAt("16:00") // two files it does not know

	report := r.take(b.outbox())
	if report.Files != 2 || report.Entries != 7 || report.Known != 1 || len(report.Unknown) != 0 {
		t.Errorf("took %s; want 2 files with 7 entries, 1 known, none unknown", report)
	}
	if n := r.waits(); n != 0 {
		t.Errorf("%d entries still wait", n)
	}
	r.holds(b.outbox(), 3, 8)

	r.pay(gym, wage(300))
	r.sweepAt("16:00")
	r.holds(r.outbox(), 4, 9) // no number is used twice
	if again := r.take(b.outbox()); again.Files != 0 || again.Known != 3 {
		t.Errorf("telling it again took %s; want nothing", again)
	}
}

func TestEntriesTheBackupDoesNotKnowAreListed(t *testing.T) {
	b := openTwoClients(t)
	b.pay(gym, wage(100))
	r := b.restored()
	b.pay(gym, wage(200))
	b.pay(diner, func(p *domain.Proposal) { p.PushPull, p.ToName, p.AmountCents = domain.Pull, "Nora Feld", 300 })
	b.sweepAt("10:00")

	report := r.take(b.outbox())
	if report.Files != 2 || report.Entries != 3 || len(report.Unknown) != 2 {
		t.Fatalf("took %s; want 2 files with 3 entries, 2 unknown", report)
	}
	for _, u := range report.Unknown {
		tx, err := r.Transaction(t.Context(), u.Client, u.TransactionID)
		if err != nil || !tx.Exists() || tx.Origination().State != domain.Filed || tx.Origination().AmountCents != u.AmountCents {
			t.Errorf("unknown entry %+v is not in the log as filed: %v", u, err)
		}
	}
	r.holds(b.outbox(), 2, 3)
}

// A person sorted the files by day. If those in the folders were passed over, their
// entries would leave again.
func TestFoldersInTheFolderAreNotPassedOver(t *testing.T) {
	b := openTwoClients(t)
	b.pay(gym, wage(100))
	r := b.restored()
	b.sweepAt("10:00")
	b.pay(gym, wage(200))
	b.sweepAt("16:00")
	names, err := os.ReadDir(b.outbox())
	b.must(err)
	sorted := filepath.Join(b.outbox(), "morning")
	b.must(os.Mkdir(sorted, 0o700))
	b.must(os.Rename(filepath.Join(b.outbox(), names[0].Name()), filepath.Join(sorted, names[0].Name())))

	report, err := r.restore().Take(t.Context(), b.outbox())
	if err == nil || !strings.Contains(err.Error(), "morning is a folder") || report.Files != 0 {
		t.Fatalf("took %s: %v", report, err)
	}
	b.must(os.Rename(filepath.Join(sorted, names[0].Name()), filepath.Join(b.outbox(), names[0].Name())))
	if report := r.take(b.outbox()); report.Files != 2 || report.Entries != 2 { // an empty folder hides nothing
		t.Errorf("took %s; want 2 files with 2 entries", report)
	}
	b.must(os.Remove(sorted))
	r.holds(b.outbox(), 2, 2)
}

func TestAFileCutBeforeTheBackupIsKnownToHaveLeft(t *testing.T) {
	b := openTwoClients(t)
	b.pay(gym, wage(100))
	b.sweepAt("10:00")
	all := readAll(t, b)
	for n, e := range all {
		if e.Type != (domain.FileRendered{}).Type() && e.Type != (domain.FileCut{}).Type() {
			continue
		}
		r := b.restoredAt(all[:n+1])
		if report := r.take(b.outbox()); report.Known != 1 || report.Files != 0 {
			t.Errorf("behind %s: took %s; want one known file", e.Type, report)
		}
		r.must(r.views.CatchUp(t.Context()))
		if files, _, err := r.views.Files(t.Context(), fileFilter); err != nil || len(files) != 1 || files[0].State != domain.FileIsDelivered || len(files[0].SHA256) == 0 {
			t.Errorf("behind %s: the files are %+v, %v; want one delivered, with its hash", e.Type, files, err)
		}
		r.holds(b.outbox(), 1, 1)
	}
}

func TestAStopHalfWayIsTakenUpAgain(t *testing.T) {
	b := openTwoClients(t)
	for n := range 3 * perAppend {
		b.pay(gym, wage(int64(100+n%7)))
	}
	r := b.restored()
	b.pay(gym, wage(999))
	b.sweepAt("10:00")
	for stop := 1; ; stop++ {
		whole := r.Store
		r.Store = &stopping{Store: whole, left: 1}
		_, err := r.restore().Take(t.Context(), b.outbox())
		r.Store = whole
		if err == nil {
			break
		}
		if !errors.Is(err, errStopped) || stop > 10 {
			t.Fatalf("stop %d: %v", stop, err)
		}
	}
	if n := r.waits(); n != 0 {
		t.Errorf("%d entries still wait", n)
	}
	r.holds(b.outbox(), 1, 3*perAppend+1)
}

func TestNothingIsWrittenForAFolderThatCannotBeRight(t *testing.T) {
	b := openTwoClients(t)
	b.pay(gym, wage(100))
	b.pay(gym, wage(200))
	r := b.restored()
	b.sweepAt("10:00")
	content := b.sent()
	before, err := r.Store.Head(t.Context())
	b.must(err)
	for name, tt := range map[string]struct{ content, says string }{
		"half a file":        {string(content[:300]), "not a whole NACHA file"},
		"encrypted":          {"-----BEGIN PGP MESSAGE-----\n", "is encrypted for the bank"},
		"a changed amount":   {strings.Replace(string(content), "0000000100", "0000000101", 1), "not a whole NACHA file"},
		"no file of the two": {"", "holds no file of ODFI"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if tt.content != "" {
				b.must(os.WriteFile(filepath.Join(folder, "file.ach"), []byte(tt.content), 0o600))
			}
			_, err := r.restore().Take(t.Context(), folder)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want an error that says %q", err, tt.says)
			}
			if head, err := r.Store.Head(t.Context()); err != nil || head != before {
				t.Errorf("the log moved from %d to %d", before.Position, head.Position)
			}
		})
	}
	other := r.restore()
	other.ODFI = "091000019"
	report, err := other.Take(t.Context(), b.outbox())
	if err == nil || report.Others != 1 {
		t.Errorf("for another ODFI took %s, %v; want an error, one file of others", report, err)
	}
}

func TestTheNewRoundComesAfterTheHighNumbersOfItsDay(t *testing.T) {
	made := func(day, sequence string) *file {
		f := &file{path: day + " " + sequence, entries: make([]scanned, 1)}
		f.summary.Header.CreatedOn, f.entries[0].Trace = day, odfi[:8]+sequence
		return f
	}
	files := []*file{
		made("261125", "0000400"), made("261124", "0000001"), made("261124", "9999100"), made("261123", "9990000"), made("261124", "9998000"),
	}
	inOrder(files)
	var got []string
	for _, f := range files {
		got = append(got, f.path)
	}
	want := "261123 9990000, 261124 9998000, 261124 9999100, 261124 0000001, 261125 0000400"
	if strings.Join(got, ", ") != want {
		t.Errorf("the order is %s; want %s", strings.Join(got, ", "), want)
	}
}

// stopping is a store that fails after some appends.
type stopping struct {
	eventstore.Store
	left int
}

var errStopped = errors.New("stopped")

func (s *stopping) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	if s.left--; s.left < 0 {
		return eventstore.Result{}, errStopped
	}
	return s.Store.Append(ctx, appends...)
}

// Earlier releases sent entries of a client's own file that repeat the account
// number.
func TestANumberThatAnUnknownEntryRepeatsIsMaskedInTheLog(t *testing.T) {
	b := openTwoClients(t)
	r := b.restored()
	b.pay(gym, func(p *domain.Proposal) { p.ToID = "EMPLOYEE 17" })
	b.sweepAt("10:00")
	paths, err := filepath.Glob(filepath.Join(b.outbox(), "*.ach"))
	b.must(err)
	content, err := os.ReadFile(paths[0])
	b.must(err)
	content = []byte(strings.Replace(string(content), "EMPLOYEE 17", "30488174411", 1))
	b.must(os.WriteFile(paths[0], content, 0o600))

	if report := r.take(b.outbox()); len(report.Unknown) != 1 {
		t.Fatalf("took %s; want one unknown entry", report)
	}
	for _, e := range readAll(t, r) {
		if strings.Contains(string(e.Data), "30488174411") {
			t.Errorf("%s has the number: %s", e.Type, e.Data)
		}
	}
	r.holds(b.outbox(), 1, 1) // rendered as it left
}

// A folder that was gathered from several places may have a file twice.
func TestAFileThatIsTwiceInTheFolderIsTakenOnce(t *testing.T) {
	b := openTwoClients(t)
	r := b.restored()
	b.pay(gym, wage(100)) // the backup does not know it
	b.sweepAt("10:00")
	content := b.sent()
	crlf := strings.ReplaceAll(string(content), "\n", "\r\n")
	b.must(os.WriteFile(filepath.Join(b.outbox(), "copy.ach"), []byte(crlf), 0o600))
	b.must(os.WriteFile(filepath.Join(b.outbox(), "same.ach"), content, 0o600))

	if report := r.take(b.outbox()); report.Files != 1 || report.Entries != 1 || len(report.Unknown) != 1 {
		t.Errorf("took %s; want one file with one entry", report)
	}

	other := openTwoClients(t)
	dated := strings.Replace(string(content), "261125", "261127", 1)
	if dated == string(content) {
		t.Fatal("the file has another effective entry date")
	}
	b.must(os.WriteFile(filepath.Join(b.outbox(), "copy.ach"), []byte(dated), 0o600))
	if _, err := other.restore().Take(t.Context(), b.outbox()); err == nil || !strings.Contains(err.Error(), "different files of one origin") {
		t.Errorf("of two that differ it says %v", err)
	}
	if files, _, err := other.views.Files(t.Context(), fileFilter); err != nil || len(files) != 0 {
		t.Errorf("it took %+v, %v", files, err)
	}
}
