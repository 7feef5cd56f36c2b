package domain

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// Whoever renders hashes one form of an order after the other until it is the one that
// was asked for: all of them come, once each, and the usual ones first.
func TestWhatMayHaveBeenAskedForComesOnceAndTheUsualFirst(t *testing.T) {
	var got []string
	for p := range (Proposal{FromRouting: "r", CompanyID: "c", ToName: "n"}).Asked(0) {
		got = append(got, fmt.Sprint(p.FromRouting, p.CompanyID, p.ToName))
	}
	if want := []string{"n", "rcn", "cn", "rn"}; !slices.Equal(got, want) {
		t.Errorf("it may have been %v, want %v", got, want)
	}
	international := Proposal{FromRouting: "r", CompanyID: "c", IAT: &IAT{ForeignExchange: "FF", TransactionType: "MIS", OriginatingCurrency: "USD", DestinationCurrency: "USD"}}
	forms := map[string]bool{}
	for p := range international.Asked(0) {
		forms[fmt.Sprintf("%s %s %+v", p.FromRouting, p.CompanyID, *p.IAT)] = true
	}
	if len(forms) != 1<<6 {
		t.Errorf("an international order may have been asked for in %d forms, want %d", len(forms), 1<<6)
	}
	sent := international
	sent.FromRouting, sent.IAT = "", &IAT{TransactionType: "MIS"}
	for first := range international.Asked(international.Omitted(sent)) {
		if !reflect.DeepEqual(first, sent) {
			t.Errorf("what is recorded comes first: %+v, %+v", first, first.IAT)
		}
		break
	}
}
