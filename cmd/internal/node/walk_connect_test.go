package node

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// proposal is a payment of any SEC code.
func (c *walker) proposal() (object, promise) {
	cents := c.w.cents()
	p := object{
		"TransactionID": c.newGUID(), "StandardEntryClassCode": c.one("PPD", "CCD", "WEB", "TEL", "CTX", "IAT"),
		"TransactionType": c.one("push", "pull"), "ToRouting": walkBank, "ToAccount": c.w.account(),
		"ToAccountType": c.one("checking", "savings"), "ToName": "Ada Marsh", "Description": "WALK", "Amount": dollars(cents),
	}
	switch p["StandardEntryClassCode"] {
	case "TEL":
		p["TransactionType"] = "pull"
		p["WebDetails"] = object{"PaymentType": "single"}
	case "WEB":
		p["WebDetails"] = object{"PaymentType": c.one("single", "recurring")}
		if p["TransactionType"] == "push" {
			p["FromName"] = "Bo Sample"
		}
	case "CTX":
		p["Addenda"] = []string{"INV 1", "INV 2"}
		p["ToName"] = "Marsh Supplies"
	case "IAT":
		p["FromName"] = "Harbor Gym"
		p["IATDetails"] = object{
			"FromAddress": "123 Maple Street", "FromCity": "Anytown", "FromState": "NY", "FromPostalCode": "07302",
			"FromCountryCode": "US", "FromBankName": "Lantern Savings", "FromIdentificationQualifier": "01", "FromBankCountryCode": "US",
			"ToAddress": "456 Main Street", "ToCity": "New York", "ToState": "NY", "ToPostalCode": "11201", "ToCountryCode": "US",
			"ToBankName": "Chase Bank", "ToIdentificationQualifier": "01", "ToBankCountryCode": "US",
		}
	}
	if c.n == 0 && c.rng.IntN(3) == 0 {
		p["SameDay"] = true
	}
	if c.rng.IntN(4) == 0 {
		p["EffectiveDate"] = c.w.now().AddDate(0, 0, c.rng.IntN(5)).Format("2006-01-02")
	}
	return p, promise{tx: p["TransactionID"].(string), kind: "Origination", debit: p["TransactionType"] == "pull", cents: cents}
}

func (c *walker) originate() {
	p, made := c.proposal()
	var headers []string
	if c.even() {
		headers = []string{"Idempotency-Key", c.newGUID()}
	}
	var answer told
	if !c.makes(201, "/api/transaction", p, &answer, headers...) {
		return
	}
	made.event = answer.last("Origination")
	c.promised(made)
	if c.rng.IntN(3) == 0 && len(headers) == 0 {
		c.want(200, "POST", "/api/transaction", p, nil)
		p["Amount"] = dollars(made.cents + 1)
		c.want(409, "POST", "/api/transaction", p, nil)
	}
	c.w.did("originate")
}

// bulkLoad sends lines, and the same lines again.
func (c *walker) bulkLoad() {
	if c.suspended {
		return
	}
	var lines strings.Builder
	var made []promise
	for range 1 + c.rng.IntN(4) {
		p, m := c.proposal()
		line, err := json.Marshal(p)
		if err != nil {
			c.w.t.Error(err)
		}
		lines.Write(append(line, '\n'))
		made = append(made, m)
	}
	lines.WriteString(`{"TransactionID":"` + c.newGUID() + `","Amount":1.005}` + "\n")
	for again := range 2 {
		status, text := c.request("POST", "/api/transaction/bulk", lines.String(), "Content-Type", "application/x-ndjson")
		answers := strings.Split(strings.TrimSpace(text), "\n")
		if status != 200 || len(answers) != len(made)+1 || !strings.Contains(answers[len(made)], `"Error"`) {
			c.w.t.Errorf("bulk answers %d %s", status, text)
			return
		}
		for n, m := range made {
			if !strings.Contains(answers[n], m.tx) || strings.Contains(answers[n], `"Error"`) {
				c.w.t.Errorf("line %d is answered with %s", n+1, answers[n])
			} else if again == 0 {
				c.promised(m)
			}
		}
	}
	c.w.did("bulk")
}

