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
