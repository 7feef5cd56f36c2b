package nacha

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The same file in whatever form a bank sends it has the same identity.
func TestOneFileInManyForms(t *testing.T) {
	plain := string(vector(t, "05"))
	want := readAll(t, []byte(plain))
	bare := plain[:strings.Index(plain, nines)]
	for name, data := range map[string]string{
		"CRLF":                         strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":                           strings.ReplaceAll(plain, "\n", "\r"),
		"no final line end":            strings.TrimRight(plain, "\n"),
		"trailing spaces trimmed":      trimLines(plain),
		"trimmed, CR":                  strings.ReplaceAll(trimLines(plain), "\n", "\r"),
		"blank lines":                  strings.ReplaceAll(plain, "\n", "\n\n   \n"),
		"no padding":                   bare,
		"no padding, no line end":      strings.TrimRight(bare, "\n"),
		"no padding, trimmed":          strings.TrimRight(bare, " \n"),
		"a block of padding too much":  plain + strings.Repeat(nines+"\n", 10),
		"no line ends at all":          strings.ReplaceAll(plain, "\n", ""),
		"no line ends, one at the end": strings.ReplaceAll(plain, "\n", "") + "\n",
		"one line per block":           strings.ReplaceAll(plain, "\n", "") + "\r\n" + strings.Repeat("9", 940) + "\r\n",
		"no line ends, end trimmed":    strings.TrimRight(strings.ReplaceAll(bare, "\n", ""), " "),
		"spaces behind column 94":      strings.ReplaceAll(plain, "\n", " \n"),
		"lines of 500, CRLF":           paddedTo(plain, 500, "\r\n"),
		"lines of 95, no final end":    strings.TrimRight(strings.ReplaceAll(plain, "\n", " \n"), "\n"),
		"no line ends, trimmed, LF":    strings.TrimRight(strings.ReplaceAll(bare, "\n", ""), " ") + "\n",
		"no line ends, trimmed, CRLF":  strings.TrimRight(strings.ReplaceAll(bare, "\n", ""), " ") + "\r\n",
		"trimmed, then its nines":      strings.TrimRight(strings.ReplaceAll(bare, "\n", ""), " ") + "\n" + strings.Repeat("9", 4*94),
		"0x1A at the end":              plain + "\x1A",
		"0x1A behind the last record":  strings.TrimRight(plain, "\n") + "\x1A",
		"0x1A without line ends":       strings.ReplaceAll(plain, "\n", "") + "\x1A",
		"a byte order mark":            "\xEF\xBB\xBF" + plain,
	} {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, []byte(data))
			if codes := got.codes(); len(codes) > 0 || !got.Complete {
				t.Fatalf("problems %v, complete %v", codes, got.Complete)
			}
			if got.Hash != want.Hash || got.Batches[0].Hash != want.Batches[0].Hash || got.Key() != want.Key() {
				t.Error("another identity")
			}
			if len(got.Entries) != 2 || got.Entries[1].Raw != want.Entries[1].Raw {
				t.Errorf("entries %+v", got.Entries)
			}
			if data == plain {
				return
			}
			if err := compare([]byte(data), want.File); err == nil && name != "CRLF" {
				t.Error("Compare takes it for our own rendering")
			}
		})
	}
}

// paddedTo fills lines with spaces.
func paddedTo(s string, width int, ending string) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		fmt.Fprintf(&out, "%-*s%s", width, strings.TrimRight(line, "\n"), ending)
	}
	return out.String()
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// What is no NACHA file is refused, with the line to look at.
func TestTextThatIsRefused(t *testing.T) {
	plain := string(vector(t, "05"))
	for name, tt := range map[string]struct {
		data string
		line int
		want string
	}{
		"nothing":                    {"", 0, "file empty"},
		"blank lines only":           {"\n\n  \n", 0, "file empty"},
		"a tab in an entry":          {strings.Replace(plain, "ADA EXAMPLE", "ADA\tEXAMPLE", 1), 3, "batch character"},
		"a tab in the file header":   {strings.Replace(plain, "FEDERAL RESERVE", "FEDERAL\tRESERVE", 1), 1, "file character"},
		"a null in the file control": {strings.Replace(plain, "9000001000001", "9\x00000010000", 1), 0, "file character"},
		"a line of 95":               {strings.Replace(plain, "121042880000072\n", "121042880000072x\n", 1), 4, "file record-length"},
		"a very long line":           {strings.Replace(plain, "121042880000072\n", "121042880000072"+strings.Repeat("x", 100_000)+"\n", 1), 4, "file record-length"},
		"two files in one":           {plain + plain, 11, "file second-file"},
		"text behind the nines":      {plain + "SENT BY BRANCH 7\n", 11, "file after-end"},
		"an unknown record type":     {strings.Replace(plain, "\n8220", "\n4NOTE\n8220", 1), 5, "file record-type"},
		"compressed":                 {"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", 1, "file file-header"},
		"a letter":                   {"Dear bank,\nplease pay.\n", 1, "file file-header"},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := Check(strings.NewReader(tt.data))
			if err != nil {
				t.Fatal(err)
			}
			found := func(list []Problem) bool {
				return slices.ContainsFunc(list, func(p Problem) bool {
					return string(p.Scope)+" "+p.Code == tt.want && (tt.line == 0 || p.Line == tt.line)
				})
			}
			ok := found(report.Problems)
			for _, v := range report.Batches {
				ok = ok || found(v.Problems)
			}
			if !ok {
				t.Errorf("want %s in line %d, got %v and %v", tt.want, tt.line, report.Problems, report.Batches)
			}
			if len(report.Good()) > 0 {
				t.Error("something of it may be applied")
			}
		})
	}
}

// However long it is, a line is one line.
func TestALongLineIsOneProblem(t *testing.T) {
	for _, n := range []int{8, 95, 94 + 7, longest - 88, longest - 87, longest - 86, longest - 85, 2 * longest, 100_000} {
		data := strings.Replace(string(vector(t, "05")), "EMP0002", strings.Repeat("E", n), 1)
		all := readAll(t, []byte(data))
		if len(all.Problems) != 1 || all.Problems[0].Line != 4 || all.Problems[0].Code != RecordTooLong {
			t.Errorf("%d characters: %v", n, all.Problems)
		}
	}
}

// A file control record with nothing before it says that the line is alive.
func TestAZeroFileIsEmptyAndSound(t *testing.T) {
	report, err := Check(bytes.NewReader(golden(t, "zero-file")))
	if err != nil || !report.OK() || !report.Complete || len(report.Batches) != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

// A file still being uploaded is not complete; its last batch may even be
// sound, but nothing of it is good.
func TestAFileCutShortIsIncomplete(t *testing.T) {
	whole := vector(t, "05")
	for n := range bytes.Index(whole, []byte("9000001")) {
		report, err := Check(bytes.NewReader(whole[:n]))
		if err != nil || report.Complete || report.OK() || len(report.Good()) > 0 {
			t.Fatalf("first %d bytes: %+v, %v", n, report.Summary, err)
		}
	}
}
