package nacha

import (
	"bytes"
	"fmt"
	"io"
	"testing"
)

// manyEntries is a payroll of n credits in one batch.
func manyEntries(n int) File {
	entries := make([]Entry, n)
	for i := range entries {
		entries[i] = Entry{
			Code: 22, Routing: other, Account: fmt.Sprintf("7700%09d", i), AmountCents: int64(100000 + i),
			IndividualID: fmt.Sprintf("EMP%07d", i), Name: "TEST PERSON",
			Trace: fmt.Sprintf("%s%07d", lantern[:8], i+1),
		}
	}
	b := sampleBatch("PPD", 1, sampleEntry(22, 1))
	b.Entries = entries
	return File{Header: sampleHeader(), Batches: []Batch{b}}
}

func BenchmarkRender(b *testing.B) {
	file := manyEntries(100_000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Render(file, "\n"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(100_000*b.N)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkScan(b *testing.B) {
	data, err := Render(manyEntries(100_000), "\n")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		summary, err := Scan(bytes.NewReader(data), Handler{Entry: func(*ScannedEntry) error { n++; return nil }})
		if err != nil || !summary.OK() || n != 100_000 {
			b.Fatal(n, err, summary.Problems)
		}
	}
	b.ReportMetric(float64(100_000*b.N)/b.Elapsed().Seconds(), "entries/s")
}

func BenchmarkCompare(b *testing.B) {
	file := manyEntries(100_000)
	data, err := Render(file, "\n")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := compare(data, file); err != nil {
			b.Fatal(err)
		}
	}
}

// The writer alone, without the bytes in memory.
func BenchmarkWriter(b *testing.B) {
	file := manyEntries(100_000)
	b.ReportAllocs()
	for b.Loop() {
		w, err := NewWriter(io.Discard, file.Header, "\n")
		if err != nil {
			b.Fatal(err)
		}
		if err := w.Begin(file.Batches[0].Header); err != nil {
			b.Fatal(err)
		}
		for i := range file.Batches[0].Entries {
			if err := w.Entry(&file.Batches[0].Entries[i]); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.End(); err != nil {
			b.Fatal(err)
		}
		if _, err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
