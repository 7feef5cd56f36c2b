package http_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestAPaymentIsOriginated(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())

	t.Run("the documentation's own sample is accepted", func(t *testing.T) {
		a := bank.originate(proposal()).is(201)
		id := a.text("TransactionID")
		if a.header.Get("Location") != "/api/transaction/"+id {
			t.Errorf("Location %q", a.header.Get("Location"))
		}
		for name, want := range map[string]any{
			"StandardEntryClassCode": "CCD", "TransactionType": "push", "FromRouting": "021214862",
			"FromName": "Business Inc.", "FromIdentification": "934534", "ToRouting": "099999999",
			"ToAccount": "*****9999", "ToAccountType": "checking", "ToName": "Corporation Inc.",
			"Description": "Loan Payment", "Amount": json.Number("5000.25"), "SameDay": false,
			"Status": "Pending", "Direction": "ToFed", "CompanyEntryDescription": "Loan Payme",
			"EffectiveSameDay": false, "EffectiveEntryDate": "2026-11-18", "ExpectedSettlementDate": "2026-11-18",
			"ReturnWindowEnds": "2026-11-20", "UnauthorizedReturnWindowEnds": nil,
			"CreatedAt": "2026-11-17T14:00:00Z", "UpdatedAt": "2026-11-17T14:00:00Z",
		} {
			if got := a.field(name); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		events := a.field("Events").([]any)
		if len(events) != 1 {
			t.Fatalf("%d events", len(events))
		}
		event := events[0].(map[string]any)
		if event["EventType"] != "Origination" || event["Status"] != "Pending" || event["Direction"] != "ToFed" || event["TransactionID"] != id {
			t.Errorf("event %v", event)
		}
		actions := a.field("ActionsAvailable").([]any)
		if len(actions) != 1 || actions[0].(map[string]any)["Action"] != "recall" {
			t.Errorf("actions %v", actions)
		}
		got := bank.call("GET", "/api/transaction/"+id, "").is(200)
		if string(got.body) != string(a.body) {
			t.Errorf("GET tells another story than POST:\n%s\n%s", got.body, a.body)
		}
	})

	t.Run("POST and GET tell the same times while the clock runs", func(t *testing.T) {
		w.clock.Tick(time.Millisecond)
		defer w.clock.Tick(0)
		a := bank.originate(proposal()).is(201)
		if got := bank.call("GET", "/api/transaction/"+a.text("TransactionID"), "").is(200); string(got.body) != string(a.body) {
			t.Errorf("%s\n%s", got.body, a.body)
		}
	})

	t.Run("the same id and content again is answered again, other content is a conflict", func(t *testing.T) {
		const id = "E9FBDEF4-7A2D-4637-AAE4-7F7094520CAA"
		first := bank.originate(proposal("TransactionID", id)).is(201)
		again := bank.originate(proposal("TransactionID", strings.ToLower(id))).is(200)
		if string(first.body) != string(again.body) {
			t.Errorf("another answer:\n%s\n%s", first.body, again.body)
		}
		bank.originate(proposal("TransactionID", id, "Amount", json.Number("5000.26"))).problem(409, "conflict")
		bank.originate(proposal("TransactionID", id, "ToAccount", "999999998")).problem(409, "conflict")
		bank.originate(proposal("TransactionID", id, "Amount", json.Number("1.005"))).problem(400, "invalid").names("/Amount")
		bank.originate(proposal("TransactionID", id, "ToName", "")).problem(409, "conflict")
		if n := len(bank.call("GET", "/api/transaction/"+id, "").is(200).field("Events").([]any)); n != 1 {
			t.Errorf("%d events", n)
		}
	})

	t.Run("an omitted routing number is the client's only ODFI", func(t *testing.T) {
		a := bank.originate(proposal("FromRouting", nil)).is(201)
		if a.text("FromRouting") != "021214862" {
			t.Error(a.text("FromRouting"))
		}
	})

	t.Run("field names are taken in any case", func(t *testing.T) {
		var lower map[string]any
		d := json.NewDecoder(strings.NewReader(proposal()))
		d.UseNumber()
		w.must(d.Decode(&lower))
		renamed := map[string]any{}
		for name, value := range lower {
			renamed[strings.ToLower(name[:1])+name[1:]] = value
		}
		b, _ := json.Marshal(renamed)
		bank.originate(string(b)).is(201)
	})

	t.Run("an amount may be a string of digits", func(t *testing.T) {
		if got := bank.originate(proposal("Amount", "5000.25")).is(201).field("Amount"); got != json.Number("5000.25") {
			t.Error(got)
		}
	})

	t.Run("a zero amount is a prenote", func(t *testing.T) {
		if got := bank.originate(proposal("Amount", json.Number("0"))).is(201).field("Amount"); got != json.Number("0.00") {
			t.Error(got)
		}
	})

	t.Run("a date may be written both ways", func(t *testing.T) {
		for _, date := range []string{"2026-11-20", "11/20/2026"} {
			a := bank.originate(proposal("EffectiveDate", date)).is(201)
			if a.text("EffectiveDate") != "2026-11-20" || a.text("EffectiveEntryDate") != "2026-11-20" {
				t.Errorf("%s: %s, %s", date, a.text("EffectiveDate"), a.text("EffectiveEntryDate"))
			}
		}
	})

	t.Run("a name that is not ASCII is spelled, and kept as it was", func(t *testing.T) {
		a := bank.originate(proposal("ToName", "José Núñez")).is(201)
		if a.text("ToName") != "Jose Nunez" || a.text("Originals", "ToName") != "José Núñez" {
			t.Errorf("%s", a.body)
		}
		bank.originate(proposal("ToName", "Jos\u00e9 \U0001F600")).problem(400, "invalid").names("/ToName")
	})

	t.Run("metadata comes back as it was sent", func(t *testing.T) {
		a := bank.originate(proposal("Metadata", map[string]any{"loan": 42})).is(201)
		if a.field("Metadata", "loan") != json.Number("42") {
			t.Errorf("%s", a.body)
		}
	})

	t.Run("a WEB pull tells how often", func(t *testing.T) {
		web := []any{"StandardEntryClassCode", "WEB", "TransactionType", "pull", "ToName", "Jane Doe"}
		bank.originate(proposal(web...)).problem(400, "invalid").names("/WebDetails/PaymentType")
		for _, spelled := range []string{"WebDetails", "WEBDetails"} {
			a := bank.originate(proposal(append(web, spelled, map[string]string{"PaymentType": "single"})...)).is(201)
			if a.text("WebDetails", "PaymentType") != "single" || a.text("UnauthorizedReturnWindowEnds") == "" {
				t.Errorf("%s", a.body)
			}
		}
	})
}

