package restore

import (
	"maps"
	"path/filepath"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers"
)

// ownFile makes a NACHA file of a client.
func ownFile(b *bank, company string, entries ...nacha.Entry) []byte {
	b.t.Helper()
	content, err := nacha.Render(nacha.File{
		Header: nacha.FileHeader{
			ImmediateDestination: "061000146", ImmediateDestinationName: "FEDERAL RESERVE BANK",
			ImmediateOrigin: odfi, ImmediateOriginName: "OTHER NAME", CreatedOn: "261124", CreatedAt: "0900", Modifier: "A",
		},
		Batches: ownBatches(b, company, entries...),
	}, "\n")
	b.must(err)
	return content
}

// ownBatches returns the only batch of such a file.
func ownBatches(b *bank, company string, entries ...nacha.Entry) []nacha.Batch {
	for n := range entries {
		entries[n].Code, entries[n].Routing, entries[n].Account = 22, "121042882", "30488174411"
		entries[n].Trace = odfi[:8] + "000000" + string(rune('1'+n))
	}
	return []nacha.Batch{{Header: nacha.BatchHeader{
		ServiceClass: 220, CompanyName: "HARBOR", CompanyID: company, SEC: "PPD", Description: "PAYROLL", OriginatorStatus: "1",
		ODFI: odfi[:8], Number: 1, EffectiveOn: calendar.Effective(b.now, calendar.Request{}).EffectiveOn.YYMMDD(),
	}, Entries: entries}}
}

// upload uploads a file, and stops after so many appends.
func (b *bank) upload(client string, content []byte, appends int) (workers.OrderedFile, error) {
	b.t.Helper()
	whole := b.Store
	b.Store = &stopping{Store: whole, left: appends}
	defer func() { b.Store = whole }()
	return b.uploads.Upload(b.t.Context(), client, content, workers.Request{})
}

func TestAnUploadThatTheBackupHasOpenIsFinishedAsItWentOut(t *testing.T) {
	for name, appends := range map[string]int{"without an entry": 1, "with some entries": 3, "with all entries": 4} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t, filepath.Join(t.TempDir(), "original"), tuesday, workers.Limits{AppendEvents: 4})
			b.client(gym, "1840000017")
			content := ownFile(b, "1840000017", nacha.Entry{AmountCents: 1, Name: "A"}, nacha.Entry{AmountCents: 2, Name: "B"},
				nacha.Entry{AmountCents: 2, Name: "B"}, nacha.Entry{AmountCents: 4, Name: "D"}, nacha.Entry{AmountCents: 5, Name: "E"}, nacha.Entry{AmountCents: 6, Name: "F"})
			if _, err := b.upload(gym, content, appends); err == nil && appends < 4 {
				t.Fatal("it did not stop")
			}
			r := b.restored()
			b.sweepAt("10:00")
			answer, err := b.upload(gym, content, 9)
			b.must(err)

			report := r.take(b.outbox())
			if report.Files+report.Known != 1 || len(report.Unknown) != 0 {
				t.Errorf("took %s, want one file, none unknown", report)
			}
			again, err := r.upload(gym, content, 9)
			b.must(err)
			if !again.Replayed || again.FileID != answer.FileID || again.Transactions[5] != answer.Transactions[5] {
				t.Errorf("sent in again it is %+v, want the answer %+v", again, answer)
			}
			r.holds(b.outbox(), 1, 6)
			r.quiet()
		})
	}
}

// Operations released the upload after the backup, and its entries left in a
// file of their own.
func TestAnUploadThatTheBackupHasOpenAndThatWasTakenBackDoesNotLeaveAgain(t *testing.T) {
	for name, appends := range map[string]int{"without an entry": 1, "with some entries": 3} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t, filepath.Join(t.TempDir(), "original"), tuesday, workers.Limits{AppendEvents: 4})
			b.client(gym, "1840000017")
			content := ownFile(b, "1840000017", nacha.Entry{AmountCents: 1, Name: "A"}, nacha.Entry{AmountCents: 2, Name: "B"},
				nacha.Entry{AmountCents: 3, Name: "C"}, nacha.Entry{AmountCents: 4, Name: "D"}, nacha.Entry{AmountCents: 5, Name: "E"}, nacha.Entry{AmountCents: 6, Name: "F"})
			if _, err := b.upload(gym, content, appends); err == nil {
				t.Fatal("it did not stop")
			}
			r := b.restored()
			answer, err := b.upload(gym, content, 9)
			b.must(err)
			b.must(b.files.TakeBack(t.Context(), answer.FileID, "wrong"))
			b.sweepAt("16:00")

			report := r.take(b.outbox())
			if report.Files != 1 || len(report.Unknown) != 0 {
				t.Errorf("took %s, want one file, none unknown", report)
			}
			again, err := r.upload(gym, content, 9)
			if err != nil || again.FileID != answer.FileID || again.Entries != 6 || again.CreditCents != 21 ||
				again.Transactions[5] != answer.Transactions[5] {
				t.Errorf("sent in again it is %+v, %v", again, err)
			}
			r.quiet()
		})
	}
}