// upload hands in a NACHA file of the client's own, twice.
func (c *walker) upload() {
	var file nacha.File
	file.Header = nacha.FileHeader{
		ImmediateDestination: "061000146", ImmediateDestinationName: "FEDERAL RESERVE BANK", ImmediateOrigin: walkODFI,
		ImmediateOriginName: "LANTERN SAVINGS BANK", CreatedOn: "261123", CreatedAt: "0800", Modifier: "A",
	}
	batch := nacha.Batch{Header: nacha.BatchHeader{
		ServiceClass: 200, CompanyName: "HARBOR", CompanyID: c.company(), SEC: "PPD", Description: "OWN FILE",
		EffectiveOn: c.nextDay(), OriginatorStatus: "1", ODFI: walkODFI[:8], Number: 1,
	}}
	var made []promise
	for n := range 1 + c.rng.IntN(3) {
		m := promise{kind: "Origination", debit: c.even(), cents: c.w.cents()}
		e := nacha.Entry{Code: 22, Routing: walkBank, Account: c.w.account(), AmountCents: m.cents, Name: "Ada Marsh",
			Trace: fmt.Sprintf("%s%07d", walkODFI[:8], n+1)}
		if m.debit {
			e.Code = 27
		}
		batch.Entries, made = append(batch.Entries, e), append(made, m)
	}
	file.Batches = []nacha.Batch{batch}
	content, err := nacha.Render(file, "\n")
	if err != nil {
		c.w.t.Error(err)
		return
	}
	var answer struct {
		FileID       string `json:"file_id"`
		Transactions []string
	}
	if !c.makes(201, "/v1/nacha", string(content), &answer) {
		return
	}
	c.want(200, "POST", "/v1/nacha", string(content), nil)
	c.knowsFile(answer.FileID)
	if len(answer.Transactions) != len(made) {
		c.w.t.Errorf("an upload of %d entries made %d transactions", len(made), len(answer.Transactions))
		return
	}
	for n, m := range made {
		m.tx = answer.Transactions[n]
		c.promised(m)
	}
	c.w.did("upload")
}

// nextDay returns when an entry accepted now settles without same-day settlement,
// from the list of windows.
func (c *walker) nextDay() string {
	var windows struct {
		Deadlines []struct {
			SameDay bool   `json:"same_day"`
			Settles string `json:"settles_on"`
		}
	}
	c.want(200, "GET", "/v1/windows", nil, &windows)
	for _, d := range windows.Deadlines {
		if !d.SameDay {
			return strings.ReplaceAll(d.Settles, "-", "")[2:]
		}
	}
	c.w.t.Error("no deadline is of another day")
	return ""
}

// act takes one of the actions that are available for a random transaction.
func (c *walker) act() {
	if p := c.some(func(p *promise) bool { return p.tx != "" }); p != nil {
		c.actOn(p)
	}
}

