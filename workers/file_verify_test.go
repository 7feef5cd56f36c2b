package workers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/workers/kept"
)

// forged is a file that is written past all rules: it holds items that it should
// not, or bears numbers that are another's.
type forged struct {
	id       string
	entries  []domain.TransactionFiled // of transactions in the same place of ids
	ids      []string
	versions []int64
	batch    domain.FileBatch
	cut      domain.FileCut
}

// forgery is a file with transactions as they are in the log, under trace numbers
// and a modifier that no file has, and otherwise as another file is.
func (b *bank) forgery(like domain.File, ids ...string) forged {
	b.t.Helper()
	f := forged{id: "forged", ids: ids, batch: like.Batches[0], cut: domain.FileCut{CreatedOn: "261120", CreatedAt: "1431", Modifier: "B", Totals: like.Cut.Totals}}
	for i, id := range ids {
		t, err := b.Transaction(b.t.Context(), gym, id)
		must(b.t, err)
		f.entries = append(f.entries, domain.TransactionFiled{ItemID: itemOf(id), Trace: fmt.Sprintf("%s%07d", ourBank[:8], 9+i)})
		f.versions = append(f.versions, t.Version)
	}
	return f
}

func (b *bank) forge(f forged) {
	b.t.Helper()
	ctx := b.t.Context()
	c, err := b.Ledger.Client(ctx, gym)
	must(b.t, err)
	traces, err := b.Traces(ctx, ourBank[:8])
	must(b.t, err)
	changes := []ledger.Change{
		{Stream: domain.FileStream(f.id), Client: gym, Events: []domain.Event{
			domain.FileOpened{FileID: f.id, Client: gym, ODFI: ourBank, Why: domain.WhyWindow, Settings: c.Settings.File, Method: domain.ToOutbox},
			domain.FileFilled{Count: len(f.entries), Batches: []domain.FileBatch{f.batch}},
		}},
		{Stream: domain.TraceStream(ourBank[:8]), Client: domain.LedgerClient, Expect: traces.Version,
			Events: []domain.Event{domain.TracesTaken{First: 9, Last: 9, On: "2026-11-20"}}},
	}
	for i, e := range f.entries {
		e.File, e.Batch = f.id, 1
		changes = append(changes, ledger.Change{
			Stream: domain.TransactionStream(gym, f.ids[i]), Client: gym, Expect: f.versions[i], Events: []domain.Event{e},
		})
	}
	changes = append(changes, ledger.Change{Stream: domain.FileStream(f.id), Client: gym, Expect: 2, Events: []domain.Event{f.cut}})
	_, err = b.Write(ctx, changes...)
	must(b.t, err)
}

// verified verifies the files, and what else v names.
func (b *bank) verified(v Verification) Verified {
	b.t.Helper()
	v.Ledger, v.Kept = b.Ledger, kept.Folder(filepath.Join(b.folder, "files"))
	found, err := VerifyFiles(context.Background(), v)
	must(b.t, err)
	return found
}

func (b *bank) problems() []string { return b.verified(Verification{Outbox: b.outbox()}).Problems }

