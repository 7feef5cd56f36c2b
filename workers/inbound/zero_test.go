package inbound

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/nacha"
)

func TestADailyFileWithoutEntriesNeedsNoModifier(t *testing.T) {
	w := newWorld(t)
	record := func(s string) string { return s + strings.Repeat(" ", nacha.RecordLength-len(s)) + "\n" }
	zero := record("101 231380104 0610001462611240700 094101LANTERN SAVINGS BANK   FEDERAL RESERVE BANK") +
		record("9000000000001"+strings.Repeat("0", 42))
	if o := w.feed([]byte(zero)); o.State != "applied" || len(o.Reasons) > 0 {
		t.Errorf("%+v", o)
	}
	full := strings.Replace(string(render(t, credits("4001"))), "0700A094", "0700 094", 1)
	if o := w.feed([]byte(full)); o.State != "quarantined" || len(o.Reasons) != 1 || o.Reasons[0].Code != nacha.BadModifier {
		t.Errorf("with entries: %+v", o)
	}
}
