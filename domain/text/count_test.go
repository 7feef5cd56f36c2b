package text_test

import (
	"testing"

	"github.com/achledger/achledger/domain/text"
)

func TestOneIsNotMany(t *testing.T) {
	for n, want := range map[int]string{0: "0 entries", 1: "1 entry", 2: "2 entries", 1000: "1000 entries"} {
		if got := text.Count(n, "entry", "entries"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestThousandsAreGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 100_000: "100,000", 1_234_567: "1,234,567", -5: "-5", -123: "-123", -1234: "-1,234", -123_456: "-123,456"} {
		if got := text.Grouped(n); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
