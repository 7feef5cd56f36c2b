package nacha

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
)

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
	if err := compare(data, file); err != nil {
		t.Error(err)
	}
	if got := readAll(t, data).File.Header; got.ImmediateOrigin != "1840000017" || got.ImmediateDestination != "BANK-00001" {
		t.Errorf("%+v", got)
	}
}