func flip(t *testing.T, path string, at int) {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	content[at] ^= 1
	must(t, os.WriteFile(path, content, 0o600))
}

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		damage func(b *bank, f domain.File, ids []string)
		says   string
	}{
		"a byte of a delivered file": {func(b *bank, f domain.File, _ []string) {
			flip(b.t.(*testing.T), b.final(f), 700)
		}, "file in the outbox"},
		"a byte of the sealed copy": {func(b *bank, f domain.File, _ []string) {
			flip(b.t.(*testing.T), filepath.Join(b.folder, "files", outFolder, f.ID), 700)
		}, "sealed copy"},
		"a sealed copy cut short": {func(b *bank, f domain.File, _ []string) {
			must(b.t, os.Truncate(filepath.Join(b.folder, "files", outFolder, f.ID), 100))
		}, "sealed copy"},
		"an entry in two files": {func(b *bank, f domain.File, ids []string) {
			b.forge(b.forgery(f, ids[0]))
		}, "was filed while it was filed"},
		"a recalled entry in a file": {func(b *bank, f domain.File, _ []string) {
			id := b.post(gym, pull(9))
			must(b.t, b.recall(gym, id))
			b.forge(b.forgery(f, id))
		}, "was filed while it was recalled"},
		"a trace number used twice": {func(b *bank, f domain.File, _ []string) {
			twice := b.forgery(f, b.post(gym, pull(9)))
			twice.entries[0].Trace = ourBank[:8] + "0000002"
			b.forge(twice)
		}, "trace numbers of 23138010 on 261120 from 231380100000002 on"},
		"a modifier used twice": {func(b *bank, f domain.File, _ []string) {
			twice := b.forgery(f, b.post(gym, pull(9)))
			twice.cut = *f.Cut
			b.forge(twice)
		}, "origin, date, time and modifier"},
		"an entry that names a file it is not in": {func(b *bank, _ domain.File, _ []string) {
			id := b.post(gym, pull(9))
			b.write(domain.TransactionStream(gym, id), gym, 1,
				domain.TransactionFiled{ItemID: itemOf(id), File: "nowhere", Batch: 1, Trace: ourBank[:8] + "0000009"})
		}, "some belong to no file"},
		"a file rendered with another hash": {func(b *bank, f domain.File, _ []string) {
			b.write(domain.FileStream(f.ID), gym, f.Version, domain.FileRendered{Name: f.Rendered.Name, SHA256: make([]byte, 32), Size: f.Rendered.Size})
		}, "rendered again it is not what was rendered before"},
		"an account that changed after it was sealed": {func(b *bank, f domain.File, _ []string) {
			id := b.post(gym, pull(9))
			tx, err := b.Transaction(b.t.Context(), gym, id)
			must(b.t, err)
			account := tx.Account
			account.Sealed = append([]byte(nil), account.Sealed...)
			account.Sealed[len(account.Sealed)-1] ^= 1
			b.write(domain.TransactionStream(gym, id), gym, 1, domain.TransactionAccountChanged{Routing: theirBank, AccountType: domain.Checking, Account: account})
			b.forge(b.forgery(f, id))
			b.write(domain.FileStream("forged"), gym, 3, domain.FileRendered{Name: "x"})
		}, "open an account"},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			ids := b.posts(gym, 3)
			b.sweepAt("2026-11-20 14:30")
			f := b.onlyFile()
			if p := b.problems(); len(p) != 0 {
				t.Fatalf("before anything is wrong: %v", p)
			}
			tt.damage(b, f, ids)
			if p := strings.Join(b.problems(), "\n"); !strings.Contains(p, tt.says) {
				t.Errorf("verify says %q, want %q", p, tt.says)
			}
		})
	}
}

func TestEntriesOfTwoCompaniesInOneBatchAreNeverReleased(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 1)
	b.sweepAt("2026-11-20 14:30")
	good := b.onlyFile()
	one, other := b.post(gym, pull(8)), b.post(gym, pull(9, func(p *domain.Proposal) { p.FromName = "YOGA" }))
	both := b.forgery(good, one, other)
	both.cut.Totals.Add(good.Cut.Totals)
	both.cut.Totals.Batches = 1
	b.forge(both)
	if err := b.delivery.Deliver(t.Context(), "forged"); err == nil || !strings.Contains(err.Error(), "does not belong in batch") {
		t.Errorf("delivering it says %v", err)
	}
}

func TestAFileTakenFromTheOutboxIsNoProblem(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 3)
	b.sweepAt("2026-11-20 14:30")
	must(t, os.Remove(b.final(b.onlyFile())))
	b.verify()
}

// The sums are made while the entries are read, also of a file that was never
// rendered.
func TestVerifyAddsUpWhatIsFiled(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 3)
	b.sweepAt("2026-11-20 14:30")
	f := b.onlyFile()
	id := b.post(gym, pull(9))
	b.forge(b.forgery(f, id))
	v := b.verified(Verification{})
	cut := Sum{Entries: f.Cut.Totals.Entries, DebitCents: f.Cut.Totals.DebitCents, CreditCents: f.Cut.Totals.CreditCents}
	tx, err := b.Transaction(t.Context(), gym, id)
	must(t, err)
	want := []FileSum{
		{ID: f.ID, Cut: cut, Filed: cut},
		{ID: "forged", Cut: cut, Filed: Sum{Entries: 1, DebitCents: tx.Originated.Proposal.AmountCents}},
	}
	if !slices.Equal(v.Sums, want) || cut.Entries != 3 || cut.DebitCents == 0 {
		t.Errorf("the sums are %+v, want %+v", v.Sums, want)
	}
}

// The files are the longer half of the check: whoever waits for it sees them pass too.
func TestVerifyTellsHowFarItIsThroughTheLogAndThroughTheFiles(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 3)
	b.sweepAt("2026-11-20 14:30")
	var told []string
	b.verified(Verification{Progress: func(done, total int64) { told = append(told, fmt.Sprintf("%d/%d", done, total)) }})
	head, err := b.Store.Head(t.Context())
	must(t, err)
	if want := []string{fmt.Sprintf("%d/%[1]d", head.Position), "3/3"}; !slices.Equal(told, want) {
		t.Errorf("it told %v, want %v", told, want)
	}
}

