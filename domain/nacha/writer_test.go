package nacha

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// fill writes batches of so many entries of one code, $99,999,999.99 each,
// and returns the first error.
func fill(code int, batches ...int) error {
	w, err := NewWriter(io.Discard, sampleHeader(), "\n")
	if err != nil {
		return err
	}
	entry := sampleEntry(code, MaxEntryCents)
	for n, entries := range batches {
		header := sampleBatch("PPD", n+1, sampleEntry(code, 1)).Header
		if err := w.Begin(header); err != nil {
			return err
		}
		for i := range entries {
			entry.Trace = fmt.Sprintf("%s%07d", lantern[:8], i+1)
			if err := w.Entry(&entry); err != nil {
				return err
			}
		}
		if err := w.End(); err != nil {
			return err
		}
	}
	_, err = w.Close()
	return err
}

// Twelve digits hold the sum of 100 of the largest entries, in a batch and in
// a file.
func TestSumsThatOverflow(t *testing.T) {
	for code, want := range map[int]string{22: "total credits", 27: "total debits"} {
		if err := fill(code, 100); err != nil {
			t.Errorf("100 entries of %d: %v", code, err)
		}
		if err := fill(code, 101); err == nil || err.Error() != "batch 1 entry 231380100000101: "+want+" are above twelve digits" {
			t.Errorf("101 entries of %d: %v", code, err)
		}
		if err := fill(code, 99, 2); err == nil || err.Error() != "file control: "+want+" are above twelve digits" {
			t.Errorf("99 and 2 entries of %d: %v", code, err)
		}
	}
}

// Six digits hold the entries and addenda of a batch.
func TestCountsThatOverflow(t *testing.T) {
	w, err := NewWriter(io.Discard, sampleHeader(), "\n")
	if err != nil {
		t.Fatal(err)
	}
	entry := sampleEntry(22, 1)
	entry.Addenda05 = make([]string, MaxAddenda)
	if err := w.Begin(sampleBatch("CTX", 1, entry).Header); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		entry.Trace = fmt.Sprintf("%s%07d", lantern[:8], i+1)
		if err := w.Entry(&entry); (err == nil) != (i < 99) {
			t.Fatalf("entry %d with 9,999 addenda: %v", i+1, err)
		}
	}
}

// A file has limits that take hours to reach.
func TestCountsOfAFileThatOverflow(t *testing.T) {
	for field, reach := range map[string]func(*Writer){
		"batch count":             func(w *Writer) { w.file.Batches = MaxFileBatches + 1 },
		"block count":             func(w *Writer) { w.records = MaxFileBlocks * RecordsPerBlock },
		"entry and addenda count": func(w *Writer) { w.file.Entries, w.file.Addenda = MaxFileRecords, 1 },
	} {
		w, err := NewWriter(io.Discard, sampleHeader(), "\n")
		if err != nil {
			t.Fatal(err)
		}
		reach(w)
		if _, err := w.Close(); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

// After an error a Writer writes nothing more and says why again.
func TestAWriterRepeatsItsFirstError(t *testing.T) {
	var out bytes.Buffer
	w, err := NewWriter(&out, sampleHeader(), "\n")
	if err != nil {
		t.Fatal(err)
	}
	first := w.Entry(&Entry{Trace: "231380100000001"})
	if first == nil || !errors.Is(w.Begin(BatchHeader{}), first) || !errors.Is(w.End(), first) {
		t.Errorf("first error %v", first)
	}
	if _, err := w.Close(); !errors.Is(err, first) || out.Len() > 0 {
		t.Errorf("%v, %d bytes", err, out.Len())
	}
	if _, err := NewWriter(&out, sampleHeader(), "\r"); err == nil {
		t.Error("CR alone is no line end of ours")
	}
	if _, err := Render(File{}, "\n"); err == nil {
		t.Error("an empty header was rendered")
	}
}

// The calls come in order.
func TestAWriterKeepsTheOrderOfRecords(t *testing.T) {
	batch := goldens()["tel"].Batches[0]
	number, sequence := 0, 0
	begin := func(w *Writer) error {
		number++
		batch.Header.Number = number
		return w.Begin(batch.Header)
	}
	entry := func(w *Writer) error {
		sequence++
		batch.Entries[0].Trace = fmt.Sprintf("%s%07d", lantern[:8], sequence)
		return w.Entry(&batch.Entries[0])
	}
	end := func(w *Writer) error { return w.End() }
	closing := func(w *Writer) error { _, err := w.Close(); return err }
	for name, calls := range map[string][]func(*Writer) error{
		"a batch in a batch":     {begin, begin},
		"an end without a batch": {end},
		"two ends of a batch":    {begin, entry, end, end},
		"an entry after the end": {begin, entry, end, entry},
		"an open batch":          {begin, entry, closing},
	} {
		w, err := NewWriter(io.Discard, sampleHeader(), "\n")
		for _, call := range calls {
			if err != nil {
				t.Errorf("%s: refused early: %v", name, err)
			}
			err = call(w)
		}
		if err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// Ten characters a bank dictates survive; moov needs telling.
func TestPointsOfTenCharacters(t *testing.T) {
	file := goldens()["ppd"]
	file.Header.ImmediateOrigin, file.Header.ImmediateDestination = "1840000017", "BANK-00001"
	data, err := Render(file, "\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := Compare(bytes.NewReader(data), file); err != nil {
		t.Error(err)
	}
	if got := readAll(t, data).File.Header; got.ImmediateOrigin != "1840000017" || got.ImmediateDestination != "BANK-00001" {
		t.Errorf("%+v", got)
	}
}
