package nacha

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// reading is a whole file in memory, for tests only.
type reading struct {
	Report
	File    File
	Entries []ScannedEntry
}

func readAll(t testing.TB, data []byte) reading {
	t.Helper()
	var all reading
	summary, err := Scan(bytes.NewReader(data), Handler{
		Batch: func(b *ScannedBatch) error {
			all.File.Batches = append(all.File.Batches, Batch{Header: b.Header})
			return nil
		},
		Entry: func(e *ScannedEntry) error {
			all.Entries = append(all.Entries, *e)
			last := &all.File.Batches[len(all.File.Batches)-1]
			last.Entries = append(last.Entries, e.Entry)
			return nil
		},
		End: func(v *Verdict) error {
			all.Batches = append(all.Batches, *v)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	all.Summary = summary
	all.File.Header = summary.Header
	return all
}

// problems are all problem codes of a reading, scope in front.
func (r *reading) codes() []string {
	var codes []string
	add := func(list []Problem) {
		for _, p := range list {
			codes = append(codes, string(p.Scope)+" "+p.Code)
		}
	}
	add(r.Problems)
	for _, b := range r.Batches {
		add(b.Problems)
	}
	for _, e := range r.Entries {
		add(e.Problems)
	}
	return codes
}

func vector(t testing.TB, number string) []byte {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join("testdata", "vectors", number+"-*.ach"))
	if len(names) != 1 {
		t.Fatalf("vector %s: found %v", number, names)
	}
	data, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// edit replaces text in a file once, and fails the test where it is not found.
func edit(t testing.TB, data []byte, old, with string) []byte {
	t.Helper()
	if !strings.Contains(string(data), old) {
		t.Fatalf("nothing to edit: %q", old)
	}
	return []byte(strings.Replace(string(data), old, with, 1))
}
