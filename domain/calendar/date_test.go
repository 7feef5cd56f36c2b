package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain/calendar"
)

// on reads a date of a test's table.
func on(t testing.TB, text string) calendar.Date {
	t.Helper()
	day, err := calendar.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return day
}

// at reads a New York wall clock time of a test's table.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	instant, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Eastern)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

func TestParseDateTakesOneFormOnly(t *testing.T) {
	for text, valid := range map[string]bool{
		"2026-11-23":           true,
		"2028-02-29":           true,
		"2027-02-29":           false,
		"2026-11-31":           false,
		"2026-1-2":             false,
		"11/23/2026":           false,
		"0000-01-01":           false,
		"2026-11-23T00:00:00Z": false,
		"":                     false,
	} {
		day, err := calendar.ParseDate(text)
		if (err == nil) != valid || valid && day.String() != text {
			t.Errorf("ParseDate(%q) = %s, %v; want valid %t", text, day, err, valid)
		}
	}
}

func TestParseYYMMDDStaysInThisCentury(t *testing.T) {
	for text, want := range map[string]string{
		"261123": "2026-11-23",
		"690101": "2069-01-01",
		"991231": "2099-12-31",
		"260230": "",
		"000000": "",
		"26112":  "",
		"      ": "",
		"2611-3": "",
	} {
		day, err := calendar.ParseYYMMDD(text)
		if day.String() != want || (err == nil) != (want != "") {
			t.Errorf("ParseYYMMDD(%q) = %q, %v; want %q", text, day, err, want)
		}
	}
}

func TestADateIsTheDayOfTheWallClockInNewYork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-70_000_000_000, 40_000_000_000).Draw(t, "seconds since 1970"), 0)
		year, month, day := at.In(calendar.Eastern).Date()
		if got, want := calendar.DateOf(at), calendar.NewDate(year, month, day); year > 0 && got != want {
			t.Fatalf("%s is on %s, want %s", at.In(calendar.Eastern), got, want)
		}
	})
}

func TestADateIsTheDayInNewYork(t *testing.T) {
	for instant, want := range map[string]string{
		"2026-11-24T04:59:59Z": "2026-11-23", // 23:59:59 in winter
		"2026-11-24T05:00:00Z": "2026-11-24",
		"2026-07-01T03:59:59Z": "2026-06-30", // 23:59:59 in summer
		"2026-07-01T04:00:00Z": "2026-07-01",
	} {
		parsed, err := time.Parse(time.RFC3339, instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.DateOf(parsed).String(); got != want {
			t.Errorf("DateOf(%s) = %s, want %s", instant, got, want)
		}
	}
}

func TestADateInJSON(t *testing.T) {
	type event struct {
		EffectiveOn calendar.Date `json:"effective_on"`
		AskedOn     calendar.Date `json:"asked_on,omitzero"`
	}
	const written = `{"effective_on":"2026-11-23"}`
	var read event
	if err := json.Unmarshal([]byte(written), &read); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(read); err != nil || string(again) != written {
		t.Errorf("read and written again: %s, %v; want %s", again, err, written)
	}
	if none, err := json.Marshal(calendar.Date{}); err != nil || string(none) != `""` {
		t.Errorf("no date is written as %s, %v", none, err)
	}
	if err := json.Unmarshal([]byte(`{"effective_on":""}`), &read); err != nil || !read.EffectiveOn.IsZero() {
		t.Errorf("an empty date is read as %s, %v; want none", read.EffectiveOn, err)
	}
	if err := json.Unmarshal([]byte(`{"effective_on":"tomorrow"}`), &read); err == nil {
		t.Error("a word was read as a date")
	}
}

func TestDatesAgreeWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		instant := time.Unix(rapid.Int64Range(-2_000_000_000, 10_000_000_000).Draw(t, "unix"), 0).In(calendar.Eastern)
		n := rapid.IntRange(-1000, 1000).Draw(t, "days")
		day, later := calendar.DateOf(instant), calendar.DateOf(instant).Add(n)
		noon := time.Date(instant.Year(), instant.Month(), instant.Day()+n, 12, 0, 0, 0, time.UTC)
		if day.String() != instant.Format("2006-01-02") || later.String() != noon.Format("2006-01-02") {
			t.Fatalf("%s plus %d days is %s", day, n, later)
		}
		if later.Weekday() != noon.Weekday() || later.YYMMDD() != noon.Format("060102") || later.Julian() != noon.Format("002") {
			t.Fatalf("%s: %s, %s, %s", later, later.Weekday(), later.YYMMDD(), later.Julian())
		}
		if later.Sub(day) != n || later.After(day) != (n > 0) || later.Before(day) != (n < 0) || (later == day) != (n == 0) {
			t.Fatalf("%s and %s do not compare as %d days apart", later, day, n)
		}
		if parsed, err := calendar.ParseDate(later.String()); err != nil || parsed != later {
			t.Fatalf("%s was read as %s, %v", later, parsed, err)
		}
	})
}
