package nacha

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// No input makes the reader panic, and no batch is good whose arithmetic,
// done again the naive way, does not balance.
func FuzzScan(f *testing.F) {
	for _, pattern := range []string{"testdata/*.ach", "testdata/vectors/*.ach"} {
		names, _ := filepath.Glob(pattern)
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
			f.Add(bytes.ReplaceAll(data, []byte("\n"), nil))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		report, err := Check(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if report.OK() && !report.Complete {
			t.Fatal("good without a file control record")
		}
		batches := naiveBatches(data)
		for ordinal := range report.Good() {
			checkBalance(t, report.Batches[ordinal-1], batches[ordinal-1])
		}
		all := readAll(t, data)
		if len(all.codes()) > 0 {
			return
		}
		if out, err := Render(all.File, "\n"); err == nil {
			if err := compare(out, all.File); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// naiveBatches cuts a file into batches by the first character of each
// record.
func naiveBatches(data []byte) [][]string {
	var batches [][]string
	lines := newLineReader(bytes.NewReader(data))
	for {
		rec, err := lines.next()
		if err != nil {
			return batches
		}
		if rec.text[0] == '5' {
			batches = append(batches, nil)
		}
		if n := len(batches); n > 0 && strings.IndexByte("5678", rec.text[0]) >= 0 {
			batches[n-1] = append(batches[n-1], strings.Map(oneByte, string(rec.text)))
		}
	}
}

// oneByte gives every column one byte.
func oneByte(r rune) rune {
	if r >= 0x80 {
		return '?'
	}
	return r
}

func checkBalance(t *testing.T, v Verdict, lines []string) {
	t.Helper()
	first, last := lines[0], lines[len(lines)-1]
	if first[50:53] == "ADV" {
		return
	}
	sum := naiveSum(t, lines)
	if last[0] != '8' || last[4:44] != sum.control() {
		t.Fatalf("batch %d is out of balance: control %q, entries make %q", v.Ordinal, last, sum.control())
	}
	if first[1:4] != last[1:4] || first[79:94] != last[79:94] {
		t.Fatalf("batch %d: header and control differ", v.Ordinal)
	}
	if got := fmt.Sprint(v.Totals.DebitCents, v.Totals.CreditCents); got != fmt.Sprint(sum.debits, sum.credits) {
		t.Fatalf("batch %d: totals %s", v.Ordinal, got)
	}
}

// Corrected data either makes sense, and can be written again, or is refused.
func FuzzParseChange(f *testing.F) {
	for _, seed := range []string{"0764012511234567890123456737", "9900 112255-A       37", "076401251   9900112244", "IAT", "37", ""} {
		for _, code := range []string{"C01", "C02", "C03", "C05", "C06", "C07", "C09", "C13", "C14"} {
			f.Add(code, seed, false)
			f.Add(code, seed, true)
		}
	}
	f.Fuzz(func(t *testing.T, code, data string, iat bool) {
		c, err := ParseChange(code, data, iat)
		if err != nil || code == "C13" {
			return
		}
		again, err := FormatChange(code, c, iat)
		if err != nil || again != trim(data) {
			t.Fatalf("%s %q became %+v and then %q, %v", code, data, c, again, err)
		}
	})
}
