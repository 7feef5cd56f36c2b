package workers

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/workers/pgp"
	"github.com/achledger/achledger/workers/pgp/pgptest"
	"github.com/achledger/achledger/workers/remote/remotetest"
)

// encrypting is a bank that wants its files encrypted; three entries are due.
func encrypting(t *testing.T, b *bank, profile domain.BankProfile) *pgptest.Person {
	t.Helper()
	us, they := pgptest.New(t, "lantern"), pgptest.New(t, "operator")
	they.Trust(us)
	profile.PGP = &domain.PGP{EncryptTo: []string{they.Public()}, SignWith: []string{us.Private()}}
	b.asks(profile)
	return they
}

// decrypts fails the test unless gpg makes of what the bank has what the log
// renders, signed by us.
func (b *bank) decrypts(they *pgptest.Person, have []byte) {
	b.t.Helper()
	f := b.onlyFile()
	want, err := b.files.Bytes(context.Background(), f.ID)
	must(b.t, err)
	got, said := they.Decrypt(have)
	if f.State != domain.FileIsDelivered || got != string(want) || !strings.Contains(said, "Good signature from \"lantern") {
		b.t.Errorf("the file is %s; gpg reads %q and says %s", f.State, got, said)
	}
	b.verify()
}

func TestAFileLeavesEncryptedToTheOutbox(t *testing.T) {
	b := openBank(t)
	they := encrypting(t, b, domain.BankProfile{FileName: "{origin}_{date}_{sequence}.ach.pgp"})
	b.posts(gym, 3)
	b.sweepAt("2026-11-20 14:30")
	f := b.onlyFile()
	if got := b.sent(); len(got) != 1 || got[0] != "231380104_20261120_001.ach.pgp" {
		t.Fatalf("the outbox holds %v", got)
	}
	b.decrypts(they, []byte(b.bytes(f)))
	must(t, os.WriteFile(filepath.Join(b.outbox(), f.Name()), []byte("-----BEGIN PGP MESSAGE-----\n"), 0o600))
	if problems := b.problems(); len(problems) != 1 || !strings.Contains(problems[0], "not what it was encrypted to") {
		t.Errorf("of another message in the outbox it is said %v", problems)
	}
}

// An encrypted file is recognised as the one that was put there, although it
// could not be made again: wherever the process stops, the bank gets it once.
func TestAnEncryptedFileArrivesOnceWhereverTheProcessStops(t *testing.T) {
	steps := atEveryStep(t, func(t *testing.T, n int) error {
		b, s := remoteBank(t)
		they := encrypting(t, b, domain.BankProfile{})
		b.fault = stopAtNth(n)
		died := b.batcher.Sweep(t.Context())
		b.restartRemote()
		must(t, b.batcher.Sweep(t.Context()))
		b.onceAt(they, s)
		return died
	})
	if steps < 10 {
		t.Errorf("%d steps were tried", steps)
	}
}

// onceAt fails the test unless the bank has one file, that decrypts.
func (b *bank) onceAt(they *pgptest.Person, s *remotetest.Server) {
	b.t.Helper()
	f, names := b.onlyFile(), s.Names("outbound")
	if len(names) != 1 || names[0] != f.Name() {
		b.t.Fatalf("the bank has %v", names)
	}
	have, err := os.ReadFile(filepath.Join(s.Dir, "outbound", names[0]))
	must(b.t, err)
	b.decrypts(they, have)
}

// A repeat sends the bytes that left before, unless the bank's key is another.
func TestAFileThatIsSentAgainIsTheSameMessage(t *testing.T) {
	for name, rotated := range map[string]bool{"with the same keys": false, "with the bank's new key": true} {
		t.Run(name, func(t *testing.T) {
			b, s := writeOnly(t, no())
			they := encrypting(t, b, domain.BankProfile{WriteOnly: true, Rename: no()})
			s.DieAfterClose.Store(true)
			_ = b.batcher.Sweep(t.Context())
			f := b.onlyFile()
			if f.State != domain.DeliveryUnknown {
				t.Fatalf("the file is %s", f.State)
			}
			first, err := os.ReadFile(filepath.Join(s.Dir, "outbound", f.Name()))
			must(t, err)
			must(t, os.Remove(filepath.Join(s.Dir, "outbound", f.Name())))
			if rotated {
				they = encrypting(t, b, domain.BankProfile{WriteOnly: true, Rename: no()})
			}
			must(t, b.delivery.Resend(t.Context(), f.ID))
			again, err := os.ReadFile(filepath.Join(s.Dir, "outbound", f.Name()))
			must(t, err)
			if bytes.Equal(first, again) == rotated {
				t.Errorf("the same bytes: %t", !rotated)
			}
			b.decrypts(they, again)
		})
	}
}

// Nothing leaves in the clear where a key is missing, and what is wrong is said
// until it is mended.
func TestNothingLeavesWithoutItsKey(t *testing.T) {
	b := openBank(t)
	they := encrypting(t, b, domain.BankProfile{})
	bank, err := b.Bank(t.Context(), ourBank)
	must(t, err)
	key := bank.PGP.EncryptTo[0]
	must(t, os.Rename(key, key+".away"))
	b.posts(gym, 3)
	b.clock.Set(at("2026-11-20 14:30"))
	if err := b.batcher.Sweep(t.Context()); err == nil || !strings.Contains(err.Error(), "pgp.encrypt_to: the key file "+key) {
		t.Errorf("got %v", err)
	}
	if f := b.onlyFile(); f.State != domain.FileIsRendered || len(b.sent()) != 0 {
		t.Fatalf("the file is %s, the outbox holds %v", f.State, b.sent())
	}
	must(t, os.Rename(key+".away", key))
	b.sweep()
	if have := []byte(b.bytes(b.onlyFile())); !pgp.Is(have) {
		t.Errorf("it left as %q", have)
	} else {
		b.decrypts(they, have)
	}
}

// Keys are looked at every day: one that ends soon is warned of, one that is of
// no use raises an alarm.
func TestKeysThatEndAreToldOf(t *testing.T) {
	b := openBank(t)
	us, they := pgptest.New(t, "lantern"), pgptest.New(t, "operator", pgptest.Expires("10d"))
	b.asks(domain.BankProfile{PGP: &domain.PGP{EncryptTo: []string{they.Public()}, SignWith: []string{us.Private()}}})
	must(t, b.views.CatchUp(t.Context()))
	var log bytes.Buffer
	w := BankKeys{Ledger: b.Ledger, Views: b.views, Log: slog.New(slog.NewTextHandler(&log, nil))}
	must(t, w.look(t.Context(), time.Now()))
	if said := log.String(); !strings.Contains(said, "level=WARN") || !strings.Contains(said, "pgp.encrypt_to") || strings.Contains(said, "level=ERROR") {
		t.Errorf("ten days before its end it says %s", said)
	}
	log.Reset()
	must(t, w.look(t.Context(), time.Now().AddDate(0, 0, 11)))
	if said := log.String(); !strings.Contains(said, "level=ERROR") || !strings.Contains(said, "odfi=231380104") {
		t.Errorf("after its end it says %s", said)
	}
}
