package connect

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/http/api"
)

// TestSpoolGivesBackWhatItGot writes and reads in any order of steps.
func TestSpoolGivesBackWhatItGot(t *testing.T) {
	all := newSpools(t.TempDir())
	rapid.Check(t, func(t *rapid.T) {
		s := all.open()
		defer func() {
			if err := s.remove(); err != nil {
				t.Error(err)
			}
		}()
		var want, got []byte
		buffer := make([]byte, 200<<10)
		for i := range rapid.IntRange(1, 30).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "read") && len(got) < len(want) {
				n, err := s.read(buffer[:rapid.IntRange(1, len(buffer)).Draw(t, "size")])
				if err != nil || n == 0 {
					t.Fatalf("read %d: %v", n, err)
				}
				got = append(got, buffer[:n]...)
				continue
			}
			b := bytes.Repeat([]byte{byte(i)}, rapid.IntRange(1, 150<<10).Draw(t, "bytes"))
			if err := s.write(b); err != nil {
				t.Fatal(err)
			}
			want = append(want, b...)
		}
		s.end()
		for n := 1; n > 0; {
			var err error
			if n, err = s.read(buffer); err != nil {
				t.Fatal(err)
			}
			got = append(got, buffer[:n]...)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("got %d bytes, want %d", len(got), len(want))
		}
	})
	if used := all.used.Load(); used != 0 {
		t.Errorf("%d bytes are counted as used after the last spool is gone", used)
	}
}

// TestSpooledResultsHaveNoName: a killed process leaves on disk only files that
// have a name, so a spool has none.
func TestSpooledResultsHaveNoName(t *testing.T) {
	dir := t.TempDir()
	s := newSpools(dir).open()
	if err := s.write(make([]byte, 2*spoolMemory)); err != nil {
		t.Fatal(err)
	}
	if s.written == 0 {
		t.Fatal("nothing went to the file")
	}
	if named, err := os.ReadDir(dir); err != nil || len(named) > 0 {
		t.Errorf("%v have names, %v", named, err)
	}
	if err := s.remove(); err != nil {
		t.Error(err)
	}
}

func TestAFileLeftByAKilledProcessIsSweptAway(t *testing.T) {
	dir := t.TempDir()
	left, err := os.CreateTemp(dir, api.SpoolPattern) // killed before it was unlinked
	if err != nil {
		t.Fatal(err)
	}
	left.Close()
	other := filepath.Join(dir, "somebody-elses")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := newSpools(dir).sweep(); err != nil {
		t.Fatal(err)
	}
	if found, err := os.ReadDir(dir); err != nil || len(found) != 1 || found[0].Name() != "somebody-elses" {
		t.Errorf("%v are there, %v", found, err)
	}
}

// TestAFullSpoolWaitsForItsReader fills a spool up to the bound of one file, and up
// to what other files leave of the bound of all.
func TestAFullSpoolWaitsForItsReader(t *testing.T) {
	for name, bound := range map[string]func(*spoolFolder){
		"its own file is full": func(a *spoolFolder) { a.file = 1 << 20 },
		"all files are full":   func(a *spoolFolder) { a.all = 1 << 20 },
	} {
		t.Run(name, func(t *testing.T) {
			all := newSpools(t.TempDir())
			bound(all)
			s := all.open()
			const total = 4 << 20
			wrote := make(chan error, 1)
			go func() {
				err := s.write(make([]byte, total))
				s.end()
				wrote <- err
			}()
			buffer, got := make([]byte, 32<<10), 0
			for n := 1; n > 0; got += n {
				var err error
				if n, err = s.read(buffer); err != nil {
					t.Fatal(err)
				}
				if used := all.used.Load(); used > 1<<20 {
					t.Fatalf("%d bytes lie in files", used)
				}
			}
			if err := <-wrote; err != nil || got != total {
				t.Errorf("read %d of %d, %v", got, total, err)
			}
			if err := s.remove(); err != nil || all.used.Load() != 0 {
				t.Errorf("%d bytes stay in use, %v", all.used.Load(), err)
			}
		})
	}
}

func TestAWriterWhoseReaderIsGoneDoesNotWait(t *testing.T) {
	all := newSpools(t.TempDir())
	all.file = 1 << 20
	s := all.open()
	wrote := make(chan error, 1)
	go func() { wrote <- s.write(make([]byte, 4<<20)) }()
	s.stop()
	if err := <-wrote; !errors.Is(err, errSpoolStopped) {
		t.Errorf("got %v", err)
	}
	if err := s.remove(); err != nil {
		t.Error(err)
	}
}
