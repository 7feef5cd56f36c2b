package calendar

import (
	"fmt"
	"slices"
	"time"
)

// Window is a time of day in New York at which a client's pending entries are
// cut into a file, on banking days only.
type Window struct{ hour, minute int }

// String returns HH:MM.
func (w Window) String() string { return fmt.Sprintf("%02d:%02d", w.hour, w.minute) }

// DefaultWindows leave a quarter of an hour before the three same-day
// deadlines and the late evening one.
func DefaultWindows() []Window {
	return []Window{{10, 15}, {14, 30}, {16, 30}, {22, 30}}
}

// ParseWindows reads times in the form HH:MM, 00:00 to 23:59, and returns them
// in the order of the day. The error names the text that is not a time, or is
// repeated.
func ParseWindows(texts []string) ([]Window, error) {
	windows := make([]Window, 0, len(texts))
	for _, text := range texts {
		t, err := time.Parse("15:04", text)
		if err != nil || len(text) != len("15:04") {
			return nil, fmt.Errorf("window %q is not a time of day in the form HH:MM, 00:00 to 23:59", text)
		}
		window := Window{t.Hour(), t.Minute()}
		if slices.Contains(windows, window) {
			return nil, fmt.Errorf("window %q is given twice", text)
		}
		windows = append(windows, window)
	}
	slices.SortFunc(windows, Window.compare)
	return windows, nil
}

func (w Window) compare(other Window) int {
	return (w.hour*60 + w.minute) - (other.hour*60 + other.minute)
}

func (w Window) on(day Date) time.Time { return day.At(w.hour, w.minute) }

// NextWindow returns the first window after an instant; ok is false when
// there are no windows. Windows may be in any order.
func NextWindow(now time.Time, windows []Window) (next time.Time, ok bool) {
	if len(windows) == 0 {
		return time.Time{}, false
	}
	for day := OnOrAfter(DateOf(now)); ; day = NextBankingDay(day) {
		for _, w := range windows {
			if at := w.on(day); at.After(now) && (next.IsZero() || at.Before(next)) {
				next = at
			}
		}
		if !next.IsZero() {
			return next, true
		}
	}
}

// LastWindow returns the newest window that has come at an instant, the
// instant itself included; ok is false when there are no windows. A window
// that came after the last sweep and is still in the past was missed while
// the process was down.
func LastWindow(now time.Time, windows []Window) (last time.Time, ok bool) {
	if len(windows) == 0 {
		return time.Time{}, false
	}
	for day := OnOrBefore(DateOf(now)); ; day = PreviousBankingDay(day) {
		for _, w := range windows {
			if at := w.on(day); !at.After(now) && at.After(last) {
				last = at
			}
		}
		if !last.IsZero() {
			return last, true
		}
	}
}
