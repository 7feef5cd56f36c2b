package nacha

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// One bad batch must not lose the good ones, wherever the fault is: in an
// entry, in a sum, in a copy of the header.
func TestABadBatchCostsNoneOfItsNeighbours(t *testing.T) {
	sound := readAll(t, golden(t, "iat-between-others"))
	for name, tt := range map[string]struct {
		old, new string
		lost     int
	}{
		"an amount of the first":         {"0000000001MBR", "0000000009MBR", 1},
		"a routing number of the first":  {"627121042882", "627" + lantern, 1},
		"letters in the first":           {"0000000001MBR", "00000000X1MBR", 1},
		"a sum of the IAT batch":         {"000000000500000000000000", "000000000501000000000000", 2},
		"a character in the last":        {"0000000002MBR-00001", "0000000002MBR\x0700001", 3},
		"the batch number of the last":   {"231380100000003\n9", "231380100000004\n9", 3},
		"a letter in a sum of the first": {"000000000001000000000000", "00000000000A000000000000", 1},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := Check(bytes.NewReader(edit(t, golden(t, "iat-between-others"), tt.old, tt.new)))
			if err != nil || !report.OK() {
				t.Fatalf("%v, %v", report.Problems, err)
			}
			want := map[int]bool{1: true, 2: true, 3: true}
			delete(want, tt.lost)
			if got := report.Good(); !reflect.DeepEqual(got, want) {
				t.Errorf("good batches %v", got)
			}
			for i, v := range report.Batches {
				if v.OK() && v.Hash != sound.Batches[i].Hash {
					t.Errorf("batch %d changed its identity", v.Ordinal)
				}
			}
		})
	}
}

// A batch is the same batch in another file.
func TestABatchKeepsItsIdentityAmongOtherNeighbours(t *testing.T) {
	header := sampleHeader()
	header.Modifier = "B"
	batch := goldens()["iat-between-others"].Batches[2]
	data, err := Render(File{Header: header, Batches: []Batch{batch}}, "\r\n")
	if err != nil {
		t.Fatal(err)
	}
	alone, among := readAll(t, data), readAll(t, golden(t, "iat-between-others"))
	if alone.Batches[0].Hash != among.Batches[2].Hash || alone.Hash == among.Hash {
		t.Error("identity of batch or file is wrong")
	}
}

// Classes we do not read come out whole, each entry with its records.
func TestUnsupportedClassesAreKeptRaw(t *testing.T) {
	for _, sec := range []string{"MTE", "XCK", "TRC", "TRX", "ACK", "ATX", "DNE", "ENR"} {
		all := readAll(t, edit(t, vector(t, "06"), "CCDTAX", sec+"TAX"))
		if got := all.codes(); !slices.Equal(got, []string{"entry unsupported"}) {
			t.Errorf("%s: %v", sec, got)
		}
		e := all.Entries[0]
		if !e.Unsupported || strings.Count(e.Raw, "\n") != 2 || !strings.Contains(e.Raw, `TXP*750000099`) {
			t.Errorf("%s: %+v", sec, e)
		}
	}
}

// Advices have wider sums and no traces; their arithmetic is checked all the
// same.
func TestAdvicesAreAddedUpInTheirOwnLayout(t *testing.T) {
	entry := func(code, cents, n int) string {
		return fmt.Sprintf("6%02d%s%-15s%012d%s%-5s%-1s%-22s%-2s0%s%s%04d", code, lantern, "ADVICE", cents, "061000146", "FILE1", "", "SETTLEMENT", "", "06100014", "327", n)
	}
	hash := 2 * 23138010
	lines := []string{
		strings.Split(string(vector(t, "05")), "\n")[0],
		"5280FEDERAL RESERVE                     1061000146ADVADVICE    261123261123   0061000140000001",
		entry(81, 700, 1),
		entry(82, 300, 2),
		fmt.Sprintf("8280%06d%010d%020d%020d%19s%8s%07d", 2, hash, 300, 700, "", "06100014", 1),
		fmt.Sprintf("9%06d%06d%08d%010d%020d%020d%23s", 1, 1, 2, hash, 300, 700, ""),
	}
	data := []byte(strings.Join(lines, "\n"))
	all := readAll(t, data)
	if got := all.codes(); !slices.Equal(got, []string{"entry unsupported", "entry unsupported"}) {
		t.Fatalf("got %v", got)
	}
	if all.Totals.CreditCents != 700 || all.Totals.DebitCents != 300 {
		t.Errorf("totals %+v", all.Totals)
	}
	for old, with := range map[string]string{"000000000700061000146": "000000000701061000146", "681231380104": "671231380104"} {
		if wrong := readAll(t, edit(t, data, old, with)); wrong.Batches[0].OK() {
			t.Errorf("%s went unseen", with)
		}
	}
}

// An answer copies the dates of what it answers, good or blank.
func TestABlankEffectiveDateIsLegalInAnAnswerAndOnceSettled(t *testing.T) {
	for name, data := range map[string][]byte{
		"a return":               edit(t, golden(t, "return"), "261123   1", "         1"),
		"stamped by the Fed":     edit(t, vector(t, "05"), "261123327", "      327"),
		"settled on the first":   edit(t, vector(t, "05"), "261123327", "261123001"),
		"settled on the last":    edit(t, vector(t, "05"), "261123327", "261123366"),
		"zeros, stamped as well": edit(t, vector(t, "05"), "261123327", "000000327"),
	} {
		if all := readAll(t, data); len(all.codes()) > 0 {
			t.Errorf("%s: %v", name, all.codes())
		}
	}
}

// A handler that fails ends the scan with its own error.
func TestAHandlerEndsTheScan(t *testing.T) {
	stop := fmt.Errorf("disk full")
	for name, h := range map[string]Handler{
		"file":  {File: func(*FileHeader) error { return stop }},
		"batch": {Batch: func(*ScannedBatch) error { return stop }},
		"entry": {Entry: func(*ScannedEntry) error { return stop }},
		"end":   {End: func(*Verdict) error { return stop }},
	} {
		if _, err := Scan(bytes.NewReader(vector(t, "05")), h); !errors.Is(err, stop) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A hostile file earns a bounded list of problems.
func TestProblemsAreBounded(t *testing.T) {
	header, _, _ := strings.Cut(string(vector(t, "05")), "\n")
	summary, err := Scan(strings.NewReader(header+strings.Repeat("\n?", 50_000)), Handler{})
	if err != nil || len(summary.Problems) != maxProblemsPerList || summary.More == 0 {
		t.Errorf("%d problems and %d more, %v", len(summary.Problems), summary.More, err)
	}
}

// More addenda than the rules know are counted, not kept.
func TestAddendaWithoutEndAreRefused(t *testing.T) {
	addendum := "705" + strings.Repeat("x", 80) + "00010000081\n"
	data := edit(t, vector(t, "06"), "\n8225", "\n"+strings.Repeat(addendum, 20_000)+"8225")
	all := readAll(t, balance(t, data))
	if v := all.Batches[0]; v.OK() || v.Problems[0].Code != AddendaField || v.Totals.Addenda != 20_001 {
		t.Errorf("verdict %+v", v)
	}
	if n := len(all.Entries[0].Raw); n > (MaxAddenda+1)*(RecordLength+1) {
		t.Errorf("%d bytes kept", n)
	}
}
