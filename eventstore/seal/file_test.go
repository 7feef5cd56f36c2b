package seal

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// sealFile returns the content sealed as the file.
func sealFile(t *testing.T, f File, content []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := f.Writer(&out)
	for n := 0; n < len(content); n += 777_777 { // across the bounds of chunks
		if _, err := w.Write(content[n:min(len(content), n+777_777)]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w.Bytes != int64(len(content)) {
		t.Errorf("counted %d bytes of %d", w.Bytes, len(content))
	}
	return out.Bytes()
}

func openFile(f File, sealed []byte) ([]byte, error) {
	return io.ReadAll(f.Reader(bytes.NewReader(sealed), int64(len(sealed))))
}

func TestASealedFileIsReadBackWhateverItsLength(t *testing.T) {
	f := File{Keys: openRing(t, t.TempDir()), Client: "acme", Name: "in/one"}
	for _, length := range []int{0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 2 * chunkBytes, 2*chunkBytes + 5} {
		content := bytes.Repeat([]byte("0123456"), length/7+1)[:length]
		got, err := openFile(f, sealFile(t, f, content))
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes came back as %d: %v", length, len(got), err)
		}
	}
}

func TestASealedFileCannotBeChangedMovedOrCutOffUnnoticed(t *testing.T) {
	f := File{Keys: openRing(t, t.TempDir()), Client: "acme", Name: "in/one"}
	sealed := sealFile(t, f, bytes.Repeat([]byte("x"), 2*chunkBytes+5))
	first := 4 + int(sealed[0])<<24 + int(sealed[1])<<16 + int(sealed[2])<<8 + int(sealed[3])
	second := sealed[first : 2*first]
	other := f
	other.Name = "in/two"
	for name, tt := range map[string]struct {
		file   File
		sealed []byte
	}{
		"a byte is another":         {f, append(append(append([]byte{}, sealed[:900]...), sealed[900]^1), sealed[901:]...)},
		"its end is cut off":        {f, sealed[:2*first]},
		"the middle of a chunk is":  {f, sealed[:first+9]},
		"two chunks change places":  {f, append(append(append([]byte{}, second...), sealed[:first]...), sealed[2*first:]...)},
		"it bears another's name":   {other, sealed},
		"nothing is left":           {f, nil},
		"a chunk claims to be huge": {f, append([]byte{0xff, 0xff, 0xff, 0xff}, sealed[4:]...)},
	} {
		got, err := openFile(tt.file, tt.sealed)
		if !errors.Is(err, ErrNotAuthentic) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: read %d bytes, %v", name, len(got), err)
		}
	}
}
