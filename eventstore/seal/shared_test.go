package seal

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// table is a Shared in memory.
type table struct {
	change, rows sync.Mutex
	mark         []byte
	wraps        map[string][]byte
	lose         error // error of the next Rewrap, whose outcome is lost
	before       bool  // lose comes before Rewrap changes anything
}

func (t *table) Clients() ([]string, error) {
	t.rows.Lock()
	defer t.rows.Unlock()
	return slices.Sorted(maps.Keys(t.wraps)), nil
}

func (t *table) Read(client string) ([]byte, error) {
	t.rows.Lock()
	defer t.rows.Unlock()
	if content, ok := t.wraps[client]; ok {
		return content, nil
	}
	return nil, fs.ErrNotExist
}

func (t *table) Create(client string, content, mark []byte) error {
	t.rows.Lock()
	defer t.rows.Unlock()
	if _, ok := t.wraps[client]; ok {
		return fs.ErrExist
	}
	if mark != nil && !bytes.Equal(mark, t.mark) {
		return errors.New("the mark is another one")
	}
	t.wraps[client] = content
	return nil
}

func (t *table) Replace(client string, was, is []byte) error {
	t.rows.Lock()
	defer t.rows.Unlock()
	if !bytes.Equal(t.wraps[client], was) {
		return errors.New("it was changed")
	}
	t.wraps[client] = is
	return nil
}

func (t *table) Exclusively(change func() error) error {
	t.change.Lock()
	defer t.change.Unlock()
	return change()
}

func (t *table) Mark() ([]byte, error) {
	t.rows.Lock()
	defer t.rows.Unlock()
	return t.mark, nil
}

func (t *table) Rewrap(was, is []byte, clients []string, before, after [][]byte) error {
	t.rows.Lock()
	defer t.rows.Unlock()
	if t.lose != nil && t.before {
		return t.lose
	}
	if !bytes.Equal(t.mark, was) || len(clients) != len(t.wraps) {
		return errors.New("they were changed")
	}
	t.mark = is
	for i, c := range clients {
		if !bytes.Equal(t.wraps[c], before[i]) {
			panic("a key was changed under the lock")
		}
		t.wraps[c] = after[i]
	}
	return t.lose
}

// node is a folder with a master key and the name of the next one.
type node struct {
	t         *testing.T
	dir, next string
	table     *table
}

