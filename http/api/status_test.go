package api

import (
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/achledger/achledger/domain"
)

// docs/errors.md says what each code means to a caller, and with which status it comes.
func TestThePageOfErrorsHasEveryCode(t *testing.T) {
	page, err := os.ReadFile("../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[domain.Code]int{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| ([0-9]{3}) \\|").FindAllStringSubmatch(string(page), -1) {
		listed[domain.Code(row[1])], _ = strconv.Atoi(row[2])
	}
	for code, m := range meanings {
		if listed[code] != m.status {
			t.Errorf("the page has %s with status %d, want %d", code, listed[code], m.status)
		}
		delete(listed, code)
	}
	for code := range listed {
		t.Errorf("the page has the code %s, which nothing answers", code)
	}
}
