package nacha

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// told is what a Handler was told of a file, less what only text has.
type told struct {
	File    FileHeader
	Batches []ScannedBatch
	Entries []ScannedEntry
	Ends    []Verdict
}

func (l *told) handler() Handler {
	return Handler{
		File: func(h *FileHeader) error { l.File = *h; return nil },
		Batch: func(b *ScannedBatch) error {
			b.Raw = ""
			l.Batches = append(l.Batches, *b)
			return nil
		},
		Entry: func(e *ScannedEntry) error {
			e.Raw = ""
			l.Entries = append(l.Entries, *e)
			return nil
		},
		End: func(v *Verdict) error {
			v.Hash = ""
			l.Ends = append(l.Ends, *v)
			return nil
		},
	}
}

func (b *Batch) domesticForward() bool {
	return b.Header.IAT == nil && !slices.ContainsFunc(b.Entries, func(e Entry) bool { return e.Kind() != KindForward })
}

func TestAFileInMemoryIsScannedAsItsTextIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := anyFile(t)
		file.Batches = slices.DeleteFunc(file.Batches, func(b Batch) bool { return !b.domesticForward() })
		for _, b := range file.Batches {
			for i := range b.Entries {
				if b.Entries[i].Name != "" && rapid.IntRange(0, 9).Draw(t, "zero name") == 0 {
					b.Entries[i].Name = "0 " // which is written, and held when it is read
				}
			}
		}
		data, err := Render(file, "\n")
		if err != nil {
			t.Fatal(err)
		}
		var want, got told
		text, err := Scan(bytes.NewReader(data), want.handler())
		if err != nil {
			t.Fatal(err)
		}
		values, err := file.Scan(got.handler())
		if err != nil {
			t.Fatal(err)
		}
		if got.File.Reference = trim(got.File.Reference); !reflect.DeepEqual(got, want) {
			t.Fatalf("of the values\n%+v\nof their text\n%+v", got, want)
		}
		if values.Totals != text.Totals || values.Records != text.Records || !values.OK() || !text.OK() {
			t.Fatalf("of the values %+v, of their text %+v", values, text)
		}
		hash, err := HashOf(bytes.NewReader(data))
		if err != nil || hash != text.Hash {
			t.Fatalf("the hash of the records is %s, %v; want %s", hash, err, text.Hash)
		}
	})
}

func TestAnswersAndInternationalEntriesAreNotScannedWithoutTheirText(t *testing.T) {
	all, refused := goldens(), 0
	for _, name := range goldenNames() {
		file, domestic := all[name], true
		for _, b := range file.Batches {
			domestic = domestic && b.domesticForward()
		}
		if _, err := file.Scan(Handler{}); (err == nil) != domestic {
			t.Errorf("%s: %v", name, err)
		}
		if !domestic {
			refused++
		}
	}
	if refused == 0 {
		t.Error("no golden file has an answer")
	}
}
