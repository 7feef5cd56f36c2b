package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// number is an account number that must never be found on disk.
const number = "00012345678901234"

func openRing(t *testing.T, dir string) *Keyring {
	t.Helper()
	k, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sealOne(t *testing.T, k *Keyring, client, plain string) []byte {
	t.Helper()
	sealed, err := k.Seal(client, []byte(plain), "account number")
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// mustRead fails the test unless the sealed value opens to plain.
func mustRead(t *testing.T, k *Keyring, client string, sealed []byte, plain string) {
	t.Helper()
	got, err := k.Open(client, sealed, "account number")
	if err != nil || string(got) != plain {
		t.Errorf("opened %q, %v; want %q", got, err, plain)
	}
}

func TestFirstUseMakesAFolderOnlyItsOwnerCanRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data", "keys")
	k := openRing(t, dir)
	sealOne(t, k, "acme", number)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestASealedValueOpensForItsClientAndPurposeOnly(t *testing.T) {
	dir := t.TempDir()
	k := openRing(t, dir)
	sealed := sealOne(t, k, "acme", number)
	sealOne(t, k, "rival", number)
	if bytes.Contains(sealed, []byte(number)) {
		t.Fatal("the sealed value shows its content")
	}
	if again := sealOne(t, k, "acme", number); bytes.Equal(sealed, again) {
		t.Error("sealing twice gave equal bytes: equal numbers would show")
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, tt := range map[string]struct {
		client, purpose string
		sealed          []byte
		want            error
	}{
		"as it was sealed":       {"acme", "account number", sealed, nil},
		"another client":         {"rival", "account number", sealed, ErrNotAuthentic},
		"another purpose":        {"acme", "document", sealed, ErrNotAuthentic},
		"one bit changed":        {"acme", "account number", changed, ErrNotAuthentic},
		"cut short":              {"acme", "account number", sealed[:9], ErrNotAuthentic},
		"nothing at all":         {"acme", "account number", nil, ErrNotAuthentic},
		"a client without a key": {"nobody", "account number", sealed, ErrNoKey},
	} {
		t.Run(name, func(t *testing.T) {
			for _, ring := range []*Keyring{k, openRing(t, dir)} {
				got, err := ring.Open(tt.client, tt.sealed, tt.purpose)
				if !errors.Is(err, tt.want) || (tt.want == nil && string(got) != number) {
					t.Errorf("got %q, %v; want error %v", got, err, tt.want)
				}
			}
		})
	}
}

func TestAClientsNameCannotLeaveTheFolder(t *testing.T) {
	k := openRing(t, t.TempDir())
	for _, client := range []string{"", "../master", "a/b", "ACME", "_other", ".", strings.Repeat("a", 33)} {
		if _, err := k.Seal(client, nil, "x"); err == nil {
			t.Errorf("sealed for a client called %q", client)
		}
		if err := k.Destroy(client); err == nil {
			t.Errorf("destroyed the keys of a client called %q", client)
		}
	}
	sealOne(t, k, "_ledger", number)
}

func TestOneKeyringFileCannotStandInForAnother(t *testing.T) {
	dir := t.TempDir()
	k := openRing(t, dir)
	sealOne(t, k, "acme", number)
	sealOne(t, k, "rival", number)
	b, err := os.ReadFile(k.clientFile("acme"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"another client's file":             b,
		"another client's file, renamed":    bytes.ReplaceAll(b, []byte(`"acme"`), []byte(`"rival"`)),
		"a file of which half was restored": b[:len(b)/2],
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(k.clientFile("rival"), content, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "rival") {
				t.Errorf("got %v, want an error that names the client", err)
			}
		})
	}
}

func TestAMissingMasterKeyIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	k := openRing(t, dir)
	sealed := sealOne(t, k, "acme", number)
	safe := filepath.Join(t.TempDir(), "master")
	if err := k.ExportMaster(safe); err != nil {
		t.Fatal(err)
	}
	if err := k.ExportMaster(safe); !errors.Is(err, fs.ErrExist) {
		t.Errorf("exporting over a file: %v", err)
	}
	if err := os.Remove(k.masterFile()); err != nil {
		t.Fatal(err)
	}

	_, err := Open(dir)
	if !errors.Is(err, ErrNoMaster) || !strings.Contains(err.Error(), k.masterFile()) {
		t.Errorf("got %v, want ErrNoMaster and where to put the key", err)
	}
	if _, err := os.Stat(k.masterFile()); err == nil {
		t.Fatal("a new master key hides the loss of the old one")
	}
	reader, err := OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Open("acme", sealed, "account number"); !NotCheckable(err) {
		t.Errorf("without the master key: %v, want not checkable", err)
	}
	if reader.HasMaster() {
		t.Error("the keyring claims to have a master key")
	}
	// The running server has acme's keys in memory. It must not make keys for a
	// new client that nothing could ever open.
	if _, err := k.Seal("newcomer", []byte(number), "x"); !errors.Is(err, ErrNoMaster) {
		t.Errorf("sealed for a new client without a master key: %v", err)
	}

	if b, err := os.ReadFile(safe); err != nil || os.WriteFile(k.masterFile(), b, 0o600) != nil {
		t.Fatal("put the master key back", err)
	}
	mustRead(t, openRing(t, dir), "acme", sealed, number)
}

func TestAnotherMasterKeyIsRefused(t *testing.T) {
	dir := t.TempDir()
	sealOne(t, openRing(t, dir), "acme", number)
	other := openRing(t, filepath.Join(t.TempDir(), "keys"))
	b, err := os.ReadFile(other.masterFile())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "master"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrWrongMaster) || !strings.Contains(err.Error(), "acme") {
		t.Errorf("got %v, want ErrWrongMaster naming the client", err)
	}
}

