package http_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
)

// TestSameDayIsGivenWhereItMayBe checks the answers to requests for same-day
// settlement.
func TestSameDayIsGivenWhereItMayBe(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	not := settings()
	not.SameDay = false
	careful := w.client("harbor", not)

	ask := func(members ...any) *answer {
		t.Helper()
		return bank.originate(proposal(append(members, "SameDay", true)...)).is(201)
	}
	t.Run("it settles today while there is a window", func(t *testing.T) {
		a := ask()
		if a.field("EffectiveSameDay") != true || a.text("EffectiveEntryDate") != "2026-11-17" || a.text("EffectiveSameDayReason") != "" {
			t.Errorf("%s", a.body)
		}
	})
	for name, a := range map[string]*answer{
		"over the limit": ask("Amount", json.Number("1000000.01")),
		"an IAT":         ask("StandardEntryClassCode", "IAT", "IATDetails", iatDetails()),
	} {
		t.Run(name+" is accepted for another day, with the reason", func(t *testing.T) {
			if a.field("SameDay") != true || a.field("EffectiveSameDay") != false || a.text("EffectiveSameDayReason") == "" || a.text("EffectiveEntryDate") != "2026-11-18" {
				t.Errorf("%s", a.body)
			}
		})
	}
	t.Run("a client that did not opt in", func(t *testing.T) {
		careful.originate(proposal("SameDay", true)).problem(403, "same-day-not-enabled").names("/SameDay")
		careful.originate(proposal()).is(201)
	})
	t.Run("past the last window", func(t *testing.T) {
		w.clock.Advance(7*time.Hour + 45*time.Minute) // 16:45 in New York
		a := ask()
		if a.field("EffectiveSameDay") != false || a.text("EffectiveSameDayReason") == "" || a.text("ExpectedSettlementDate") != "2026-11-18" {
			t.Errorf("%s", a.body)
		}
	})
}

func TestADateThatCannotBeKeptIsMovedAndSaysWhy(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	for asked, want := range map[string]string{
		"2026-11-10": "2026-11-18", // past
		"2026-11-21": "2026-11-23", // a Saturday
		"2026-11-26": "2026-11-27", // Thanksgiving
	} {
		a := bank.originate(proposal("EffectiveDate", asked)).is(201)
		if a.text("EffectiveDate") != asked || a.text("EffectiveEntryDate") != want || a.text("EffectiveEntryDateReason") == "" {
			t.Errorf("%s: %s", asked, a.body)
		}
	}
}

// A file names a year by its last two digits: 2106 would be another one.
func TestADateThatNoFileCanNameIsRefused(t *testing.T) {
	bank := newWorld(t).client("business", settings())
	bank.originate(proposal("EffectiveDate", "2099-12-31")).is(201)
	for _, asked := range []string{"2100-01-04", "1/4/2100", "9999-12-31"} {
		bank.originate(proposal("EffectiveDate", asked)).problem(400, "invalid").names("/EffectiveDate")
	}
}

// iatDetails is the documentation's own sample.
func iatDetails() map[string]any {
	return map[string]any{
		"FromAddress": "123 Maple Street", "FromCity": "Anytown", "FromState": "NY", "FromPostalCode": "07302",
		"FromCountryCode": "US", "FromBankName": "Cross River Bank", "FromIdentificationQualifier": "01", "FromBankCountryCode": "US",
		"ToAddress": "456 Main Street", "ToCity": "New York", "ToState": "NY", "ToPostalCode": "11201", "ToCountryCode": "US",
		"ToBankName": "Chase Bank", "ToIdentificationQualifier": "01", "ToBankCountryCode": "US",
		"UltimateReceiverName": "John Brit", "UltimateReceiverAddress": "12 Queens Way", "UltimateReceiverCity": "London",
		"UltimateReceiverState": "Essex", "UltimateReceiverPostalCode": "GX1234", "UltimateReceiverCountryCode": "GB",
		"FCBName": "Some Foreign Bank", "FCBIdentification": "XYZ234", "FCBIdentificationQualifier": "02", "FCBCountryCode": "GB",
	}
}

