package domain_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain"
)

func taken(first, last, round int, on string) domain.Fact {
	return domain.Fact{Event: &domain.TracesTaken{First: first, Last: last, Round: round, On: on}, Version: 1}
}

func TestTraceNumbersGoOnAndRestBeforeTheyComeAgain(t *testing.T) {
	day := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		before     []domain.Fact
		want       int
		first, got int
		refused    bool
	}{
		"begin at one":                       {nil, 8, 1, 8, false},
		"go on after the last":               {[]domain.Fact{taken(1, 8, 0, "2026-11-20")}, 2, 9, 2, false},
		"stop at the wrap":                   {[]domain.Fact{taken(1, 9_999_998, 0, "2026-01-01")}, 5, 9_999_999, 1, false},
		"start over after it":                {[]domain.Fact{taken(1, 9_999_999, 0, "2026-01-01")}, 5, 1, 5, false},
		"a number that has not rested waits": {[]domain.Fact{taken(1, 9_999_999, 0, "2026-11-01")}, 5, 0, 0, true},
		"only the numbers asked for matter": {[]domain.Fact{
			taken(1, 100, 0, "2026-01-01"), taken(101, 9_999_999, 0, "2026-11-01"),
		}, 50, 1, 50, false},
		"the round before is remembered": {[]domain.Fact{
			taken(1, 100, 0, "2026-01-01"), taken(101, 9_999_999, 0, "2026-11-01"), taken(1, 100, 1, "2026-11-19"),
		}, 50, 0, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			var traces domain.Traces
			for _, f := range tt.before {
				traces.Evolve(f)
			}
			first, got, _, err := traces.Take(tt.want, day)
			if first != tt.first || got != tt.got || (err != nil) != tt.refused {
				t.Errorf("got first %d, %d numbers, %v; want %d, %d, refused %v", first, got, err, tt.first, tt.got, tt.refused)
			}
		})
	}
}

// A file's key at the operator is origin, date, time and modifier: whatever
// the clock does, no two files may have the same.
func TestModifiersAreNeverTakenTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		seen := map[string]bool{}
		var m domain.Modifiers
		for range 120 {
			now = now.Add(time.Duration(rapid.IntRange(-90, 120).Draw(t, "seconds")) * time.Second)
			next := m.Take(now)
			key := fmt.Sprint(next.Date, next.Time, next.Modifier)
			if seen[key] {
				t.Fatalf("%s was taken before", key)
			}
			seen[key] = true
			m.Evolve(domain.Fact{Event: &next})
		}
	})
}

func TestThirtySevenFilesInOneMinute(t *testing.T) {
	var m domain.Modifiers
	now := time.Date(2026, 11, 20, 23, 59, 0, 0, time.UTC)
	var last domain.ModifierTaken
	for range 37 {
		last = m.Take(now)
		m.Evolve(domain.Fact{Event: &last})
	}
	want := domain.ModifierTaken{Date: "261121", Time: "0000", Modifier: "A"}
	if last != want {
		t.Errorf("the 37th file got %+v, want %+v", last, want)
	}
}

func TestAModifierThatAFileWentOutUnderIsTakenOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		date, time, modifier string
		recorded             bool
	}{
		"of a later day":                 {"261125", "0900", "A", true},
		"of a later minute, begun again": {"261124", "1001", "A", true},
		"a digit after a letter":         {"261124", "1000", "0", true},
		"the one taken":                  {"261124", "1000", "Y", false},
		"one before it":                  {"261124", "1000", "X", false},
		"of an earlier minute":           {"261124", "0959", "Z", false},
	} {
		t.Run(name, func(t *testing.T) {
			events, err := domain.TookModifier{Date: tt.date, Time: tt.time, Modifier: tt.modifier}.
				Decide(domain.Modifiers{Date: "261124", Time: "1000", Modifier: "Y"})
			if err != nil || (len(events) == 1) != tt.recorded {
				t.Errorf("got %v, %v; want it recorded: %v", events, err, tt.recorded)
			}
		})
	}
}

func TestNumbersThatHadLeftOnlyGoOn(t *testing.T) {
	day := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		last    int
		numbers []int
		want    domain.TracesTaken
	}{
		"behind the last one":        {7, []int{8, 10}, domain.TracesTaken{First: 8, Last: 10}},
		"of an earlier file":         {20, []int{8, 10}, domain.TracesTaken{First: 20, Last: 20}},
		"after the sequence's start": {9_999_990, []int{9_999_998, 3}, domain.TracesTaken{First: 1, Last: 3, Round: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			tt.want.On = "2026-11-24"
			if got := (domain.Traces{Last: tt.last}).Took(tt.numbers, day); got != tt.want {
				t.Errorf("got %+v; want %+v", got, tt.want)
			}
		})
	}
}

// A file may begin before midnight with the last numbers of a round and be cut
// after one of the next round.
func TestALateFileOfTheRoundBeforeTakesNoNumberOfTheNew(t *testing.T) {
	var now domain.Traces
	for n, e := range []domain.TracesTaken{{First: 1, Last: 9_998_000, On: "2026-11-23"}, {First: 1, Last: 100, Round: 1, On: "2026-11-23"}} {
		now.Evolve(domain.Fact{Event: &e, Version: int64(n + 1)})
	}
	if taken := now.Took([]int{9_999_500}, time.Date(2026, 11, 24, 0, 1, 0, 0, time.UTC)); taken.Last != 100 || taken.Round != 1 {
		t.Errorf("took %+v; want the round to stay at 100", taken)
	}
}
