package workers

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// ordered is an ACH Pro file of seven entries, as it is built on a day.
func (b *bank) ordered(key, words, day, account string) (OrderedFile, error) {
	b.t.Helper()
	c, err := b.Ledger.Client(b.t.Context(), gym)
	must(b.t, err)
	file := payroll(6, datedFor(day), func(f *nacha.File) {
		f.Batches[0].Entries[0].Account = account
		f.Batches[0].Header.ServiceClass = nacha.MixedClass
	})
	offsets := []*domain.OrderedOffset{{Routing: ourBank, AccountType: domain.Checking, Number: offsetNumber, EntriesClass: nacha.MixedClass}, nil}
	return b.uploads.UploadACHFile(b.t.Context(), gym, ACHFile{
		Key: key, Asked: []byte(words), Batches: file.Batches, Settings: c.Settings.File, Deliver: true,
		Record: ACHFileRecord{Name: "November", Asked: []byte(`{"name":"November"}`), Accounts: []string{"HERS", "", "", "", "", "", ""}, Offsets: offsets},
	}, Request{})
}

// The process dies at each step; asked again on another day, when another
// account is on file, it is the same file, whoever completed it, and it shows.
func TestAnACHFileIsMadeOnceWhateverBrokeItsRequest(t *testing.T) {
	for _, key := range []string{"k1", ""} {
		t.Run(fmt.Sprintf("key %q", key), func(t *testing.T) {
			atEveryStep(t, func(t *testing.T, n int) error {
				b := openBank(t)
				inAppends(b)
				b.fault = stopAtNth(n)
				_, died := b.ordered(key, "words", "261123", "77001")
				b.restart()
				inAppends(b)
				if n%2 == 0 {
					b.sweep()
				}
				b.clock.Set(b.clock.Now().Add(3 * 24 * time.Hour))
				got, err := b.ordered(key, "words", "261124", "77002")
				must(t, err)
				b.sweep()
				f := b.onlyFile()
				if f.ID != got.FileID {
					t.Errorf("the answer names file %s, not %s", got.FileID, f.ID)
				}
				made, err := b.ProfileFile(t.Context(), gym, domain.ProfileFileID(f.ID))
				if err != nil || made.FileID != f.ID || made.Name != "November" || made.Accounts[got.Transactions[0]] != "HERS" {
					t.Errorf("it shows as %+v, %v", made, err)
				}
				if first := b.scanned(b.bytes(f))[0]; len(got.Transactions) != 7 || f.Cut.Totals.Entries != 8 {
					t.Errorf("%d transactions, and the file was cut with %+v", len(got.Transactions), f.Cut.Totals)
				} else {
					b.even(first)
				}
				for _, id := range got.Transactions {
					if i := b.item(gym, id); i.State != domain.Filed || i.Filing.File != f.ID {
						t.Errorf("transaction %s is %s", id, i.State)
					}
				}
				b.verify()
				return died
			})
		})
	}
}

func TestOtherWordsUnderAKeyAreAConflictAndOtherKeysAreOtherFiles(t *testing.T) {
	b := openBank(t)
	first, err := b.ordered("k1", "words", "261123", "77001")
	must(t, err)
	if _, err := b.ordered("k1", "other words", "261123", "77001"); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("other words: %v", err)
	}
	for _, other := range [][2]string{{"k2", "words"}, {"", "words"}, {"", "other words"}} {
		again, err := b.ordered(other[0], other[1], "261123", "77001")
		if err != nil || again.FileID == first.FileID || again.Replayed {
			t.Errorf("key %q, %q: %+v, %v", other[0], other[1], again, err)
		}
	}
	if n := len(b.cutFiles()); n != 4 {
		t.Errorf("%d files, want four", n)
	}
}

// Two nodes take different requests with one key at the same time: both have
// asked whether the file exists before either opens it.
func TestTwoNodesThatTakeOneKeyAtOnceMakeTheFileOfTheFirst(t *testing.T) {
	b := openBank(t)
	here := b.uploads
	b.newWorkers()
	there := b.uploads
	var accepted error
	b.fault = onceAt("before keep", 1, func() {
		b.fault = stopAt("before fill") // it is opened, and dies
		b.uploads = there
		_, accepted = b.ordered("k1", "words", "261123", "77001")
		b.fault = nil
	})
	b.uploads = here
	if _, err := b.ordered("k1", "other words", "261123", "77002"); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("the second request says %v", err)
	}
	if !errors.Is(accepted, errCrash) {
		t.Fatalf("the first request says %v", accepted)
	}
	b.restart()
	done, err := b.ordered("k1", "words", "261123", "77001")
	must(t, err)
	if f := b.onlyFile(); f.ID != done.FileID {
		t.Errorf("the answer names file %s, not %s", done.FileID, f.ID)
	}
	first, err := b.Transaction(t.Context(), gym, done.Transactions[0])
	must(t, err)
	if number, err := b.Ledger.OpenAccount(gym, first.Account); err != nil || number != "77001" {
		t.Errorf("the first entry goes to %q, %v", number, err)
	}
	b.sweep()
	b.verify()
}