func TestReadingOnlyNeverChangesTheFolder(t *testing.T) {
	dir := t.TempDir()
	k := openRing(t, dir)
	sealed := sealOne(t, k, "acme", number)
	before := listing(t, dir)
	reader, err := OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	mustRead(t, reader, "acme", sealed, number)
	if _, err := reader.Seal("newcomer", nil, "x"); !errors.Is(err, ErrNoKey) {
		t.Errorf("seal for a new client: %v", err)
	}
	if err := reader.Rotate(); !errors.Is(err, ErrReadOnly) {
		t.Errorf("rotate: %v", err)
	}
	if err := reader.Destroy("acme"); !errors.Is(err, ErrReadOnly) {
		t.Errorf("destroy: %v", err)
	}
	if after := listing(t, dir); after != before {
		t.Errorf("the folder was\n%sand is\n%s", before, after)
	}
	if _, err := OpenReadOnly(filepath.Join(dir, "elsewhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that does not exist: %v", err)
	}
}

func TestDestroyedKeysAreGone(t *testing.T) {
	dir := t.TempDir()
	k := openRing(t, dir)
	sealed := sealOne(t, k, "acme", number)
	kept := sealOne(t, k, "rival", number)
	for range 2 { // asking twice is asking once
		if err := k.Destroy("acme"); err != nil {
			t.Fatal(err)
		}
	}
	if err := k.Destroy("neverseen"); err != nil {
		t.Fatal(err)
	}
	if err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	reader, err := OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, ring := range map[string]*Keyring{"same": k, "reopened": openRing(t, dir), "read-only": reader} {
		if _, err := ring.Open("acme", sealed, "account number"); !errors.Is(err, ErrDestroyed) || !NotCheckable(err) {
			t.Errorf("%s: open: %v", name, err)
		}
		for _, client := range []string{"acme", "neverseen"} {
			if _, err := ring.Seal(client, nil, "x"); !errors.Is(err, ErrDestroyed) {
				t.Errorf("%s: seal: %v", name, err)
			}
			if _, err := ring.Fingerprint(client, "x"); !errors.Is(err, ErrDestroyed) {
				t.Errorf("%s: fingerprint: %v", name, err)
			}
		}
		mustRead(t, ring, "rival", kept, number)
	}
}

func TestABackupIsWorthNothingWithoutTheMasterKey(t *testing.T) {
	dir, dest := t.TempDir(), filepath.Join(t.TempDir(), "backup", "keys")
	k := openRing(t, dir)
	sealed := sealOne(t, k, "acme", number)
	if err := Backup(dir, dest); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dest, "master")); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the backup has a master key: %v", err)
	}
	if _, err := Open(dest); !errors.Is(err, ErrNoMaster) {
		t.Errorf("got %v", err)
	}
	if err := k.ExportMaster(filepath.Join(dest, "master")); err != nil {
		t.Fatal(err)
	}
	mustRead(t, openRing(t, dest), "acme", sealed, number)
}

func TestManyAtOnceShareOneKeyPerClient(t *testing.T) {
	dir := t.TempDir()
	rings := []*Keyring{openRing(t, dir), openRing(t, dir)} // as in two processes
	type value struct {
		client string
		sealed []byte
	}
	values := make(chan value, 400)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				client := fmt.Sprintf("client%d", i%10)
				sealed, err := rings[g%2].Seal(client, []byte(number), "account number")
				if err != nil {
					t.Error(err)
					return
				}
				values <- value{client, sealed}
			}
		})
	}
	wg.Go(func() {
		for range 5 {
			if err := rings[1].Rotate(); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	close(values)
	fresh := openRing(t, dir)
	for v := range values {
		mustRead(t, fresh, v.client, v.sealed, number)
	}
}

// listing names every file of a folder with its size and time of change.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
