package pgp_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/workers/pgp"
	"github.com/achledger/achledger/workers/pgp/pgptest"
)

const file = "101 061000146 2313801042611201430A094101\n"

// between returns us and our bank, each with keys in a gpg of their own.
func between(t *testing.T) (us, bank *pgptest.Person, settings *domain.PGP) {
	us, bank = pgptest.New(t, "lantern"), pgptest.New(t, "operator")
	return us, bank, &domain.PGP{EncryptTo: []string{bank.Public()}, SignWith: []string{us.Private()}}
}

func open(t *testing.T, p *domain.PGP, message []byte) (string, pgp.Signature, error) {
	t.Helper()
	ring, err := pgp.NewRing(map[string]*domain.PGP{"231380104": p})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	s, err := ring.Decrypt(bytes.NewReader(message), &out, 1<<20, time.Now())
	return out.String(), s, err
}

func TestGPGDecryptsWhatLeavesAndVerifiesIt(t *testing.T) {
	us, bank := pgptest.New(t, "lantern", pgptest.RSA), pgptest.New(t, "operator", pgptest.RSA)
	bank.Trust(us)
	for _, armor := range []bool{false, true} {
		p := &domain.PGP{EncryptTo: []string{bank.Public()}, SignWith: []string{us.Private()}}
		p.Armor = armor
		message, as, err := pgp.Encrypt(p, []byte(file), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		got, said := bank.Decrypt(message)
		if got != file || !strings.Contains(said, "Good signature from \"lantern") {
			t.Errorf("gpg reads %q and says %s", got, said)
		}
		if as.Size != int64(len(message)) || len(as.Keys) != 2 || bytes.HasPrefix(message, []byte("-----BEGIN")) != armor {
			t.Errorf("%d bytes are recorded as %+v", len(message), as)
		}
	}
}

func TestWhatGPGEncryptedAndSignedIsTaken(t *testing.T) {
	us, bank, p := between(t)
	bank.Trust(us)
	for _, flags := range [][]string{nil, {"--armor"}, {"--compress-algo", "none"}, {"--textmode"}} {
		message := bank.Encrypt(us, file, append(flags, "--sign")...)
		got, s, err := open(t, p, message)
		if err != nil || strings.ReplaceAll(got, "\r\n", "\n") != file || len(s.ODFIs) != 1 || s.Wrong != "" || !pgp.Is(message) {
			t.Errorf("%v: %q, %+v, %v", flags, got, s, err)
		}
	}
}

func TestWhatIsWrongWithAMessageIsSaid(t *testing.T) {
	us, bank, p := between(t)
	stranger := pgptest.New(t, "stranger")
	bank.Trust(us, stranger)
	stranger.Trust(us)
	signed := bank.Encrypt(us, file, "--sign")
	changed := bytes.Clone(signed)
	changed[len(changed)-30] ^= 1
	for name, tt := range map[string]struct {
		message []byte
		err     string
		wrong   string
	}{
		"not signed":              {bank.Encrypt(us, file), "", ""},
		"signed by a stranger":    {stranger.Encrypt(us, file, "--sign"), "", "none of the bank's"},
		"encrypted to a stranger": {bank.Encrypt(stranger, file, "--sign"), "add the key that it used to pgp.decrypt_with", ""},
		"changed on its way":      {changed, "cannot be decrypted", ""},
		"half of it":              {signed[:len(signed)/2], "cannot be decrypted", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, s, err := open(t, p, tt.message)
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %v, want %q", err, tt.err)
			}
			if len(s.ODFIs) > 0 || !strings.Contains(s.Wrong, tt.wrong) || tt.wrong == "" && s.Wrong != "" {
				t.Errorf("got %+v, want %q", s, tt.wrong)
			}
		})
	}
}

