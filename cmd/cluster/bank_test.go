package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/cluster"
)

// atTheBank returns a bank, and a file with two payments that were sent to it.
func atTheBank(t *testing.T) (*bank, string) {
	t.Helper()
	dir := t.TempDir()
	c := &cluster.Cluster{Outbox: filepath.Join(dir, "outbox"), Inbox: filepath.Join(dir, "inbox")}
	for _, folder := range []string{c.Outbox, c.Inbox} {
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	b := newBank(c, newModel())
	return b, nacha([]*payment{b.model.send("P"), b.model.send("P")})
}

// gets makes the bank find a file.
func (b *bank) gets(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(b.outbox, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	b.take()
}

func TestTheBankNoticesWhateverComesTwice(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(file string) string
		says   string
	}{
		"the same file": {func(f string) string { return f }, "is a.ach again"},
		"the same numbers with another content": {
			func(f string) string { return strings.Replace(f, "Ada Marsh", "Bea Marsh", 1) }, "the origin, date, time and modifier of a.ach",
		},
		"the same entries with other numbers": {
			func(f string) string { return f[:33] + "Q" + f[34:] }, "left in a.ach and in b.ach",
		},
		"an entry that nobody sent": {
			func(f string) string { return strings.ReplaceAll(f, "P0000000002", "P0000000009") }, "nobody sent",
		},
		"half a file": {func(f string) string { return f[:400] }, "it is not whole"},
	} {
		t.Run(name, func(t *testing.T) {
			b, file := atTheBank(t)
			b.gets(t, "a.ach", file)
			if len(b.model.wrong) != 0 || len(b.model.left) != 2 {
				t.Fatalf("a file that is right: %v", b.model.wrong)
			}
			if b.gets(t, "b.ach", tt.change(file)); !strings.Contains(strings.Join(b.model.wrong, "\n"), tt.says) {
				t.Errorf("it says %q", b.model.wrong)
			}
		})
	}
}

func TestTheBankNoticesAnotherAmount(t *testing.T) {
	b, file := atTheBank(t)
	b.gets(t, "a.ach", strings.Replace(file, "0000000102", "0000000999", 1))
	if text := strings.Join(b.model.wrong, "\n"); !strings.Contains(text, "with 999 cents, not 102") {
		t.Errorf("it says %q", text)
	}
}

func TestWhatWasAcknowledgedAndDidNotLeaveIsWrong(t *testing.T) {
	b, file := atTheBank(t)
	x := &chaos{model: b.model, bank: b}
	for _, p := range b.model.payments {
		p.acknowledged = true
	}
	x.compareFiles()
	if len(b.model.wrong) != 2 {
		t.Errorf("nothing left: %v", b.model.wrong)
	}
	b.model.wrong = nil
	b.gets(t, "a.ach", file)
	if x.compareFiles(); len(b.model.wrong) != 0 {
		t.Errorf("all left: %v", b.model.wrong)
	}
	b.model.payments["P0000000001"].recalled = true
	if x.compareFiles(); len(b.model.wrong) != 1 {
		t.Errorf("one was recalled and left: %v", b.model.wrong)
	}
}

func TestEveryKindOfFaultIsDealtBeforeAnyAgain(t *testing.T) {
	d := &deck{random: rand.New(rand.NewPCG(1, 0))}
	for range 3 {
		dealt := map[string]bool{}
		for range faultKinds {
			dealt[d.deal().name] = true
		}
		if len(dealt) != len(faultKinds) {
			t.Errorf("%d kinds of %d", len(dealt), len(faultKinds))
		}
	}
}
