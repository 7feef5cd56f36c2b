package http

import (
	"bytes"
	"os"
	"testing"

	"pgregory.net/rapid"
)

// TestSpoolGivesBackWhatItGot writes and reads in any order of steps.
func TestSpoolGivesBackWhatItGot(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		s := newSpool(dir)
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
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%d temporary files left behind, %v", len(left), err)
	}
}
