package inbound

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers/pgp/pgptest"
)

// signs sets up a bank that encrypts and signs what it sends us.
func (w *world) signs(accept ...string) (us, they *pgptest.Person) {
	w.t.Helper()
	us, they = pgptest.New(w.t, "lantern"), pgptest.New(w.t, "operator")
	they.Trust(us)
	bank, err := w.Bank(context.Background(), ourBank)
	must(w.t, err)
	delivery := bank.Leaves()
	settings := &domain.PGP{EncryptTo: []string{they.Public()}, SignWith: []string{us.Private()}, AcceptPlain: accept}
	expect := bank.Version
	if expect == 0 {
		expect = eventstore.NewStream
	}
	w.write(ledger.Change{Stream: domain.BankStream(ourBank), Client: domain.LedgerClient, Expect: expect, Events: []domain.Event{
		domain.BankConfigured{Routing: ourBank, Delivery: delivery, BankProfile: domain.BankProfile{PGP: settings}},
	}})
	must(w.t, w.views.CatchUp(context.Background()))
	return us, they
}

// firstCode returns the code of the first reason.
func firstCode(o Outcome) string {
	if len(o.Reasons) == 0 {
		return ""
	}
	return o.Reasons[0].Code
}

func TestAFileOfABankThatSignsIsTakenOnlySigned(t *testing.T) {
	content := string(vector(t, "05"))
	stranger := pgptest.New(t, "stranger")
	for name, tt := range map[string]struct {
		accept []string
		bytes  func(us, they *pgptest.Person) []byte
		state  string
		reason string
		says   string
	}{
		"signed":               {nil, func(us, they *pgptest.Person) []byte { return they.Encrypt(us, content, "--sign") }, "applied", "", ""},
		"signed, as text":      {nil, func(us, they *pgptest.Person) []byte { return they.Encrypt(us, content, "--sign", "--armor") }, "applied", "", ""},
		"plain":                {nil, func(_, _ *pgptest.Person) []byte { return []byte(content) }, "quarantined", NotSigned, "pgp.accept_plain"},
		"encrypted, unsigned":  {nil, func(us, they *pgptest.Person) []byte { return they.Encrypt(us, content) }, "quarantined", NotSigned, "bears no signature"},
		"signed by a stranger": {nil, func(us, _ *pgptest.Person) []byte { stranger.Trust(us); return stranger.Encrypt(us, content, "--sign") }, "quarantined", NotSigned, "none of the bank's"},
		"encrypted to another": {nil, func(_, they *pgptest.Person) []byte {
			they.Trust(stranger)
			return they.Encrypt(stranger, content, "--sign")
		}, "quarantined", NotDecrypted, "pgp.decrypt_with"},
		"two messages in one file": {nil, func(us, they *pgptest.Person) []byte {
			return append(they.Encrypt(us, content, "--sign", "--armor"), they.Encrypt(us, content, "--sign", "--armor")...)
		}, "quarantined", NotDecrypted, "more than one"},
		"signed, and a line end": {nil, func(us, they *pgptest.Person) []byte {
			return append(they.Encrypt(us, content, "--sign", "--armor"), "\r\n"...)
		}, "applied", "", ""},
		"plain, and accepted":    {[]string{domain.PlainFiles}, func(_, _ *pgptest.Person) []byte { return []byte(content) }, "applied", "", ""},
		"plain, others accepted": {[]string{domain.PlainAcknowledgements}, func(_, _ *pgptest.Person) []byte { return []byte(content) }, "quarantined", NotSigned, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			us, they := w.signs(tt.accept...)
			o := w.feed(tt.bytes(us, they))
			if o.State != tt.state || firstCode(o) != tt.reason {
				t.Fatalf("outcome %+v, want %s for %q", o, tt.state, tt.reason)
			}
			if tt.says != "" && !strings.Contains(o.Reasons[0].Message, tt.says) {
				t.Errorf("it says %q", o.Reasons[0].Message)
			}
			if got := len(w.received(gym)); got != map[string]int{"applied": 2, "quarantined": 0}[tt.state] {
				t.Errorf("%d payments", got)
			}
			w.sound()
		})
	}
}

