package inbound

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// FuzzApply takes in arbitrary content. It never fails, every file is applied
// or quarantined, and no amount is applied or queued that a second, much
// simpler reading of the file does not find in a batch that balances.
//
// The log's goroutines make coverage noisy, so bound the minimizing:
//
//	go test -fuzz FuzzApply -fuzzminimizetime 10x ./workers/inbound
func FuzzApply(f *testing.F) {
	seeds, err := filepath.Glob(vectors + "/*.ach")
	must(f, err)
	others, err := filepath.Glob("../../domain/nacha/testdata/*.ach")
	must(f, err)
	for _, path := range append(seeds, others...) {
		content, err := os.ReadFile(path)
		must(f, err)
		f.Add(content)
		f.Add(bytes.ReplaceAll(content, []byte("\n"), nil))
	}
	w := newWorld(f)
	w.sent()
	f.Fuzz(func(t *testing.T, content []byte) {
		before, err := w.store.Head(t.Context())
		must(t, err)
		o, err := w.intake.Take(t.Context(), "fuzz", FromAPI, bytes.NewReader(content))
		must(t, err)
		if o.State == "received" || o.ID == "" {
			t.Fatalf("outcome %+v", o)
		}
		moved := w.moneySince(t, before.Position)
		if found := balancing(content); moved > found {
			t.Errorf("%d cents were applied of a file in which %d balance", moved, found)
		}
	})
}

// Whichever digit of a file is changed, no amount is applied that does not
// balance.
func TestNoSingleWrongDigitMovesMoney(t *testing.T) {
	w := newWorld(t)
	w.sent()
	applied := 0
	for _, number := range []string{"02", "05"} {
		content := vector(t, number)
		for i := range 95 * 6 {
			if content[i] < '0' || content[i] > '9' {
				continue
			}
			wrong := bytes.Clone(content)
			wrong[i] = '0' + (content[i]-'0'+1)%10
			before, err := w.store.Head(t.Context())
			must(t, err)
			w.feed(wrong)
			moved := w.moneySince(t, before.Position)
			if found := balancing(wrong); moved > found {
				t.Errorf("vector %s, character %d of line %d: %d cents were applied, %d balance", number, i%95+1, i/95+1, moved, found)
			}
			if moved > 0 {
				applied++
			}
		}
	}
	if applied == 0 {
		t.Error("no digit is without meaning for money: the test sees nothing")
	}
}

// moneySince adds up the amounts of entries placed after a log position.
func (w *world) moneySince(t *testing.T, position int64) (cents int64) {
	t.Helper()
	for {
		page, err := w.store.ReadAll(t.Context(), position, 1000)
		must(t, err)
		if len(page) == 0 {
			return cents
		}
		for _, r := range page {
			cents += centsOf(t, r)
			position = r.Position
		}
	}
}

func centsOf(t *testing.T, r eventstore.Recorded) int64 {
	t.Helper()
	f, err := ledger.Fact(r)
	must(t, err)
	switch e := f.Event.(type) {
	case *domain.TransactionReceived:
		return e.Entry.AmountCents
	case *domain.TransactionReturned:
		return e.Entry.AmountCents
	case *domain.TransactionDishonored:
		return e.Entry.AmountCents
	case *domain.TransactionContested:
		return e.Entry.AmountCents
	case *domain.EntryQueued:
		if e.Header.SEC != "ADV" { // an advice moves no money
			return e.Entry.AmountCents
		}
	}
	return 0
}

// balancing adds up the entries of batches whose control record agrees with
// them, in a file whose own control record agrees with entries or batches.
func balancing(content []byte) (cents int64) {
	type sums struct{ debits, credits, hash, records int64 }
	add := func(a, b sums) sums {
		return sums{a.debits + b.debits, a.credits + b.credits, (a.hash + b.hash) % 1e10, a.records + b.records}
	}
	var batch, entries, claims sums
	sound := false
	for _, r := range naiveRecords(content) {
		number := func(from, to int) int64 {
			n, err := strconv.ParseInt(r[from-1:to], 10, 64)
			if err != nil {
				return -1
			}
			return n
		}
		switch r[0] {
		case '5':
			batch = sums{}
		case '6':
			one := sums{hash: number(4, 11), records: 1, credits: number(30, 39)}
			if r[2] >= '5' {
				one.debits, one.credits = one.credits, 0
			}
			batch, entries = add(batch, one), add(entries, one)
		case '7':
			batch.records++
			entries.records++
		case '8':
			claim := sums{number(21, 32), number(33, 44), number(11, 20), number(5, 10)}
			claims = add(claims, claim)
			if claim == batch {
				cents += batch.debits + batch.credits
			}
		case '9':
			if r != strings.Repeat("9", 94) {
				total := sums{number(32, 43), number(44, 55), number(22, 31), number(14, 21)}
				sound = sound || total == entries || total == claims ||
					total.debits == entries.debits && total.credits == entries.credits
			}
		}
	}
	if !sound {
		return 0
	}
	return cents
}

// naiveRecords splits a file into records of 94 characters.
func naiveRecords(content []byte) (records []string) {
	text := strings.TrimRight(strings.TrimPrefix(string(content), "\xEF\xBB\xBF"), "\x1A")
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	for _, l := range lines {
		for len(l) > 94 && len(l)%94 == 0 {
			records, l = append(records, l[:94]), l[94:]
		}
		l = strings.TrimRight(l, " \x1A")
		if l == "" || len(l) > 94 {
			continue
		}
		records = append(records, l+strings.Repeat(" ", 94-len(l)))
	}
	return records
}
