package seal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

var errStopped = errors.New("the machine stopped")

// stopAt makes every operation from the nth on fail, as a kill would.
func stopAt(n int) disk {
	done := 0
	return disk{step: func(op, path string) error {
		if done++; done > n {
			return fmt.Errorf("%s %s: %w", op, path, errStopped)
		}
		return nil
	}}
}

// everyStop runs a story that is stopped at its first operation, then at its
// second, and so on, until it reaches its end.
func everyStop(t *testing.T, story func(t *testing.T, d disk) error) {
	t.Helper()
	for n := 0; ; n++ {
		done := false
		t.Run(fmt.Sprintf("stopped after %d operations", n), func(t *testing.T) {
			err := story(t, stopAt(n))
			if err != nil && !errors.Is(err, errStopped) {
				t.Fatal(err)
			}
			done = err == nil
		})
		if done || t.Failed() {
			return
		}
	}
}

func TestAStopDuringFirstUseLosesNothing(t *testing.T) {
	everyStop(t, func(t *testing.T, d disk) error {
		dir := filepath.Join(t.TempDir(), "keys")
		k, stopped := open(dir, d)
		var sealed []byte
		if stopped == nil {
			sealed, stopped = k.Seal("acme", []byte(number), "account number")
		}
		again := openRing(t, dir)
		if stopped == nil {
			mustRead(t, again, "acme", sealed, number)
		}
		mustRead(t, again, "acme", sealOne(t, again, "acme", number), number)
		noLeftovers(t, dir)
		return stopped
	})
}

func TestAStopDuringRotationLosesNothing(t *testing.T) {
	everyStop(t, func(t *testing.T, d disk) error {
		dir := filepath.Join(t.TempDir(), "keys")
		k := openRing(t, dir)
		sealed := map[string][]byte{}
		for _, c := range []string{"acme", "rival", "third"} {
			sealed[c] = sealOne(t, k, c, number+c)
		}
		before := primaryOf(t, k)
		k.disk = d
		stopped := k.Rotate()

		reader, err := OpenReadOnly(dir) // while the rotation is incomplete
		if err != nil {
			t.Fatal(err)
		}
		for c, s := range sealed {
			mustRead(t, reader, c, s, number+c)
		}
		k.disk = disk{} // a server that continues
		sealed["late"] = sealOne(t, k, "late", number+"late")

		again := openRing(t, dir)
		for c, s := range sealed {
			mustRead(t, again, c, s, number+c)
		}
		m, err := again.readMaster()
		if err != nil || m.handle.Len() != 1 {
			t.Errorf("keys/master holds %d keys after reopening (%v), want 1", m.handle.Len(), err)
		}
		if stopped == nil && m.primary() == before {
			t.Error("the master key is still the old one")
		}
		noLeftovers(t, dir)
		return stopped
	})
}

func TestAStopDuringTheRotationOfAClientsKeyLosesNothing(t *testing.T) {
	everyStop(t, func(t *testing.T, d disk) error {
		dir := filepath.Join(t.TempDir(), "keys")
		k := openRing(t, dir)
		before := sealOne(t, k, "acme", number)
		print, err := k.Fingerprint("acme", number)
		if err != nil {
			t.Fatal(err)
		}
		beside, err := OpenReadOnly(dir)
		if err != nil {
			t.Fatal(err)
		}
		mustRead(t, beside, "acme", before, number)
		k.disk = d
		stopped := k.RotateClient("acme")

		k.disk = disk{} // a server that continues
		after := sealOne(t, k, "acme", number)
		if stopped == nil && bytes.Equal(before[:prefixBytes], after[:prefixBytes]) {
			t.Error("what is sealed now has the key of before")
		}
		for _, reader := range []*Keyring{k, beside, openRing(t, dir)} {
			mustRead(t, reader, "acme", before, number)
			mustRead(t, reader, "acme", after, number)
			if again, err := reader.Fingerprint("acme", number); err != nil || again != print {
				t.Errorf("the account has the fingerprint %s, %v; before it was %s", again, err, print)
			}
		}
		noLeftovers(t, dir)
		return stopped
	})
}