func TestWithADestroyedKeyAFileIsNotCheckable(t *testing.T) {
	b := openBank(t)
	b.posts(gym, 3)
	b.sweepAt("2026-11-20 14:30")
	must(t, b.Keys.(*seal.Keyring).Destroy(gym))
	v := b.verified(Verification{NotCheckable: seal.NotCheckable})
	if len(v.NotCheckable) != 1 || len(v.Problems) != 0 {
		t.Errorf("verify finds %+v", v)
	}
}

func TestAFileThatDoesNotSayWhatTheLogSaysIsNeverReleased(t *testing.T) {
	for name, tt := range map[string]func(*forged){
		"its totals are wrong":              func(f *forged) { f.cut.Totals.DebitCents++ },
		"its batch says another company":    func(f *forged) { f.batch.CompanyName = "MASKED" },
		"its class does not fit":            func(f *forged) { f.batch.ServiceClass = 220 },
		"its trace is another bank's":       func(f *forged) { f.entries[0].Trace = "111111110000009" },
		"its batch number is not its place": func(f *forged) { f.batch.Number = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			b.posts(gym, 1)
			b.sweepAt("2026-11-20 14:30")
			good := b.onlyFile()
			f := b.forgery(good, b.post(gym, pull(9)))
			tt(&f)
			b.forge(f)
			if err := b.delivery.Deliver(t.Context(), "forged"); err == nil {
				t.Error("it was delivered")
			}
			file, err := b.Ledger.File(t.Context(), "forged")
			must(t, err)
			if file.State != domain.FileIsCut || len(b.sent()) != 1 {
				t.Errorf("it is %s, the outbox holds %v", file.State, b.sent())
			}
		})
	}
	t.Run("and what is as it should be leaves", func(t *testing.T) {
		b := openBank(t)
		b.posts(gym, 1)
		b.sweepAt("2026-11-20 14:30")
		b.forge(b.forgery(b.onlyFile(), b.post(gym, pull(9))))
		must(t, b.delivery.Deliver(t.Context(), "forged"))
	})
}

func TestTheSealedCopyShowsNoAccountNumber(t *testing.T) {
	b := openBank(t)
	b.eight()
	b.sweepAt("2026-11-20 14:30")
	f := b.onlyFile()
	if !strings.Contains(b.bytes(f), "77000001") {
		t.Fatal("the file for the bank lacks the account number")
	}
	sealed, err := os.ReadFile(filepath.Join(b.folder, "files", outFolder, f.ID))
	must(t, err)
	if strings.Contains(string(sealed), "77000001") || strings.Contains(string(sealed), "HARBOR") {
		t.Error("the kept copy can be read")
	}
	must(t, b.files.keep(gym, outFolder, f.ID, []byte("another file")))
	if _, err := b.files.Bytes(t.Context(), f.ID); err == nil || !strings.Contains(err.Error(), "not what was rendered") {
		t.Errorf("with another file in its place: %v", err)
	}
	must(t, os.Remove(filepath.Join(b.folder, "files", outFolder, f.ID)))
	again, err := b.files.Bytes(t.Context(), f.ID) // rendered again, should it be lost
	must(t, err)
	if string(again) != b.bytes(f) {
		t.Error("rendered again it is another file")
	}
	if _, err := b.files.Bytes(t.Context(), "no-such-file"); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("a file that does not exist: %v", err)
	}
}

func TestAKeptFileIsSealedInChunksThatCannotBeMoved(t *testing.T) {
	b := openBank(t)
	const whole = 1 << 20
	for _, size := range []int{0, 1, whole - 1, whole, whole + 1, 3*whole + 5} {
		content := make([]byte, size)
		for i := range content {
			content[i] = byte(i * 7)
		}
		must(t, b.files.keep(gym, inFolder, "f", content))
		got, err := b.files.kept(gym, inFolder, "f")
		if err != nil || string(got) != string(content) {
			t.Errorf("%d bytes came back as %d, %v", size, len(got), err)
		}
	}
	// Cut off behind a whole chunk, and under another name.
	path := filepath.Join(b.folder, "files", inFolder, "f")
	sealed, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(b.folder, "files", inFolder, "g"), sealed, 0o600))
	if _, err := b.files.kept(gym, inFolder, "g"); !errors.Is(err, seal.ErrNotAuthentic) {
		t.Errorf("under another name: %v", err)
	}
	chunk := len(sealed) / 3 // the first of three whole ones ends before
	for cut := chunk - 200; cut < chunk+200; cut++ {
		must(t, os.WriteFile(path, sealed[:cut], 0o600))
		if _, err := b.files.kept(gym, inFolder, "f"); err == nil {
			t.Fatalf("cut off after %d bytes it was taken for whole", cut)
		}
	}
}
