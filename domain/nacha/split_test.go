package nacha_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/achledger/achledger/domain/nacha"
)

// split reads all files of a content.
func split(t *testing.T, r io.Reader) (files []string) {
	t.Helper()
	s := nacha.NewSplit(r)
	for more := true; more; more = s.Next() {
		text, err := io.ReadAll(s)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, string(text))
	}
	return files
}

func TestEachFileOfAContentIsReadByItself(t *testing.T) {
	pad := func(s string) string { return s + strings.Repeat(" ", nacha.RecordLength-len(s)) }
	first := []string{pad("101 231380104"), pad("6 101 is no header"), pad("9000000"), strings.Repeat("9", nacha.RecordLength)}
	second := []string{pad("101 061000146"), pad("9000001")}
	lines := func(end string, list ...string) string { return strings.Join(list, end) + end }
	for name, want := range map[string][]string{
		"one file":                     {lines("\n", first...)},
		"nothing":                      {""},
		"no file at all":               {"9 what\n1 ever\n101"},
		"two with LF":                  {lines("\n", first...), lines("\n", second...)},
		"two with CRLF":                {lines("\r\n", first...), lines("\r\n", second...)},
		"two with CR":                  {lines("\r", first...), lines("\r", second...)},
		"lines and no lines":           {lines("\n", first...), lines("", second...)},
		"no lines and lines":           {lines("", first...), lines("\n", second...)},
		"three without line ends":      {lines("", first...), lines("", second...), lines("", first...)},
		"blank lines between":          {lines("\n", first...) + "\n   \n", lines("\n", second...)},
		"an end of file of DOS":        {lines("\n", first...) + "\x1a", lines("\n", second...)},
		"a byte order mark in between": {lines("\n", first...), "\xEF\xBB\xBF" + lines("\n", second...)},
		"a header behind an entry":     {lines("\n", first[0], first[1], second[0], second[1])},
		"a 1 that is no header":        {lines("\n", first...) + "1 what\n" + lines("\n", second...)},
		"unbroken, with letters of two bytes": {
			first[0] + "6 Zo\u00eb and Ren\u00e9" + strings.Repeat(" ", nacha.RecordLength-14) + first[2], lines("", second...)},
	} {
		t.Run(name, func(t *testing.T) {
			content := strings.Join(want, "")
			if name == "no file at all" {
				want = []string{"9 what\n1 ever\n101"}
			}
			for way, r := range map[string]io.Reader{
				"at once":      strings.NewReader(content),
				"byte by byte": iotest.OneByteReader(strings.NewReader(content)),
			} {
				got := split(t, r)
				if strings.Join(got, "|") != strings.Join(want, "|") {
					t.Errorf("%s: got %q\nwant %q", way, got, want)
				}
			}
		})
	}
}

func TestHowManyFilesAContentMayHold(t *testing.T) {
	const one = "101\n9\n"
	files := split(t, strings.NewReader(strings.Repeat(one, 150)))
	if len(files) != 100 || files[98] != one || files[99] != strings.Repeat(one, 51) {
		t.Errorf("%d files, the last of %d bytes", len(files), len(files[len(files)-1]))
	}
}

func TestAnErrorOfReadingIsNoEndOfAFile(t *testing.T) {
	s := nacha.NewSplit(io.MultiReader(strings.NewReader("101\n9"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	if _, err := io.ReadAll(s); err != io.ErrUnexpectedEOF || s.Next() {
		t.Errorf("error %v", err)
	}
}