func TestAnOlderCopyWithItsMasterKeyReadsNothingSealedAfterARotation(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	k := openRing(t, dir)
	before := sealOne(t, k, "acme", number)
	stolen := filepath.Join(t.TempDir(), "keys")
	if err := os.CopyFS(stolen, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := k.RotateClient("acme"); err != nil {
		t.Fatal(err)
	}
	after := sealOne(t, k, "acme", number)
	thief := openRing(t, stolen)
	mustRead(t, thief, "acme", before, number)
	if _, err := thief.Open("acme", after, "account number"); !errors.Is(err, ErrNotAuthentic) {
		t.Errorf("it reads what was sealed later: %v", err)
	}
	for _, client := range []string{"nobody", "../master"} {
		if err := k.RotateClient(client); err == nil {
			t.Errorf("the key of %q was rotated", client)
		}
	}
	if err := k.Destroy("acme"); err != nil {
		t.Fatal(err)
	}
	if err := k.RotateClient("acme"); !errors.Is(err, ErrDestroyed) {
		t.Errorf("a destroyed client got a new key: %v", err)
	}
}

func TestAStopDuringDestructionNeverBringsANewKey(t *testing.T) {
	everyStop(t, func(t *testing.T, d disk) error {
		dir := filepath.Join(t.TempDir(), "keys")
		k := openRing(t, dir)
		sealed := sealOne(t, k, "acme", number)
		k.disk = d
		stopped := k.Destroy("acme")
		again := openRing(t, dir)
		got, err := again.Open("acme", sealed, "account number")
		if !errors.Is(err, ErrDestroyed) && (stopped == nil || string(got) != number) {
			t.Errorf("got %q, %v; want the value or ErrDestroyed", got, err)
		}
		return stopped
	})
}

func TestABackupOrExportInAnInterruptedRotationIsRefused(t *testing.T) {
	dir := t.TempDir()
	k := openRing(t, dir)
	sealOne(t, k, "acme", number)
	k.disk = disk{step: func(op, path string) error {
		if op == "write" && path == k.clientFile("acme") {
			return errStopped // the new master key exists, but acme is not wrapped by it
		}
		return nil
	}}
	if err := k.Rotate(); !errors.Is(err, errStopped) {
		t.Fatal(err)
	}
	k.disk = disk{}
	if err := Backup(dir, filepath.Join(t.TempDir(), "keys")); !errors.Is(err, errRotating) {
		t.Errorf("backup: %v", err)
	}
	if err := k.ExportMaster(filepath.Join(t.TempDir(), "master")); !errors.Is(err, errRotating) {
		t.Errorf("export: %v", err)
	}
}

func TestAKeyIsDurableBeforeTheFirstValueSealedWithIt(t *testing.T) {
	var steps []string
	k := openRing(t, t.TempDir())
	k.disk = disk{step: func(op, path string) error {
		if op != "read" {
			steps = append(steps, op)
		}
		return nil
	}}
	sealOne(t, k, "acme", number)
	want := []string{"write", "sync", "link", "sync folder"}
	if !slices.Equal(steps, want) {
		t.Errorf("the disk saw %q, want %q", steps, want)
	}
	k.disk = stopAt(0)
	sealOne(t, k, "acme", number) // needs no disk operation
}

func TestOnlyTheMasterKeyIsInTheClear(t *testing.T) {
	dir := t.TempDir()
	k := openRing(t, dir)
	sealOne(t, k, "acme", number)
	secrets := [][]byte{}
	collect := func(ks *tinkpb.Keyset) {
		for _, key := range ks.GetKey() {
			// The key itself is the last 32 bytes of its protobuf message.
			v := key.GetKeyData().GetValue()
			secrets = append(secrets, v[len(v)-32:])
		}
	}
	m, err := k.readMaster()
	if err != nil {
		t.Fatal(err)
	}
	masterSecret := insecurecleartextkeyset.KeysetMaterial(m.handle).GetKey()[0].GetKeyData().GetValue()
	w, err := k.readWrapped("acme")
	if err != nil {
		t.Fatal(err)
	}
	s, err := w.unwrap(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []*keyset.Handle{s.seal, s.hash} {
		collect(insecurecleartextkeyset.KeysetMaterial(h))
	}
	if err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	secrets = append(secrets, masterSecret[len(masterSecret)-32:]) // the old master key must be gone too
	for path, content := range everything(t, dir) {
		for i, secret := range secrets {
			if shows(content, secret) {
				t.Errorf("%s shows secret %d", path, i)
			}
		}
		if bytes.Contains(content, []byte(number)) {
			t.Errorf("%s shows the account number", path)
		}
	}
	now, err := k.readMaster()
	if err != nil {
		t.Fatal(err)
	}
	v := insecurecleartextkeyset.KeysetMaterial(now.handle).GetKey()[0].GetKeyData().GetValue()
	content, err := os.ReadFile(k.masterFile())
	if err != nil || !shows(content, v[len(v)-32:]) {
		t.Error("this test cannot see a key that is in the clear")
	}
}

// shows reports whether a file holds a secret, raw or within a JSON string
// that is base64 of either alphabet.
func shows(content, secret []byte) bool {
	found := bytes.Contains(content, secret)
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, e := range v {
				walk(e)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		case string:
			for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
				if b, err := enc.DecodeString(v); err == nil && bytes.Contains(b, secret) {
					found = true
				}
			}
		}
	}
	var v any
	if json.Unmarshal(content, &v) == nil {
		walk(v)
	}
	return found
}

func everything(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func noLeftovers(t *testing.T, dir string) {
	t.Helper()
	for path := range everything(t, dir) {
		if strings.HasPrefix(filepath.Base(path), temporary) {
			t.Errorf("%s was left behind", path)
		}
	}
}

func primaryOf(t *testing.T, k *Keyring) uint32 {
	t.Helper()
	m, err := k.readMaster()
	if err != nil {
		t.Fatal(err)
	}
	return m.primary()
}
