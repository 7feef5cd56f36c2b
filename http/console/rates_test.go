package console

import (
	"testing"

	"github.com/achledger/achledger/http/api"
)

func TestARateSaysWhenItPassesItsLimit(t *testing.T) {
	of := func(percent float64, on string) api.RateRecord {
		r := api.RateRecord{Act: 0.5, CrossesOn: on}
		r.SixtyDays.MethodB.Percent = percent
		return r
	}
	for _, tt := range []struct {
		rate api.RateRecord
		want string
	}{
		{of(0.4, ""), "Not within sixty days"},
		{of(0.4, "2026-11-20"), "Fri 20 Nov 2026, if the trend continues"},
		{of(0.5, ""), "Not within sixty days"},
		{of(2.5, ""), "Above it now"},
	} {
		if got := whenAbove(tt.rate); got != tt.want {
			t.Errorf("at %v %% it says %q, want %q", tt.rate.SixtyDays.MethodB.Percent, got, tt.want)
		}
	}
}
