package workers

import (
	"testing"

	"github.com/achledger/achledger/domain"
)

func TestAnEntryIsAttestedOnceUnlessSomethingCameBetween(t *testing.T) {
	var attested positions
	for _, position := range []int64{1, 64, 1000} {
		attested.add(position)
	}
	for name, tt := range map[string]struct {
		origination, version int64
		want                 bool
	}{
		"filed next":                     {1000, 2, true},
		"in another word of the set":     {64, 2, true},
		"not attested":                   {999, 2, false},
		"beyond the set":                 {100_000, 2, false},
		"its account may have changed":   {1000, 3, false},
		"attested, the first in the log": {1, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			e := entryInFile{version: tt.version, transaction: domain.Transaction{Items: []*domain.Item{{Position: tt.origination}}}}
			if got := attested.entry(&e); got != tt.want {
				t.Errorf("got %t", got)
			}
		})
	}
}
