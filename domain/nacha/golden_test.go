package nacha

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/moov-io/ach"
)

var update = flag.Bool("update", false, "write testdata/*.ach anew")

// Every class and every kind of batch renders to the bytes kept in testdata,
// compares equal, and is accepted by moov's reader too.
func TestGoldenFiles(t *testing.T) {
	for _, name := range goldenNames() {
		file := goldens()[name]
		t.Run(name, func(t *testing.T) {
			got, err := Render(file, "\n")
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name+".ach")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("rendered\n%s\nwant\n%s", got, want)
			}
			if err := compare(got, file); err != nil {
				t.Error(err)
			}
			moovAccepts(t, got, file)
		})
	}
}

// goldenNames are in order, so that a drawn file can be drawn again.
func goldenNames() []string { return slices.Sorted(maps.Keys(goldens())) }

// moovAccepts reads with moov-io/ach: the oracle, with the one option it
// needs to take entries without money.
func moovAccepts(t *testing.T, data []byte, file File) {
	t.Helper()
	r := ach.NewReader(bytes.NewReader(data))
	r.SetValidation(&ach.ValidateOpts{AllowZeroEntryAmount: true, AllowZeroBatches: true})
	read, err := r.Read()
	if err != nil {
		t.Fatalf("moov-io/ach: %v", err)
	}
	if n := len(read.Batches) + len(read.IATBatches); n != len(file.Batches) {
		t.Errorf("moov-io/ach sees %d batches, want %d", n, len(file.Batches))
	}
}