func TestOriginateRefusesWhatIsWrongAndNamesIt(t *testing.T) {
	w := newWorld(t)
	bank := w.client("business", settings())
	raw := func(name, token string) string {
		return strings.Replace(proposal(name, "@@@"), `"@@@"`, token, 1)
	}
	for name, tt := range map[string]struct {
		body   string
		status int
		code   string
		field  string
	}{
		"a third decimal":                     {raw("Amount", "1.005"), 400, "invalid", "/Amount"},
		"a third decimal that is zero":        {raw("Amount", "1.000"), 400, "invalid", "/Amount"},
		"an exponent":                         {raw("Amount", "1e3"), 400, "invalid", "/Amount"},
		"a negative amount":                   {raw("Amount", "-1"), 400, "invalid", "/Amount"},
		"words for an amount":                 {raw("Amount", `"abc"`), 400, "invalid", "/Amount"},
		"an amount of another type":           {raw("Amount", `true`), 400, "invalid", "/Amount"},
		"more than fits the field":            {raw("Amount", "100000000.00"), 400, "invalid", "/Amount"},
		"no amount":                           {proposal("Amount", nil), 400, "invalid", "/Amount"},
		"an amount that is null":              {raw("Amount", "null"), 400, "invalid", "/Amount"},
		"a bad check digit":                   {proposal("ToRouting", "099999998"), 400, "invalid", "/ToRouting"},
		"a prefix nobody has":                 {proposal("ToRouting", "990000008"), 400, "invalid", "/ToRouting"},
		"a name of 23 characters":             {proposal("ToName", "Corporation Inc. of Ohi"), 400, "invalid", "/ToName"},
		"a sender's name of 17":               {proposal("FromName", "Business Inc. Co."), 400, "invalid", "/FromName"},
		"an unknown SEC code":                 {proposal("StandardEntryClassCode", "XYZ"), 422, "rule-broken", "/StandardEntryClassCode"},
		"another SEC code of the rules":       {proposal("StandardEntryClassCode", "ARC"), 422, "rule-broken", "/StandardEntryClassCode"},
		"neither push nor pull":               {proposal("TransactionType", "shove"), 400, "invalid", "/TransactionType"},
		"an ODFI of somebody else":            {proposal("FromRouting", "231380104"), 422, "rule-broken", "/FromRouting"},
		"a pull from a loan":                  {proposal("TransactionType", "pull", "ToAccountType", "loan"), 422, "rule-broken", "/ToAccountType"},
		"a TEL push":                          {proposal("StandardEntryClassCode", "TEL"), 422, "rule-broken", "/TransactionType"},
		"an unknown account type":             {proposal("ToAccountType", "wallet"), 400, "invalid", "/ToAccountType"},
		"an account of 18 characters":         {proposal("ToAccount", "123456789012345678"), 400, "invalid", "/ToAccount"},
		"an account with other signs":         {proposal("ToAccount", "1234*5678"), 400, "invalid", "/ToAccount"},
		"a description of 81":                 {proposal("Description", strings.Repeat("x", 81)), 400, "invalid", "/Description"},
		"a description that is ours to set":   {proposal("Description", "Reversal"), 422, "rule-broken", "/Description"},
		"two addenda on a CCD":                {proposal("Addenda", []string{"a", "b"}), 422, "rule-broken", "/Addenda"},
		"an addendum of 81":                   {proposal("Addenda", strings.Repeat("x", 81)), 400, "invalid", "/Addenda"},
		"another company identification":      {proposal("CompanyIdentification", "1999999999"), 422, "rule-broken", "/CompanyIdentification"},
		"an id that is no GUID":               {proposal("TransactionID", "42"), 400, "invalid", "/TransactionID"},
		"a day that does not exist":           {proposal("EffectiveDate", "2026-02-30"), 400, "invalid", "/EffectiveDate"},
		"same day as a word":                  {proposal("SameDay", "yes"), 400, "invalid", "/SameDay"},
		"metadata that is no object":          {proposal("Metadata", []int{1}), 400, "invalid", "/Metadata"},
		"metadata over 4 KiB":                 {proposal("Metadata", map[string]string{"a": strings.Repeat("x", 4<<10)}), 400, "invalid", "/Metadata"},
		"IAT details on a CCD":                {proposal("IATDetails", map[string]string{"FromCity": "Anytown"}), 422, "rule-broken", "/IATDetails"},
		"an IAT without details":              {proposal("StandardEntryClassCode", "IAT"), 400, "invalid", "/IATDetails"},
		"a field nobody knows":                {proposal("Ammount", 1), 400, "invalid", "/Ammount"},
		"a detail nobody knows":               {proposal("WebDetails", map[string]string{"Payment": "x"}), 400, "invalid", "/WebDetails/Payment"},
		"the same field twice, in two cases":  {proposal("amount", json.Number("1")), 400, "invalid", "/Amount"},
		"both spellings of the WEB details":   {proposal("WebDetails", map[string]string{}, "WEBDetails", map[string]string{}), 400, "invalid", "/WebDetails"},
		"a name that is a number":             {proposal("ToName", 7), 400, "invalid", "/ToName"},
		"a control character in a name":       {proposal("ToName", "a\tb"), 400, "invalid", "/ToName"},
		"half of a surrogate pair in a name":  {raw("ToName", `"\ud800"`), 400, "invalid", "/ToName"},
		"full-width digits in a routing code": {proposal("ToRouting", "０９９９９９９９９"), 400, "invalid", "/ToRouting"},
	} {
		t.Run(name, func(t *testing.T) {
			bank.originate(tt.body).problem(tt.status, tt.code).names(tt.field)
		})
	}
	for name, body := range map[string]string{
		"not JSON": "{", "not UTF-8": "{\"ToName\":\"\xff\"}", "nothing": "", "two documents": "{}{}",
	} {
		t.Run(name, func(t *testing.T) {
			bank.call("POST", "/api/transaction", body, with{"Content-Type", "application/json"}).problem(400, "bad-request")
		})
	}
	t.Run("an array", func(t *testing.T) { bank.originate("[1]").problem(400, "bad-request") })
	t.Run("everything that is wrong is named at once", func(t *testing.T) {
		bank.originate(proposal("Amount", json.Number("1.005"), "SameDay", 1)).problem(400, "invalid").names("/Amount").names("/SameDay")
		bank.originate(proposal("ToRouting", "1", "ToAccount", nil)).problem(400, "invalid").names("/ToRouting").names("/ToAccount")
		nothing := bank.originate("{}").problem(400, "invalid")
		for _, field := range []string{"StandardEntryClassCode", "TransactionType", "ToRouting", "ToAccount", "ToAccountType", "ToName", "Amount"} {
			nothing.names("/" + field)
		}
	})
	t.Run("nothing of it was recorded", func(t *testing.T) {
		if events := bank.call("GET", "/api/transaction/event", "").is(200).list(); len(events) > 0 {
			t.Errorf("%d events", len(events))
		}
	})
}
