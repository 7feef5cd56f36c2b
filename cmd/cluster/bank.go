package main

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/achledger/achledger/cmd/internal/cluster"
)

// bank takes every file as soon as it has its final name, as ACH operators do,
// and records a failure if a file or an entry comes twice.
type bank struct {
	outbox   string
	inbox    string
	model    *model
	keys     map[string]string   // file by origin, date, time and modifier
	contents map[[32]byte]string // file by its bytes

	mu       sync.Mutex
	entries  map[string]entry // by mark
	returned int              // number of return files that it made
}

// entry is the record of an entry that left, and the header of its batch.
type entry struct{ batch, line string }

func newBank(c *cluster.Cluster, m *model) *bank {
	return &bank{
		outbox: c.Outbox, inbox: c.Inbox, model: m,
		keys: map[string]string{}, contents: map[[32]byte]string{}, entries: map[string]entry{},
	}
}

func (b *bank) run(ctx context.Context) {
	for ctx.Err() == nil {
		b.take()
		time.Sleep(20 * time.Millisecond)
	}
}

// take takes all files in the outbox.
func (b *bank) take() {
	files, _ := filepath.Glob(filepath.Join(b.outbox, "*.ach"))
	for _, path := range files {
		taken := filepath.Join(b.outbox, "..", "taken-"+strconv.Itoa(len(b.keys))+"-"+filepath.Base(path))
		if err := os.Rename(path, taken); err != nil {
			continue
		}
		content, err := os.ReadFile(taken)
		if err != nil {
			b.model.fail("read %s: %v", taken, err)
			continue
		}
		b.read(filepath.Base(path), content)
	}
}

// read reads a file by columns.
func (b *bank) read(name string, content []byte) {
	lines := strings.Split(string(content), "\n")
	if len(lines[0]) != 94 || lines[0][0] != '1' {
		b.model.fail("%s begins with %q", name, lines[0])
		return
	}
	key := lines[0][13:34] // origin, date, time, modifier
	if before, ok := b.keys[key]; ok {
		b.model.fail("%s has the origin, date, time and modifier of %s", name, before)
	}
	sum := sha256.Sum256(content)
	if before, ok := b.contents[sum]; ok {
		b.model.fail("%s is %s again", name, before)
	}
	b.keys[key], b.contents[sum] = name, name
	whole, batch := false, ""
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, "5"):
			batch = line
		case strings.HasPrefix(line, "6"):
			b.entry(name, batch, line)
		case strings.HasPrefix(line, "9000"):
			whole = true
		}
	}
	if !whole {
		b.model.fail("%s has no file control: it is not whole", name)
	}
}

func (b *bank) entry(name, batch, line string) {
	mark := strings.TrimSpace(line[39:54])
	b.mu.Lock()
	b.entries[mark] = entry{batch, line}
	b.mu.Unlock()
	cents, err := strconv.ParseInt(line[29:39], 10, 64)
	b.model.mu.Lock()
	p, known := b.model.payments[mark]
	before, twice := b.model.left[mark]
	if !twice {
		b.model.left[mark] = name
	}
	b.model.mu.Unlock()
	switch {
	case !known:
		b.model.fail("%s has an entry %q that nobody sent", name, mark)
	case twice:
		b.model.fail("%s left in %s and in %s", mark, before, name)
	case err != nil || cents != p.cents:
		b.model.fail("%s left in %s with %d cents, not %d", mark, name, cents, p.cents)
	}
}

// inboxIsRead reports whether the ledger has taken all of the bank's files.
func (b *bank) inboxIsRead() bool {
	for _, at := range []string{"*.ach", ".taking/*"} {
		if left, _ := filepath.Glob(filepath.Join(b.inbox, at)); len(left) > 0 {
			return false
		}
	}
	return true
}

// checkInbox fails if a file of the bank is not among those that were done.
func (b *bank) checkInbox() {
	for folder, want := range map[string]int{"done": b.returned, "quarantine": 0} {
		if files, _ := filepath.Glob(filepath.Join(b.inbox, folder, "*")); len(files) != want {
			b.model.fail("%d files of the bank's are in %s, not %d", len(files), folder, want)
		}
	}
}