// The file is cut after the restore only to be released. If it had the name of
// a file that went out, that file would be taken for the released one and
// refused.
func TestAFileThatIsCutToBeReleasedBearsNoNameOfOneThatWentOut(t *testing.T) {
	b := openBank(t, filepath.Join(t.TempDir(), "original"), tuesday, workers.Limits{AppendEvents: 4})
	b.client(gym, "1840000017")
	content := ownFile(b, "1840000017", nacha.Entry{AmountCents: 1, Name: "A"}, nacha.Entry{AmountCents: 2, Name: "B"}, nacha.Entry{AmountCents: 3, Name: "C"},
		nacha.Entry{AmountCents: 4, Name: "D"}, nacha.Entry{AmountCents: 5, Name: "E"}, nacha.Entry{AmountCents: 6, Name: "F"})
	if _, err := b.upload(gym, content, 3); err == nil {
		t.Fatal("it did not stop")
	}
	r := b.restored()
	answer, err := b.upload(gym, content, 9)
	b.must(err)
	b.must(b.files.TakeBack(t.Context(), answer.FileID, "wrong"))
	b.now = b.now.AddDate(0, 0, 1)
	b.sweepAt("10:00") // this file has the first modifier of the day

	r.now = b.now
	r.take(b.outbox())
	if again := r.take(b.outbox()); again.Files != 0 || again.Known != 1 {
		t.Errorf("telling it again took %s; want nothing", again)
	}
	r.holds(b.outbox(), 2, 10) // four of the entries are in the released file
	r.quiet()
}

func TestAnACHProFileThatTheBackupHasOpenShowsOnceItIsFinishedAsItWentOut(t *testing.T) {
	b := openBank(t, filepath.Join(t.TempDir(), "original"), tuesday, workers.Limits{AppendEvents: 4})
	b.client(gym, "1840000017")
	c, err := b.Client(t.Context(), gym)
	b.must(err)
	order := workers.ACHFile{
		Key: "payroll", Asked: []byte(`{"name":"payroll"}`), Settings: c.Settings.File, Deliver: true,
		Batches: ownBatches(b, "1840000017", nacha.Entry{AmountCents: 1, Name: "A"}, nacha.Entry{AmountCents: 2, Name: "B"}, nacha.Entry{AmountCents: 3, Name: "C"}),
		Record:  workers.ACHFileRecord{Name: "payroll", Asked: []byte(`{}`), Accounts: []string{"", "FIRST", ""}},
	}
	whole := b.Store
	b.Store = &stopping{Store: whole, left: 2}
	_, err = b.uploads.UploadACHFile(t.Context(), gym, order, workers.Request{})
	b.Store = whole
	if err == nil {
		t.Fatal("it did not stop")
	}
	r := b.restored()
	b.sweepAt("10:00")
	answer, err := b.uploads.UploadACHFile(t.Context(), gym, order, workers.Request{})
	b.must(err)

	r.take(b.outbox())
	id := domain.ProfileFileID(answer.FileID)
	want, err := b.ProfileFile(t.Context(), gym, id)
	b.must(err)
	got, err := r.ProfileFile(t.Context(), gym, id)
	b.must(err)
	if got.Version == 0 || got.Name != "payroll" || got.FileID != want.FileID || !maps.Equal(got.Accounts, want.Accounts) {
		t.Errorf("it shows %+v, want %+v", got, want)
	}
	r.holds(b.outbox(), 1, 3)
	r.quiet()
}

// uploadHeld uploads a file that a rule of the guard holds.
func (b *bank) uploadHeld() (id string) {
	b.t.Helper()
	b.client(gym, "1840000017")
	content := ownFile(b, "1840000017", nacha.Entry{AmountCents: 1, Name: "A"}, nacha.Entry{AmountCents: 2, Name: "B"})
	answer, err := b.upload(gym, content, 9)
	b.must(err)
	b.decide(answer.FileID, domain.GuardFile{Verdict: guard.Verdict{Action: guard.Hold, Reason: "look", HeldBy: guard.HeldBy{Rule: "limits/credit/entry", AtDeadline: guard.Keep}}})
	return answer.FileID
}

func (b *bank) decide(file string, command interface {
	Decide(domain.File) ([]domain.Event, error)
}) {
	b.t.Helper()
	_, err := ledger.Execute(b.t.Context(), b.Ledger, ledger.FileStream(gym, file), command.Decide)
	b.must(err)
}

// A person approved the file after the backup.
func TestAFileThatTheBackupHasHeldIsFinishedAsItWentOut(t *testing.T) {
	for name, days := range map[string]int{"as it was dated": 0, "dated again": 1} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t, filepath.Join(t.TempDir(), "original"), tuesday, workers.Limits{})
			id := b.uploadHeld()
			r := b.restored()
			b.now = b.now.AddDate(0, 0, days)
			b.decide(id, domain.ApproveFile{Reason: "fine"})
			b.sweepAt("16:00")

			r.now = b.now
			if report := r.take(b.outbox()); report.Known != 1 || len(report.Unknown) != 0 {
				t.Errorf("took %s, want one known file", report)
			}
			file, err := r.File(t.Context(), id)
			b.must(err)
			if !file.Transmitted() || file.HeldBy != nil {
				t.Errorf("the file is %s, held by %v", file.State, file.HeldBy)
			}
			r.holds(b.outbox(), 1, 2)
			r.quiet()
		})
	}
}

// Operations released the file after the backup, and its entries left in a file
// of their own: nobody may approve the first one any more.
func TestAFileThatTheBackupHasHeldAndThatWasTakenBackDoesNotLeaveAgain(t *testing.T) {
	b := openBank(t, filepath.Join(t.TempDir(), "original"), tuesday, workers.Limits{})
	id := b.uploadHeld()
	r := b.restored()
	b.must(b.files.TakeBack(t.Context(), id, "wrong"))
	b.sweepAt("16:00")

	if report := r.take(b.outbox()); report.Files != 1 || len(report.Unknown) != 0 {
		t.Errorf("took %s, want one file, none unknown", report)
	}
	file, err := r.File(t.Context(), id)
	b.must(err)
	if file.State != domain.FileIsReleased {
		t.Errorf("the held file is %s", file.State)
	}
	r.quiet()
}
