package seal

import (
	"bytes"
	"testing"

	"github.com/tink-crypto/tink-go/v2/prf"
)

func TestAFingerprintTellsEqualNumbersFromOthers(t *testing.T) {
	dir := t.TempDir()
	k := openRing(t, dir)
	print := func(k *Keyring, client string, parts ...string) string {
		t.Helper()
		f, err := k.Fingerprint(client, parts...)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	want := print(k, "acme", "091000019", number)
	if len(want) != 22 {
		t.Errorf("the fingerprint %q has %d characters, want 22", want, len(want))
	}
	if again := print(openRing(t, dir), "acme", "091000019", number); again != want {
		t.Errorf("after reopening %q, before %q", again, want)
	}
	if err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	if again := print(openRing(t, dir), "acme", "091000019", number); again != want {
		t.Errorf("after a rotation %q, before %q", again, want)
	}
	for name, other := range map[string]string{
		"another client":            print(k, "rival", "091000019", number),
		"another number":            print(k, "acme", "091000019", number+"0"),
		"digits moved between both": print(k, "acme", "0910000190", number[1:]),
		"in the other order":        print(k, "acme", number, "091000019"),
		"one part more":             print(k, "acme", "091000019", number, ""),
	} {
		if other == want {
			t.Errorf("%s has the same fingerprint", name)
		}
	}
}

func TestTheHashOfARequestIsKeyed(t *testing.T) {
	k := openRing(t, t.TempDir())
	mac := func(client, input string) []byte {
		t.Helper()
		m, err := k.MAC(client, []byte(input))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	want := mac("acme", `{"Amount":1}`)
	if len(want) != 32 || !bytes.Equal(want, mac("acme", `{"Amount":1}`)) {
		t.Errorf("got %x, then %x", want, mac("acme", `{"Amount":1}`))
	}
	if bytes.Equal(want, mac("acme", `{"Amount":2}`)) || bytes.Equal(want, mac("rival", `{"Amount":1}`)) {
		t.Error("another input or client has the same hash")
	}
}

// TestAHashIsThatOfTink compares with Tink's own primitive, which made the hashes
// in every log so far. A hash is used again, so each input is hashed twice.
func TestAHashIsThatOfTink(t *testing.T) {
	s, err := newKeysets()
	if err != nil {
		t.Fatal(err)
	}
	tink, err := prf.NewPRFSet(s.hash)
	if err != nil {
		t.Fatal(err)
	}
	m, err := newMACs(s.hash)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		input := bytes.Repeat([]byte{byte(n)}, n)
		want, err := tink.ComputePrimaryPRF(input, 32)
		if err != nil {
			t.Fatal(err)
		}
		if got, again := m.sum(input), m.sum(input[:n/3], input[n/3:]); !bytes.Equal(got, want) || !bytes.Equal(again, want) {
			t.Fatalf("%d bytes: %x, then %x; want %x", n, got, again, want)
		}
	}
}