// During a rotation both keys are named: the newest encrypts and signs, both
// decrypt and verify.
func TestKeysAreRotatedWithOverlap(t *testing.T) {
	us, bank := pgptest.New(t, "lantern", pgptest.Old), pgptest.New(t, "operator", pgptest.Old)
	p := &domain.PGP{EncryptTo: []string{bank.Public()}, SignWith: []string{us.Private()}}
	us2, bank2 := pgptest.New(t, "lantern-2"), pgptest.New(t, "operator-2")
	p.EncryptTo = append(p.EncryptTo, bank2.Public())
	p.SignWith = append([]string{us2.Private()}, p.SignWith...)
	bank.Trust(us)
	bank2.Trust(us2)
	message, _, err := pgp.Encrypt(p, []byte(file), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got, said := bank2.Decrypt(message); got != file || !strings.Contains(said, "Good signature from \"lantern-2") {
		t.Errorf("gpg reads %q and says %s", got, said)
	}
	for _, message := range [][]byte{bank.Encrypt(us, file, "--sign"), bank2.Encrypt(us2, file, "--sign")} {
		if got, s, err := open(t, p, message); err != nil || got != file || len(s.ODFIs) != 1 {
			t.Errorf("%q, %+v, %v", got, s, err)
		}
	}
}

func TestAKeyThatIsOfNoUseIsNamedByItsSetting(t *testing.T) {
	us, bank, p := between(t)
	short := pgptest.New(t, "short", pgptest.Expires("20d"))
	garbage := filepath.Join(t.TempDir(), "garbage.asc")
	if err := os.WriteFile(garbage, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	later := time.Now().AddDate(0, 0, 21)
	for name, tt := range map[string]struct {
		settings domain.PGP
		now      time.Time
		fault    string
		warning  string
	}{
		"all is well":          {*p, time.Now(), "", ""},
		"no such file":         {domain.PGP{EncryptTo: []string{"/nowhere"}, SignWith: p.SignWith}, time.Now(), "pgp.encrypt_to: the key file /nowhere", ""},
		"no key in it":         {domain.PGP{EncryptTo: p.EncryptTo, SignWith: []string{garbage}}, time.Now(), "pgp.sign_with: the key file " + garbage, ""},
		"a public key of ours": {domain.PGP{EncryptTo: p.EncryptTo, SignWith: []string{us.Public()}}, time.Now(), "the private one is needed", ""},
		"a passphrase":         {domain.PGP{EncryptTo: p.EncryptTo, SignWith: []string{us.Locked("secret")}}, time.Now(), "has a passphrase", ""},
		"it ends soon":         {domain.PGP{EncryptTo: []string{short.Public()}, SignWith: p.SignWith}, time.Now(), "", "expires before"},
		"it has ended":         {domain.PGP{EncryptTo: []string{short.Public()}, SignWith: p.SignWith}, later, "no key that can encrypt", "has expired"},
		"one of two has ended": {domain.PGP{EncryptTo: []string{short.Public(), bank.Public()}, SignWith: p.SignWith}, later, "", "has expired"},
	} {
		t.Run(name, func(t *testing.T) {
			faults, warnings := pgp.Check(&tt.settings, tt.now)
			if (len(faults) == 0) != (tt.fault == "") || len(faults) > 0 && !strings.Contains(faults[0].Error(), tt.fault) {
				t.Errorf("faults %v, want %q", faults, tt.fault)
			}
			if said := strings.Join(warnings, "; "); (said == "") != (tt.warning == "") || !strings.Contains(said, tt.warning) {
				t.Errorf("warnings %q, want %q", said, tt.warning)
			}
		})
	}
}

// A file in a folder is not taken before it is complete.
func TestAMessageIsWholeOrNot(t *testing.T) {
	us, bank, _ := between(t)
	bank.Trust(us)
	for _, flags := range [][]string{{"--sign"}, {"--sign", "--armor"}} {
		for _, text := range []string{file, strings.Repeat(file, 5000)} {
			message := bank.Encrypt(us, text, append(flags, "--compress-algo", "none")...)
			for _, n := range []int{1, 5, 60, len(message) / 2, len(message) - 25, len(message)} {
				whole, err := pgp.Whole(bytes.NewReader(message[:n]))
				if err != nil || whole != (n == len(message)) {
					t.Errorf("%v: %d bytes of %d are whole: %t, %v", flags, n, len(message), whole, err)
				}
			}
		}
	}
}

// Of several armored messages the library reads the first and says nothing of
// the rest.
func TestAMessageIsAloneOrNot(t *testing.T) {
	us, bank, p := between(t)
	bank.Trust(us)
	binary, armored := string(bank.Encrypt(us, file, "--sign")), string(bank.Encrypt(us, file, "--sign", "--armor"))
	for content, alone := range map[string]bool{
		binary: true, binary + binary: false, binary + "\n": false, binary + armored: false,
		armored: true, armored + "\r\n \x1a\x00": true, "\ufeff" + armored: true, "\r\n" + armored: true,
		armored + armored: false, armored + "\n" + armored: false, armored + "and more": false, armored + binary: false,
	} {
		is, err := pgp.Alone(strings.NewReader(content))
		if err != nil || is != alone {
			t.Errorf("%q is alone: %t, %v", content, is, err)
		}
		if whole, err := pgp.Whole(strings.NewReader(content)); err != nil || !whole {
			t.Errorf("%q is whole: %t, %v", content, whole, err)
		}
		if got, s, err := open(t, p, []byte(content)); alone && (err != nil || got != file || len(s.ODFIs) != 1) {
			t.Errorf("%q: %q, %+v, %v", content, got, s, err)
		}
	}
}

func TestOnlyAMessageIsTakenForOne(t *testing.T) {
	for text, is := range map[string]bool{
		file: false, "": false, "\ufeff101 ": false, "\xf1\xf0\xf1": false, "-----BEGIN PGP MESSAGE-----": true, "\x85\x01": true, "\xc1\x5e": true,
	} {
		if pgp.Is([]byte(text)) != is {
			t.Errorf("%q: %t", text, !is)
		}
	}
}