// An answer names our entry by its trace number: with the routing number of another
// bank above it, it needs the signature of ours all the same.
func TestAnAnswerNeedsTheSignatureOfTheBankWhoseEntryItNames(t *testing.T) {
	for name, answer := range map[string]func(w *world, id string, elsewhere tweak) nacha.Batch{
		"a return": func(w *world, id string, elsewhere tweak) nacha.Batch { return w.returned(id, "R01", elsewhere) },
		"a notification of change": func(w *world, id string, elsewhere tweak) nacha.Batch {
			return w.corrected(id, "C01", "9900112233", elsewhere)
		},
	} {
		w := newWorld(t)
		id := w.sent()[0]
		us, they := w.signs()
		content := render(t, answer(w, id, func(_ *nacha.BatchHeader, e *nacha.Entry) { e.Routing = "091400606" }))
		if o := w.feed(content); firstCode(o) != NotSigned || len(w.transaction(gym, id).Items) != 1 {
			t.Errorf("%s without a signature: %+v, %d items", name, o, len(w.transaction(gym, id).Items))
		}
		w.feed(they.Encrypt(us, string(content), "--sign"))
		if n := len(w.transaction(gym, id).Items); n != 2 {
			t.Errorf("%s with one: %d items", name, n)
		}
	}
}

// A file is identified by its content: the same one encrypted again is a
// duplicate.
func TestTheSameTextEncryptedTwiceIsOneFile(t *testing.T) {
	w := newWorld(t)
	us, they := w.signs()
	content := string(vector(t, "05"))
	first, again := w.feed(they.Encrypt(us, content, "--sign")), w.feed(they.Encrypt(us, content, "--sign"))
	if first.ID != again.ID || again.State != Duplicate || len(w.received(gym)) != 2 {
		t.Errorf("first %+v, then %+v", first, again)
	}
}

// An unsigned file is accepted when it arrives signed, or by a person's
// decision.
func TestWhatCameUnsignedIsLetInByASignatureOrAPerson(t *testing.T) {
	content := string(vector(t, "05"))
	for name, let := range map[string]func(w *world, id string, us, they *pgptest.Person){
		"it came again, signed": func(w *world, _ string, us, they *pgptest.Person) {
			o := w.feed(they.Encrypt(us, content, "--sign"))
			if o.State != Duplicate || o.Of != "applied" {
				w.t.Errorf("outcome %+v", o)
			}
		},
		"a person says so": func(w *world, id string, _, _ *pgptest.Person) {
			_, err := w.intake.Judge(context.Background(), id, Rejudge{Reason: "the bank confirmed it by telephone"})
			if domain.CodeOf(err) != domain.RuleBroken {
				w.t.Errorf("without as_is: %v", err)
			}
			_, err = w.intake.Judge(context.Background(), id, Rejudge{Reason: "the bank confirmed it by telephone", AsIs: true})
			must(w.t, err)
			must(w.t, w.intake.Resume(context.Background()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			us, they := w.signs()
			o := w.feed([]byte(content))
			let(w, o.ID, us, they)
			if n := len(w.received(gym)); n != 2 {
				t.Errorf("%d payments, want 2", n)
			}
			w.sound()
		})
	}
}

// A signature counts only for entries of the bank that made it.
func TestASignatureIsThatOfTheEntrysOwnBank(t *testing.T) {
	w := newWorld(t)
	w.signs()
	us, other := pgptest.New(t, "harbor"), pgptest.New(t, "second-operator")
	other.Trust(us)
	w.write(ledger.Change{Stream: domain.BankStream(theirBank), Client: domain.LedgerClient, Expect: eventstore.NewStream, Events: []domain.Event{
		domain.BankConfigured{Routing: theirBank, Delivery: domain.DeliverySettings{Method: domain.ToOutbox}, BankProfile: domain.BankProfile{
			PGP: &domain.PGP{EncryptTo: []string{other.Public()}, SignWith: []string{us.Private()}},
		}},
	}})
	if o := w.feed(other.Encrypt(us, string(vector(t, "05")), "--sign")); o.State != "quarantined" || firstCode(o) != NotSigned {
		t.Errorf("outcome %+v", o)
	}
}

func TestAnEncryptedFileWaitsInTheInboxUntilItIsWhole(t *testing.T) {
	w := watching(t)
	us, they := w.signs()
	message := they.Encrypt(us, string(vector(t, "05")), "--sign")
	w.drop("a.ach.pgp", message[:len(message)/2])
	w.look()
	if len(w.in("")) != 1 || len(w.in("quarantine")) != 0 {
		t.Fatalf("half of it: inbox %v, quarantine %v", w.in(""), w.in("quarantine"))
	}
	w.drop("a.ach.pgp", message)
	w.look()
	if !slices.Equal(w.in("done"), []string{"a.ach.pgp"}) || len(w.received(gym)) != 2 {
		t.Errorf("done %v, %d payments", w.in("done"), len(w.received(gym)))
	}
	w.drop("b.ach.pgp", they.Encrypt(they, "text", "--sign"))
	w.look()
	text, err := os.ReadFile(filepath.Join(w.watch.Dir, "quarantine", "b.ach.pgp.reasons.txt"))
	if err != nil || !strings.Contains(string(text), "hand it in again") {
		t.Errorf("the reasons are %q, %v", text, err)
	}
}

// A key file that cannot be read is our fault: the file stays in the inbox.
func TestAFileIsLeftWhileOurKeyCannotBeRead(t *testing.T) {
	w := watching(t)
	us, they := w.signs()
	key := us.Private()
	must(t, os.Rename(key, key+".away"))
	w.drop("a.ach.pgp", they.Encrypt(us, string(vector(t, "05")), "--sign"))
	if err := errors.Join(w.intake.Sweep(t.Context()), w.intake.Sweep(t.Context())); err == nil || !strings.Contains(err.Error(), "pgp.decrypt_with") {
		t.Errorf("got %v", err)
	}
	must(t, os.Rename(key+".away", key))
	w.look()
	if !slices.Equal(w.in("done"), []string{"a.ach.pgp"}) {
		t.Errorf("done %v", w.in("done"))
	}
}

func TestAnAcknowledgementOfABankThatSignsIsTakenOnlySigned(t *testing.T) {
	for name, tt := range map[string]struct {
		accept []string
		sealed bool
		taken  bool
	}{
		"signed": {nil, true, true}, "plain": {nil, false, false}, "plain, and accepted": {[]string{domain.PlainAcknowledgements}, false, true},
		"plain, others accepted": {[]string{domain.PlainFiles}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			w, got, _ := acknowledging(t)
			us, they := w.signs(tt.accept...)
			w.eight()
			w.sweepAt("2026-11-20 14:31")
			must(t, w.views.CatchUp(t.Context()))
			f := w.lastFile()
			text := ack.Acknowledgement{Origin: f.Opened.Settings.ImmediateOrigin, Destination: fed, CreatedOn: f.Cut.CreatedOn, CreatedAt: f.Cut.CreatedAt, Modifier: f.Cut.Modifier, Result: ack.Accepted}.Format()
			if tt.sealed {
				text = they.Encrypt(us, string(text), "--sign")
			}
			w.drop("a.ack", text)
			w.look()
			if len(*got) == 1 != tt.taken || slices.Contains(w.in("quarantine"), "a.ack") == tt.taken {
				t.Errorf("applied %v; quarantine %v", *got, w.in("quarantine"))
			}
		})
	}
}

