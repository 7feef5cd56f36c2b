package nacha

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// Whatever file is decided, its rendering says exactly that.
func TestEveryRenderingComparesEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := anyFile(t)
		ending := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "ending")
		data, err := Render(file, ending)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := Render(file, ending)
		if !bytes.Equal(data, again) {
			t.Fatal("two renderings differ")
		}
		if err := compare(data, file); err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if report, err := Check(bytes.NewReader(data)); err != nil || !report.OK() || len(report.Good()) != len(file.Batches) {
			t.Fatalf("%+v, %v", report, err)
		}
	})
}

// Change one byte, any byte, reserved ones and line ends included, and
// Compare refuses the file.
func TestOneChangedByteIsAlwaysFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := anyFile(t)
		data, err := Render(file, rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "ending"))
		if err != nil {
			t.Fatal(err)
		}
		i := rapid.IntRange(0, len(data)-1).Draw(t, "position")
		b := rapid.OneOf(rapid.ByteRange(0x20, 0x7E), rapid.ByteRange('0', '9'), rapid.Byte()).Draw(t, "byte")
		if data[i] == b {
			t.Skip("the same byte")
		}
		was := data[i]
		data[i] = b
		if err := compare(data, file); err == nil {
			t.Fatalf("byte %d, column %d, from %q to %q, went unseen\n%s", i, i%95+1, was, b, data)
		}
	})
}

// A record lost, doubled or moved is found too.
func TestARecordLostDoubledOrMovedIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := anyFile(t)
		data, err := Render(file, "\n")
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.SplitAfter(data, []byte("\n"))
		i := rapid.IntRange(0, len(lines)-2).Draw(t, "line")
		j := rapid.IntRange(0, len(lines)-2).Draw(t, "other")
		switch rapid.SampledFrom([]string{"lose", "double", "swap"}).Draw(t, "what") {
		case "lose":
			lines[i] = nil
		case "double":
			lines[i] = append(bytes.Clone(lines[i]), lines[i]...)
		case "swap":
			if bytes.Equal(lines[i], lines[j]) {
				t.Skip("the same record")
			}
			lines[i], lines[j] = lines[j], lines[i]
		}
		if err := compare(bytes.Join(lines, nil), file); err == nil {
			t.Fatalf("lines %d and %d\n%s", i+1, j+1, bytes.Join(lines, nil))
		}
	})
}

// The same without chance: each byte of each golden file, changed to its
// neighbour.
func TestEveryByteOfEveryGoldenFileCounts(t *testing.T) {
	for _, name := range goldenNames() {
		file, data := goldens()[name], golden(t, name)
		for i := range data {
			data[i] ^= 1
			if err := compare(data, file); err == nil {
				t.Errorf("%s: byte %d, line %d column %d, went unseen", name, i, i/95+1, i%95+1)
			}
			data[i] ^= 1
		}
	}
}