// actOn takes one of the available actions for a transaction, if there is any.
func (c *walker) actOn(p *promise) {
	var t told
	if !c.want(200, "GET", "/api/transaction/"+p.tx, nil, &t) || len(t.ActionsAvailable) == 0 {
		return
	}
	a := t.ActionsAvailable[c.rng.IntN(len(t.ActionsAvailable))]
	if a.Action == "return_request" && c.rng.IntN(4) > 0 { // nearly always available, and it prevents a reversal
		a = t.ActionsAvailable[0]
	}
	for _, one := range t.ActionsAvailable {
		if (one.Action == "corrected_entry" || one.Action == "retry") && c.rng.IntN(4) > 0 { // rarely available
			a = one
		}
	}
	if a.Action == "recall" {
		c.recall(p.tx, a.EventID)
		return
	}
	if a.Action == "return_request" {
		c.askBack(p.tx)
		return
	}
	if a.Action == "corrected_entry" {
		c.correctEntry(p.tx, a.EventID)
		return
	}
	body := object{"ReplyToEventId": a.EventID}
	path := map[string]string{"return": "returns", "correct": "corrections", "dishonor": "dishonors", "contest": "contests",
		"refuse": "refusals", "reverse": "reversals", "retry": "retries", "return_fee": "return_fees"}[a.Action]
	debit, cents := c.origin(p.tx).debit, c.origin(p.tx).cents
	switch a.Action {
	case "return":
		body["ReturnCode"] = "R03"
	case "correct":
		body["ChangeCode"], body["CorrectedData"] = "C01", c.w.account()
	case "dishonor":
		body["ReasonCode"] = c.one("R67", "R68")
		returned := t.event(t.event(a.EventID).ReplyToEventId).EventID // may be a return fee, of another amount
		if entry := c.some(func(p *promise) bool { return p.event == returned }); entry != nil {
			debit, cents = entry.debit, entry.cents
		}
	case "contest":
		body["ReasonCode"] = c.one("R71", "R73")
	case "refuse":
		body["ReasonCode"] = c.one("C62", "C64", "C65")
	case "reverse":
		debit, body["ReasonCode"] = !debit, "duplicate"
	case "return_fee":
		debit, cents = true, int64(1+c.rng.IntN(2500))
		body["Amount"], body["NoticeGivenOn"] = dollars(cents), "2026-10-01"
	}
	var e struct{ EventID, EventType string }
	status, text := c.request("POST", "/api/transaction/"+p.tx+"/"+path, body)
	if c.suspended && status >= 400 && status < 500 {
		return
	}
	if err := json.Unmarshal([]byte(text), &e); err != nil || status != 201 && (status != 422 || a.Action == "reverse") {
		c.w.t.Errorf("client %d: %s of %s, which is available, answers %d %s", c.n, a.Action, p.tx, status, text)
	}
	if status != 201 {
		return
	}
	c.want(200, "POST", "/api/transaction/"+p.tx+"/"+path, body, nil)
	c.promised(promise{tx: p.tx, event: e.EventID, kind: e.EventType, debit: debit, cents: cents})
	c.w.did(a.Action)
}

// correctEntry makes a corrected entry for a debit returned R11, with another amount.
func (c *walker) correctEntry(tx, event string) {
	cents := int64(1 + c.rng.IntN(2500))
	body := object{"ReplyToEventId": event, "Reason": "the amount", "Amount": dollars(cents)}
	var answer struct {
		told
		TransactionID string
	}
	if !c.makes(201, "/api/transaction/"+tx+"/corrected_entries", body, &answer) {
		return
	}
	c.promised(promise{tx: answer.TransactionID, event: answer.last("Origination"), kind: "Origination", debit: true, cents: cents})
	c.want(200, "POST", "/api/transaction/"+tx+"/corrected_entries", body, nil)
	c.w.did("corrected_entry")
}

// askBack requests the return of an entry. The request makes no entry in a file.
func (c *walker) askBack(tx string) {
	body := object{"Reason": "sent in error"}
	status, text := c.request("POST", "/api/transaction/"+tx+"/return_requests", body)
	if c.suspended && status >= 400 && status < 500 || status == 422 {
		return // the entry was returned meanwhile
	}
	if status != 201 {
		c.w.t.Errorf("client %d: asking %s back, which is available, answers %d %s", c.n, tx, status, text)
		return
	}
	c.w.did("return_request")
}

// recall recalls an event that has not left.
func (c *walker) recall(tx, event string) {
	status, text := c.request("DELETE", "/api/transaction/"+tx+"/events/"+event, nil)
	if status == 409 {
		return // it was filed meanwhile
	}
	if status != 200 || !strings.Contains(text, `"Recalled"`) {
		c.w.t.Errorf("recalling %s of %s answers %d %s", event, tx, status, text)
		return
	}
	c.want(200, "DELETE", "/api/transaction/"+tx+"/events/"+event, nil, nil)
	c.died(tx, event)
	c.w.did("recall")
}
