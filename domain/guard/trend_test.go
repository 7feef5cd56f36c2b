package guard

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/achledger/achledger/domain/calendar"
)

// The trend is method B as it was on each of the days.
func TestTheTrendIsMethodBDayByDay(t *testing.T) {
	const seed = 20261129
	random := rand.New(rand.NewPCG(seed, 0))
	today := calendar.NewDate(2026, 11, 17)
	day := func() calendar.Date { return today.Add(5 - random.IntN(140)) }
	var returned []ReturnedDebit
	var sent []DebitBatch
	for range 400 {
		company := []string{"1840000017", "1840000025"}[random.IntN(2)]
		returned = append(returned, ReturnedDebit{Company: company, Code: []string{"R01", "R03", "R10"}[random.IntN(3)], On: day()})
		sent = append(sent, DebitBatch{Company: company, On: day(), Debits: int64(random.IntN(50))})
	}
	for _, class := range RateClasses {
		var want []Rate
		for n := range 60 {
			want = append(want, MethodB("1840000017", class, SixtyDays(today.Add(n-59)), returned, sent))
		}
		if got := Trend("1840000017", class, today, returned, sent); !slices.Equal(got, want) {
			t.Errorf("seed %d, %s: got %v, want %v", seed, class, got, want)
		}
	}
}
