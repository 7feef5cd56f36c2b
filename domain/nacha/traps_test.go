package nacha

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/moov-io/ach"
)

func golden(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".ach"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// moov-io/ach reads each of these files without an error. The strict reader
// sees what is wrong, and how far it reaches.
func TestWhatMoovLetsThrough(t *testing.T) {
	file := func(name string) []byte {
		if len(name) == 2 {
			return vector(t, name)
		}
		return golden(t, name)
	}
	zeroRouting := balance(t, edit(t, vector(t, "05"), "622231380104", "622000000000"))
	for name, tt := range map[string]struct {
		data []byte
		want []string
	}{
		"a wrong block count":                      {edit(t, file("05"), "9000001000001", "9000001000002"), []string{"file block-count"}},
		"a gap in the addenda of a CTX entry":      {edit(t, file("ctx"), "00030000102", "00040000102"), []string{"entry addenda"}},
		"an addenda indicator without addenda":     {edit(t, file("05"), "0121042880000071", "1121042880000071"), []string{"entry addenda"}},
		"a return under a forward code":            {edit(t, file("02"), "62623138", "62723138"), []string{"entry answer-code"}},
		"a return without the original trace":      {edit(t, file("02"), "R01231380100000001", "R01               "), []string{"entry trace"}},
		"addenda 99 with the trace of another":     {edit(t, file("02"), "121042880000501\n8", "121042880000502\n8"), []string{"entry trace"}},
		"settlement on day 999":                    {edit(t, file("05"), "261123327", "261123999"), []string{"batch settlement-day"}},
		"the 30th of February":                     {edit(t, file("05"), "261123327", "260230327"), []string{"batch effective-date"}},
		"an IAT entry the gateway found suspect":   {edit(t, file("07"), "  1091400600000091", "1 1091400600000091"), []string{"entry ofac"}},
		"sanctions as a return reason before 2028": {edit(t, file("02"), "799R01", "799R90"), []string{"entry reason-code"}},
		"a routing number of zeros":                {zeroRouting, []string{"entry routing"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := ach.NewReader(bytes.NewReader(tt.data))
			if _, err := r.Read(); err != nil {
				t.Errorf("moov-io/ach refuses it now: %v", err)
			}
			all := readAll(t, tt.data)
			if got := all.codes(); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// moov-io/ach reads the amount as zero and only the batch total betrays it.
func TestLettersInAnAmountCostTheBatch(t *testing.T) {
	data := edit(t, vector(t, "05"), "0000151250EMP", "00001A1250EMP")
	all := readAll(t, data)
	if got := all.codes(); got[0] != "batch not-numeric" {
		t.Errorf("got %v", got)
	}
	zero := balance(t, edit(t, vector(t, "05"), "0000151250EMP", "0000000000EMP"))
	unbalanced := edit(t, zero, "0000000000EMP", "00001A1250EMP")
	if got := readAll(t, unbalanced); !slices.Equal(got.codes(), []string{"batch not-numeric", "entry amount"}) {
		t.Errorf("with totals that leave it out: %v", got.codes())
	}
}

// moov-io/ach trims account numbers on both sides.
func TestAccountNumbersKeepTheirSpaces(t *testing.T) {
	all := readAll(t, golden(t, "ppd"))
	if got := all.Entries[3].Entry.Account; got != " 12 34-A" {
		t.Errorf("account %q", got)
	}
}

// moov-io/ach answers 35 characters of corrected data with a record of 100,
// which is why that one record is written here.
func TestInternationalChangesNeedARecordOfOurOwn(t *testing.T) {
	data := golden(t, "iat-change")
	line := string(bytes.Split(data, []byte("\n"))[3])
	moov := ach.NewAddenda98()
	moov.Parse(line)
	if n := len(moov.String()); n != 100 {
		t.Errorf("moov-io/ach writes %d characters now: iatChangeRecord may go", n)
	}
	if got := readAll(t, data).Entries[0].Entry.Correction.Data; len(got) != 35 {
		t.Errorf("read back %q", got)
	}
}

// moov-io/ach leaves dishonored and contested returns out of its list of
// returns; here they are told by their code.
func TestTheLaterLinksOfAChainAreKnownByTheirCode(t *testing.T) {
	for name, want := range map[string]Kind{
		"return": KindReturn, "dishonored": KindDishonored, "contested": KindContested,
		"change": KindChange, "refused-change": KindRefusedChange, "iat-return": KindReturn, "ppd": KindForward,
	} {
		for _, e := range readAll(t, golden(t, name)).Entries {
			if e.Kind != want {
				t.Errorf("%s: entry %d is a %s", name, e.Ordinal, e.Kind)
			}
		}
	}
}

// moov-io/ach drops a bad entry and returns an error with the rest.
func TestABadEntryIsHandedOverWithItsProblem(t *testing.T) {
	all := readAll(t, vector(t, "30"))
	if got := all.codes(); !slices.Equal(got, []string{"entry check-digit"}) {
		t.Errorf("problems %v", got)
	}
	if len(all.Entries) != 2 || all.Batches[0].Held != 1 || !all.Batches[0].OK() {
		t.Errorf("%d entries, verdict %+v", len(all.Entries), all.Batches[0])
	}
	if p := all.Entries[0].Problems[0]; p.Reason != "R28" || p.Line != 3 {
		t.Errorf("problem %+v", p)
	}
}
