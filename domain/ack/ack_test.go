package ack_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/nacha"
)

var sample = ack.Acknowledgement{
	Origin: "231380104", Destination: "061000146", CreatedOn: "261120", CreatedAt: "1405", Modifier: "A",
	Result: ack.Accepted, Totals: nacha.Totals{Batches: 2, Entries: 8, DebitCents: 36200},
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
		"nothing":             "",
	} {
		t.Run(name, func(t *testing.T) {
			if a, err := ack.Parse([]byte(broken)); err == nil {
				t.Errorf("got %+v", a)
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