// newNodes returns folders with the same master key, each with the same next
// one.
func newNodes(t *testing.T, n int) (nodes []node) {
	t.Helper()
	first := node{t: t, dir: t.TempDir(), next: filepath.Join(t.TempDir(), "next"), table: &table{wraps: map[string][]byte{}}}
	_, err := MakeMaster(first.dir)
	if err == nil {
		err = MakeNext(first.next)
	}
	if err == nil {
		first.table.mark, err = Mark(first.dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	nodes = append(nodes, first)
	for range n - 1 {
		other := node{t: t, dir: t.TempDir(), next: filepath.Join(t.TempDir(), "next"), table: first.table}
		copyFile(t, filepath.Join(first.dir, "master"), filepath.Join(other.dir, "master"))
		copyFile(t, first.next, other.next)
		nodes = append(nodes, other)
	}
	return nodes
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (n node) open() *Keyring {
	n.t.Helper()
	k, err := OpenWith(n.dir, n.next, n.table)
	if err != nil {
		n.t.Fatal(err)
	}
	return k
}

// hasNext reports whether keys/master is the next master key.
func (n node) hasNext() bool {
	n.t.Helper()
	m, err := disk{}.readMaster(filepath.Join(n.dir, "master"))
	if err != nil {
		n.t.Fatal(err)
	}
	next, err := disk{}.readMaster(n.next)
	if err != nil {
		n.t.Fatal(err)
	}
	return m.print() == next.print()
}

func TestEveryNodeTakesTheNextMasterKeyByItself(t *testing.T) {
	nodes := newNodes(t, 2)
	a, b := nodes[0].open(), nodes[1].open()
	if a.Next() == "" || a.Next() != b.Next() {
		t.Fatalf("the nodes call the next one %q and %q", a.Next(), b.Next())
	}
	sealed := map[string][]byte{}
	for _, c := range []string{"acme", "rival", "gone"} {
		sealed[c] = sealOne(t, a, c, number+c)
	}
	if err := a.Destroy("gone"); err != nil {
		t.Fatal(err)
	}
	mustRead(t, b, "acme", sealed["acme"], number+"acme")
	for range 2 { // repeated, as by a new leader that does not know of the first time
		if err := a.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	if !nodes[0].hasNext() || a.Next() != "" {
		t.Error("the node that rotated keeps the old one")
	}
	// The other keyring was not told of the rotation.
	mustRead(t, b, "acme", sealed["acme"], number+"acme")
	mustRead(t, b, "rival", sealed["rival"], number+"rival")
	sealed["late"] = sealOne(t, b, "late", number+"late")
	if err := b.RotateClient("acme"); err != nil {
		t.Fatal(err)
	}
	if !nodes[1].hasNext() || b.Next() != "" {
		t.Error("the other node keeps the old one")
	}
	for _, n := range nodes {
		k := n.open()
		for c, s := range sealed {
			if _, err := k.Open(c, s, "account number"); (c == "gone") != errors.Is(err, ErrDestroyed) {
				t.Errorf("%s: %v", c, err)
			}
		}
	}
}

func TestAKeyIsNeverMadeUnderTheMasterKeyBefore(t *testing.T) {
	nodes := newNodes(t, 2)
	a, b := nodes[0].open(), nodes[1].open()
	sealOne(t, a, "acme", number)
	if err := os.Remove(nodes[1].next); err != nil { // the node lost the file
		t.Fatal(err)
	}
	if err := a.Rotate(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Seal("late", []byte(number), "account number"); !errors.Is(err, ErrWrongMaster) {
		t.Errorf("with the old master key a key is made: %v", err)
	}
	if _, ok := nodes[0].table.wraps["late"]; ok {
		t.Error("a key was made by the old master key")
	}
	_, err := OpenWith(nodes[1].dir, nodes[1].next, nodes[1].table)
	if !errors.Is(err, ErrWrongMaster) || !strings.Contains(err.Error(), "--master-key-file-next") {
		t.Errorf("a node that was away starts with the old one: %v", err)
	}
	if err := b.Forget(); !errors.Is(err, ErrWrongMaster) {
		t.Errorf("it does not say so: %v", err)
	}
	copyFile(t, filepath.Join(nodes[0].dir, "master"), filepath.Join(nodes[1].dir, "master")) // as a person would
	if err := b.Forget(); err != nil {
		t.Error(err)
	}
	sealOne(t, b, "late", number)
}

// The wrapped keys are replaced in one step. The nodes replace their files
// later.
func TestAStopDuringARotationOverNodesLeavesTheOldOrTheNewWhole(t *testing.T) {
	everyStop(t, func(t *testing.T, d disk) error {
		n := newNodes(t, 1)[0]
		k := n.open()
		sealed := sealOne(t, k, "acme", number)
		k.disk = d
		stopped := k.Rotate()
		for range 2 {
			again := n.open()
			mustRead(t, again, "acme", sealed, number)
			sealOne(t, again, "late", number)
		}
		noLeftovers(t, n.dir)
		if stopped == nil && !n.hasNext() {
			t.Error("the master key is still the old one")
		}
		return stopped
	})
}

func TestARotationWhoseAnswerIsLostMayBeAskedForAgain(t *testing.T) {
	for _, carriedOut := range []bool{false, true} {
		n := newNodes(t, 1)[0]
		k := n.open()
		sealed := sealOne(t, k, "acme", number)
		n.table.lose, n.table.before = errStopped, !carriedOut
		if err := k.Rotate(); !errors.Is(err, errStopped) {
			t.Fatalf("got %v", err)
		}
		n.table.lose = nil
		mustRead(t, n.open(), "acme", sealed, number)
		sealOne(t, k, "late", number)
		if err := k.Rotate(); err != nil || !n.hasNext() {
			t.Errorf("asked again: %v", err)
		}
		mustRead(t, n.open(), "acme", sealed, number)
	}
}

func TestWithoutANextMasterKeyNothingIsRotated(t *testing.T) {
	n := newNodes(t, 1)[0]
	if err := os.Remove(n.next); err != nil {
		t.Fatal(err)
	}
	if err := n.open().Rotate(); err == nil || !strings.Contains(err.Error(), "keys make") {
		t.Errorf("got %v", err)
	}
	if n.open().Next() != "" {
		t.Error("there is a next one")
	}
}

// In a folder that cannot be written the old file remains, and the node
// continues.
func TestANodeUsesTheNextMasterKeyWhereItCannotReplaceTheOne(t *testing.T) {
	n := newNodes(t, 1)[0]
	k := n.open()
	sealed := sealOne(t, k, "acme", number)
	k.disk = disk{step: func(op, path string) error {
		if op == "rename" && path == filepath.Join(n.dir, "master") {
			return fs.ErrPermission
		}
		return nil
	}}
	if err := k.Rotate(); !errors.Is(err, ErrNotReplaced) {
		t.Fatalf("got %v", err)
	}
	k.opened = map[string]*clientKeys{}
	mustRead(t, k, "acme", sealed, number)
	sealOne(t, k, "late", number)
	k.disk = disk{}
	if err := k.Forget(); err != nil || !n.hasNext() {
		t.Errorf("it is not replaced later: %v", err)
	}
}