// A message that is too large once it is decrypted is not stored.
func TestAMessageThatIsTooLargeInsideIsNotTaken(t *testing.T) {
	w := watching(t)
	us, they := w.signs()
	w.intake.Largest = 1 << 20
	w.drop("bomb.pgp", they.Encrypt(us, strings.Repeat("0", 4<<20), "--sign"))
	w.look()
	if !slices.Contains(w.in("quarantine"), "bomb.pgp") {
		t.Errorf("quarantine %v, inbox %v", w.in("quarantine"), w.in(""))
	}
}

// A decrypted file is sealed on disk while it is read, whichever form the
// message has.
func TestWhatIsDecryptedLiesSealed(t *testing.T) {
	w := newWorld(t)
	s, err := w.intake.newSpool()
	must(t, err)
	const text = "62712104288277000001"
	_, err = io.WriteString(s, text)
	must(t, err)
	_, err = io.Copy(s, strings.NewReader(text))
	must(t, err)
	must(t, s.Close())
	raw, err := io.ReadAll(io.NewSectionReader(s.file, 0, 1<<20))
	must(t, err)
	if len(raw) == 0 || strings.Contains(string(raw), text) {
		t.Errorf("%d bytes lie in the clear", len(raw))
	}
	_, err = s.Seek(0, io.SeekStart)
	must(t, err)
	if got, err := io.ReadAll(s); err != nil || string(got) != text+text {
		t.Errorf("read back %q, %v", got, err)
	}
	must(t, s.Drop())
}

// A file on a bank's server must be signed like any other. An unsigned one is
// not applied, and stays on the server.
func TestAtTheBanksServerOnlyWhatItSignedIsTaken(t *testing.T) {
	w, s, p := picking(t, AfterPickupLeave)
	us, they := w.signs()
	put(t, s, "plain.ach", vector(t, "05"))
	looks(t, p, 3)
	if n := len(w.received(gym)); n != 0 {
		t.Fatalf("%d payments of a plain file", n)
	}
	put(t, s, "signed.ach.pgp", they.Encrypt(us, string(vector(t, "05")), "--sign"))
	looks(t, p, 4)
	if n := len(w.received(gym)); n != 2 {
		t.Errorf("%d payments, want 2", n)
	}
	w.sound()
}