func TestAnInternationalPaymentNamesItsParties(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	iat := func(members ...any) string {
		details := iatDetails()
		for i := 0; i < len(members); i += 2 {
			details[members[i].(string)] = members[i+1]
		}
		return proposal("StandardEntryClassCode", "IAT", "IATDetails", details)
	}
	t.Run("the documentation's sample comes back whole", func(t *testing.T) {
		a := bank.originate(iat()).is(201)
		for name, want := range iatDetails() {
			if got := a.field("IATDetails", name); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		for name, want := range map[string]string{"ForeignExchangeIndicator": "FF", "TransactionTypeCode": "MIS", "OriginatingCurrency": "USD", "DestinationCurrency": "USD"} {
			if got := a.text("IATDetails", name); got != want {
				t.Errorf("%s is %q by default, want %q", name, got, want)
			}
		}
	})
	t.Run("parties and banks of empty fields are none", func(t *testing.T) {
		a := bank.originate(iat("UltimateReceiverName", "", "UltimateReceiverAddress", "", "UltimateReceiverCity", "",
			"UltimateReceiverState", "", "UltimateReceiverPostalCode", "", "UltimateReceiverCountryCode", "",
			"FCBName", "", "FCBIdentification", "", "FCBIdentificationQualifier", "", "FCBCountryCode", "")).is(201)
		if a.field("IATDetails", "FCBName") != nil || a.text("IATDetails", "ToAddress") != "456 Main Street" {
			t.Errorf("%s", a.body)
		}
	})
	t.Run("dates of birth are shown to who may see account numbers alone", func(t *testing.T) {
		born := []any{"FromDateOfBirth", "1962-11-03", "ToDateOfBirth", "1984-02-29", "UltimateReceiverDateOfBirth", "1999-01-01"}
		id := bank.originate(iat(born...)).is(201).text("TransactionID")
		sees := w.credential("business", domain.ScopeRead, domain.ScopeReveal)
		for i := 0; i < len(born); i += 2 {
			name := born[i].(string)
			if got := bank.call("GET", "/api/transaction/"+id, "").is(200).text("IATDetails", name); got != "****-**-**" {
				t.Errorf("%s is %q to everybody", name, got)
			}
			if got := sees.call("GET", "/api/transaction/"+id, "").is(200).text("IATDetails", name); got != born[i+1] {
				t.Errorf("%s is %q to who may see it", name, got)
			}
		}
		if feed := bank.call("GET", "/v1/events?limit=1000", "").is(200); strings.Contains(string(feed.body), "1984-02-29") {
			t.Error("the feed shows a date of birth")
		}
	})
	t.Run("all that is optional", func(t *testing.T) {
		a := bank.originate(iat(
			"RemittanceInformation", []string{"Invoice 1", "Invoice 2"}, "TransactionTypeCode", "BUS",
			"CorrespondentBanks", []any{map[string]string{"Name": "Zürcher Bank", "Identification": "ZUR1", "IdentificationQualifier": "02", "CountryCode": "CH"}},
			"ForeignExchangeIndicator", "FV", "ForeignExchangeReference", "1.25", "DestinationCurrency", "GBP",
		)).is(201)
		if a.text("IATDetails", "FCBName") != "Some Foreign Bank" ||
			a.field("IATDetails", "CorrespondentBanks").([]any)[0].(map[string]any)["Name"] != "Zuercher Bank" && a.field("IATDetails", "CorrespondentBanks").([]any)[0].(map[string]any)["Name"] != "Zurcher Bank" {
			t.Errorf("%s", a.body)
		}
	})
	for name, tt := range map[string]struct {
		body   string
		status int
		field  string
	}{
		"a country that is none":      {iat("ToBankCountryCode", "USA"), 400, "/IATDetails/ToBankCountryCode"},
		"a birth on no day":           {iat("ToDateOfBirth", "1983-02-29"), 400, "/IATDetails/ToDateOfBirth"},
		"no address":                  {iat("FromAddress", ""), 400, "/IATDetails/FromAddress"},
		"an address of 36":            {iat("FromAddress", strings.Repeat("x", 36)), 400, "/IATDetails/FromAddress"},
		"three remittance texts":      {iat("RemittanceInformation", []string{"1", "2", "3"}), 422, "/IATDetails/RemittanceInformation"},
		"FF with two currencies":      {iat("DestinationCurrency", "GBP"), 422, "/IATDetails/ForeignExchangeIndicator"},
		"a detail that is a number":   {iat("FromCity", 1), 400, "/IATDetails/FromCity"},
		"correspondents without list": {iat("CorrespondentBanks", "x"), 400, "/IATDetails/CorrespondentBanks"},
		"an unknown detail of a bank": {iat("CorrespondentBanks", []any{map[string]string{"Nam": "x"}}), 400, "/IATDetails/CorrespondentBanks/0/Nam"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := bank.originate(tt.body).is(tt.status); a != nil {
				a.names(tt.field)
			}
		})
	}
}
