package node

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// headed opens a client whose file header has an immediate origin.
func (r *running) headed(origin string, answer any) int {
	r.t.Helper()
	return r.call(r.ops, "POST", "/v1/ops/clients", object{
		"name": "Harbor Gym", "company_name": "HARBOR GYM", "company_identifications": []string{"1840000017"},
		"odfi_routing_numbers": []string{"231380104"}, "sec_codes": []string{"PPD"},
		"file": object{"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
			"immediate_origin": origin, "immediate_origin_name": "LANTERN SAVINGS BANK"},
	}, answer)
}

// Bank and customer agree on the immediate origin, so a tax number is accepted as
// well as a routing number. An origin that could not leave in a file is refused when
// it is set.
func TestATaxNumberHeadsFilesAndZerosAreRefused(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T19:05:00Z")
	if status := r.headed("0000000000", nil); status != 400 {
		t.Errorf("an origin of zeros is answered %d", status)
	}
	var opened struct{ Credential folder.Credential }
	if status := r.headed("841234567", &opened); status != 201 {
		t.Fatalf("a tax number is answered %d", status)
	}
	gym := opened.Credential
	if status, _ := r.pay(gym); status != 201 {
		t.Fatalf("a payment is answered %d", status)
	}
	r.day("2026-11-20T19:31:00Z") // the window of 14:30
	if file := r.outbox(); !strings.Contains(file, "101 061000146 841234567") {
		t.Errorf("it did not leave:\n%s", file)
	}
	if status := r.raw(gym, "/v1/nacha", ownFile); status != 201 {
		t.Errorf("a file whose header is a tax number is answered %d", status)
	}

	bank := func(origin string) object {
		return object{"delivery": object{"method": "outbox"}, "file": object{
			"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
			"immediate_origin": origin, "immediate_origin_name": "LANTERN SAVINGS BANK"}}
	}
	r.must(400, r.ops, "PUT", "/v1/ops/odfis/231380104", bank("000000000"), nil)
	r.must(200, r.ops, "PUT", "/v1/ops/odfis/231380104", bank("841234567"), nil)
}

// ownFile is a file of the gym's own software, headed by its tax number.
var ownFile = `101 231380104 4719343192611200612A094101LANTERN SAVINGS BANK   FEDERAL RESERVE BANK
5220HARBOR GYM                          1840000017PPDPAYROLL         261123   1231380100000001
622121042882400000001        0000000100A              ONE                     0231380100000071
822000000100121042880000000000000000000001001840000017                         231380100000001
9000001000001000000010012104288000000000000000000000100
` + strings.Repeat(strings.Repeat("9", 94)+"\n", 5)
