package ack_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/nacha"
)

var sample = ack.Acknowledgement{
	Origin: "231380104", Destination: "061000146", CreatedOn: "261120", CreatedAt: "1405", Modifier: "A",
	Result: ack.Accepted, Totals: ack.Counted(nacha.Totals{Batches: 2, Entries: 8, DebitCents: 36200}),
	Batches: []ack.RejectedBatch{{Number: 2, Reason: "entry hash does not agree"}},
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	got, err := ack.Parse(sample.Format())
	if err != nil || !reflect.DeepEqual(got, sample) {
		t.Errorf("got %+v, %v; want %+v", got, err, sample)
	}
	if !ack.Is(sample.Format()) || ack.Is([]byte("101 061000146")) {
		t.Error("an acknowledgement is known by its first line")
	}
}

func TestWhatIsNoAcknowledgementIsRefused(t *testing.T) {
	text := string(sample.Format())
	for name, broken := range map[string]string{
		"half of one":         strings.TrimSuffix(text, "END\n"),
		"another first line":  strings.Replace(text, "ACH FILE", "ACH BATCH", 1),
		"an unknown result":   strings.Replace(text, "ACCEPTED", "PERHAPS", 1),
		"no modifier":         strings.Replace(text, "MODIFIER     A", "MODIFIER", 1),
		"a negative count":    strings.Replace(text, "36200", "-1", 1),
		"an unknown line":     strings.Replace(text, "ENTRIES", "ENTRAILS", 1),
		"text behind the end": text + "MORE 1\n",
		"two results":         strings.Replace(text, "END\n", "RESULT REJECTED\nEND\n", 1),
		"nothing":             "",
	} {
		t.Run(name, func(t *testing.T) {
			if a, err := ack.Parse([]byte(broken)); err == nil {
				t.Errorf("got %+v", a)
			}
		})
	}
}

// A line that is missing says nothing; one with 0 does.
func TestWhatTheOperatorDidNotCountIsNotNothing(t *testing.T) {
	text := string(sample.Format())
	lines := strings.SplitAfter(text, "\n")
	for name, tt := range map[string]struct {
		drop    []string
		file    nacha.Totals
		differs bool
	}{
		"all of it agrees":           {nil, nacha.Totals{Batches: 2, Entries: 8, Addenda: 3, DebitCents: 36200}, false},
		"no batches counted":         {[]string{"BATCHES"}, nacha.Totals{Batches: 7, Entries: 8, DebitCents: 36200}, false},
		"other batches counted":      {nil, nacha.Totals{Batches: 7, Entries: 8, DebitCents: 36200}, true},
		"other entries counted":      {nil, nacha.Totals{Batches: 2, Entries: 9, DebitCents: 36200}, true},
		"other debits counted":       {nil, nacha.Totals{Batches: 2, Entries: 8, DebitCents: 36201}, true},
		"credits counted as 0":       {nil, nacha.Totals{Batches: 2, Entries: 8, DebitCents: 36200, CreditCents: 1}, true},
		"credits not counted":        {[]string{"CREDITS"}, nacha.Totals{Batches: 2, Entries: 8, DebitCents: 36200, CreditCents: 1}, false},
		"nothing counted whatsoever": {[]string{"BATCHES", "ENTRIES", "DEBITS", "CREDITS"}, nacha.Totals{Batches: 1}, false},
	} {
		t.Run(name, func(t *testing.T) {
			kept := ""
			for _, line := range lines {
				field, _, _ := strings.Cut(line, " ")
				if !slices.Contains(tt.drop, field) {
					kept += line
				}
			}
			a, err := ack.Parse([]byte(kept))
			if err != nil || a.Totals.Contradict(tt.file) != tt.differs {
				t.Errorf("%+v, %v; want a difference %t", a.Totals, err, tt.differs)
			}
			if got := string(a.Format()); got != kept {
				t.Errorf("written again it is\n%s\nwant\n%s", got, kept)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample.Format())
	f.Fuzz(func(t *testing.T, content []byte) {
		a, err := ack.Parse(content)
		if err != nil {
			return
		}
		if _, err := ack.Parse(a.Format()); err != nil {
			t.Errorf("what was read cannot be read again: %v", err)
		}
	})
}