// An older release derived the id from the text and the key.
func TestAnACHFileThatAnOlderReleaseOpenedIsAConflict(t *testing.T) {
	b := openBank(t)
	c, err := b.Ledger.Client(t.Context(), gym)
	must(t, err)
	content := rendered(t, payroll(6, datedFor("261123"), func(f *nacha.File) {
		f.Batches[0].Entries[0].Account = "77001"
		h := c.Settings.File
		f.Header = nacha.FileHeader{
			ImmediateDestination: h.ImmediateDestination, ImmediateDestinationName: h.ImmediateDestinationName,
			ImmediateOrigin: h.ImmediateOrigin, ImmediateOriginName: h.ImmediateOriginName, CreatedOn: "260101", CreatedAt: "0000", Modifier: "A",
		}
	}))
	summary, err := nacha.Check(bytes.NewReader(content))
	must(t, err)
	mac, err := b.Keys.MAC(gym, []byte("nacha file "+summary.Hash+"k1"))
	must(t, err)
	id := fileID(mac)
	must(t, b.files.keep(gym, inFolder, id, content))
	b.write(domain.FileStream(id), gym, 0, domain.FileOpened{
		FileID: id, Client: gym, ODFI: ourBank, Why: domain.WhyACHFile, Settings: c.Settings.File, Method: domain.ToOutbox,
		Upload: &domain.Upload{Name: id, Content: mac},
	})
	if _, err := b.ordered("k1", "words", "261123", "77001"); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("it says %v", err)
	}
	b.sweep()
	if f := b.onlyFile(); f.State != domain.FileIsDelivered {
		t.Errorf("the file is %s", f.State)
	}
}

// The identity of a NACHA file is what it says, since the first release: one
// that an older release took, or was in the middle of, is found.
func TestANACHAFileThatAnOlderReleaseTookIsFoundWhenItIsSentAgain(t *testing.T) {
	const hash = "7dcb88bc7191ef77b88de3f0f4174bbb9960625106984af32a519614afc79f7a" // as it had it
	for name, finished := range map[string]bool{"it was cut": true, "it was not": false} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			content := rendered(t, payroll(3))
			mac, err := b.Keys.MAC(gym, []byte("nacha file "+hash))
			must(t, err)
			id := fileID(mac)
			must(t, b.files.keep(gym, inFolder, id, content))
			c, err := b.Ledger.Client(t.Context(), gym)
			must(t, err)
			b.write(domain.FileStream(id), gym, 0, domain.FileOpened{
				FileID: id, Client: gym, ODFI: ourBank, Why: domain.WhyUpload, Settings: c.Settings.File, Method: domain.ToOutbox,
				Upload: &domain.Upload{Name: id, Content: mac},
			})
			if finished {
				b.sweep()
				b.clock.Set(at("2026-12-20 09:00"))
			}
			got, err := b.upload(content)
			if err != nil || !got.Replayed || got.FileID != id || got.Entries != 4 {
				t.Errorf("it says %+v, %v", got, err)
			}
			b.sweep()
			if f := b.onlyFile(); f.State != domain.FileIsDelivered {
				t.Errorf("the file is %s", f.State)
			}
			b.settled(gym, got.Transactions)
		})
	}
}

// A date that was the next day's when it was checked is not same day because
// the processing day changed before it was recorded.
func TestTheDatesOfAFileAreJudgedByWhenTheyWereDecided(t *testing.T) {
	b := openBank(t, func(s *domain.Settings) { s.SameDay = false })
	b.clock.Set(at("2026-11-24 02:14"))
	b.fault = onceAt("after keep", 1, func() { b.clock.Set(at("2026-11-24 02:16")) })
	_, err := b.upload(rendered(t, payroll(3, datedFor("261124"))))
	must(t, err)
	f := b.onlyFile()
	for _, batch := range f.Batches {
		if batch.EffectiveOn != "261125" { // its deadline passed, and same day is not what was asked for
			t.Errorf("batch %d is dated %s", batch.Number, batch.EffectiveOn)
		}
	}
	if !f.SendBy.Equal(at("2026-11-25 02:15")) {
		t.Errorf("to be sent by %s", f.SendBy)
	}
}
