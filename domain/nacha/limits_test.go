package nacha

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// open starts a batch of credits in a file that goes nowhere.
func open(t *testing.T, sec string) *Writer {
	t.Helper()
	w, err := NewWriter(io.Discard, sampleHeader(), "\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Begin(sampleBatch(sec, 1, sampleEntry(22, 1)).Header); err != nil {
		t.Fatal(err)
	}
	return w
}

// put adds an entry under the next trace number.
func put(w *Writer, e Entry) error {
	e.Trace = fmt.Sprintf("%s%07d", lantern[:8], w.totals.Entries+1)
	return w.Entry(&e)
}

// A sum may be 999,999,999,999 cents, and not one more.
func TestTheLastCentOfABatch(t *testing.T) {
	for cents, fits := range map[int64]bool{99: true, 100: false} {
		w := open(t, "PPD")
		for range 100 {
			if err := put(w, sampleEntry(22, MaxEntryCents)); err != nil {
				t.Fatal(err)
			}
		}
		if err := put(w, sampleEntry(22, cents)); (err == nil) != fits {
			t.Errorf("%d cents more: %v", cents, err)
		}
		if !fits {
			continue
		}
		if err := w.End(); err != nil {
			t.Error(err)
		}
		if total, err := w.Close(); err != nil || total.CreditCents != MaxTotalCents {
			t.Errorf("%+v, %v", total, err)
		}
	}
}

// A batch may hold 999,999 entries and addenda, and not one more.
func TestTheLastRecordOfABatch(t *testing.T) {
	w := open(t, "CTX")
	entry := sampleEntry(22, 1)
	entry.Addenda05 = make([]string, MaxAddenda)
	for range 99 {
		if err := put(w, entry); err != nil {
			t.Fatal(err)
		}
	}
	entry.Addenda05 = entry.Addenda05[:MaxAddenda-1]
	if err := put(w, entry); err != nil {
		t.Errorf("record 999,999: %v", err)
	}
	if err := put(w, sampleEntry(22, 1)); err == nil || !strings.Contains(err.Error(), "entry and addenda count") {
		t.Errorf("record 1,000,000: %v", err)
	}
}

// The limits of a file would take hours to reach.
func TestTheLastBatchAndBlockOfAFile(t *testing.T) {
	for name, tt := range map[string]struct {
		reach func(*Writer)
		fits  bool
	}{
		"999,999 batches":          {func(w *Writer) { w.file.Batches = MaxFileBatches }, true},
		"batch 1,000,000":          {func(w *Writer) { w.file.Batches = MaxFileBatches + 1 }, false},
		"999,999 blocks":           {func(w *Writer) { w.records = MaxFileBlocks*RecordsPerBlock - 1 }, true},
		"block 1,000,000":          {func(w *Writer) { w.records = MaxFileBlocks * RecordsPerBlock }, false},
		"99,999,999 records":       {func(w *Writer) { w.file.Entries = MaxFileRecords }, true},
		"record 100,000,000":       {func(w *Writer) { w.file.Entries, w.file.Addenda = MaxFileRecords, 1 }, false},
		"the last cent of debits":  {func(w *Writer) { w.file.DebitCents = MaxTotalCents }, true},
		"one more cent of debits":  {func(w *Writer) { w.file.DebitCents = MaxTotalCents + 1 }, false},
		"the last cent of credits": {func(w *Writer) { w.file.CreditCents = MaxTotalCents }, true},
		"one more cent of credits": {func(w *Writer) { w.file.CreditCents = MaxTotalCents + 1 }, false},
	} {
		w, err := NewWriter(io.Discard, sampleHeader(), "\n")
		if err != nil {
			t.Fatal(err)
		}
		tt.reach(w)
		if _, err := w.Close(); (err == nil) != tt.fits {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What just fits is written, read back and found equal.
func TestTheLargestEntries(t *testing.T) {
	corporate := sampleEntry(22, MaxEntryCents)
	for i := range MaxAddenda {
		corporate.Addenda05 = append(corporate.Addenda05, fmt.Sprintf("%080d", i))
	}
	abroad := goldens()["iat"].Batches[0]
	abroad.Header.Number = 2
	abroad.Entries[0].IAT.ForeignAmountCents = maxForeignCents
	file := File{Header: sampleHeader(), Batches: []Batch{sampleBatch("CTX", 1, corporate), abroad}}
	data, err := Render(file, "\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := compare(data, file); err != nil {
		t.Error(err)
	}
}

// A last block that is full already takes no further block of nines.
func TestAFullBlockNeedsNoPadding(t *testing.T) {
	entries := make([]Entry, 6)
	for i := range entries {
		entries[i] = sampleEntry(27, 1)
	}
	file := File{Header: sampleHeader(), Batches: []Batch{sampleBatch("PPD", 1, entries...)}}
	data, err := Render(file, "\n")
	if err != nil || bytes.Count(data, []byte("\n")) != 10 {
		t.Fatalf("%s, %v", data, err)
	}
	if err := compare(data, file); err != nil {
		t.Error(err)
	}
	more := append(data, []byte(strings.Repeat(nines+"\n", 10))...)
	if err := compare(more, file); err == nil {
		t.Error("ten nines too many")
	}
}
