package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// step is a request of the day and its expected answer.
type step struct {
	name, operation, body string
	status                int
	save                  map[string]string // variable: where its value is in the answer
	until                 string            // repeated until this holds of the answer
}

const proposal = `{
  "StandardEntryClassCode": "PPD", "TransactionType": "push", "ToRouting": "121042882",
  "ToAccount": "30488174411", "ToAccountType": "checking", "ToName": "Ada Marsh",
  "Description": "PAYROLL", "Amount": 1942.17%s
}`

// bodies are used where the smallest body that the schema allows is useless.
var bodies = map[string]string{
	"originate":     fmt.Sprintf(proposal, ""),
	"originateBulk": strings.ReplaceAll(fmt.Sprintf(proposal, `, "TransactionID": "{{$guid}}"`), "\n", ""),
	"createClient": `{
  "name": "Harbor Gym", "company_name": "HARBOR GYM",
  "company_identifications": ["1840000017"], "odfi_routing_numbers": ["231380104"],
  "sec_codes": ["PPD", "CCD"], "batching": {"max_entries": 1, "windows": ["16:30"]},
  "file": {"immediate_destination": "061000146", "immediate_destination_name": "FEDERAL RESERVE BANK",
           "immediate_origin": "231380104", "immediate_origin_name": "LANTERN SAVINGS BANK"}
}`,
	"issueClientCredential": `{"name": "a second one", "scopes": ["read"]}`,
	"issueOpsCredential":    `{"name": "a second one", "scopes": ["ops:read"]}`,
	"moveClock":             `{"advance": "24h"}`,
	"simulateReturn":        `{"code": "R03"}`,
	"issueToken":            `{"key": "{{key}}", "secret": "{{secret}}"}`,
	"refreshToken":          `{"refresh_token": "{{refresh_token}}"}`,
	"issueConnectToken":     "grant_type=client_credentials&client_id={{key}}&client_secret={{secret}}",
	"createWebhook":         `{"url": "http://127.0.0.1:9/ach", "types": ["origination.*", "file.*"]}`,
	"createRecipient":       `{"name": "Ada Marsh", "recipientType": "CONSUMER"}`,
	"createRecipientAccount": `{"routingNumber": "121042882", "accountNumber": "30488174411",
 "accountType": "CHECKING"}`,
	"createVaultToken": `{"routing-number": "121042882", "account-number": "30488174411", "account-type": "Checking",
 "individual-name": "Ada Marsh", "software-type": "Postman", "software-type-version": "1"}`,
	"createRelationship": `{"account_owner_name": "Ada Marsh", "bank_account_type": "CHECKING",
 "bank_account_number": "30488174411", "bank_routing_number": "121042882"}`,
}

// day is run against a fresh sandbox; the other folders use what it saves.
var day = []step{
	{name: "The server is ready", operation: "getReadiness", status: 200},
	{name: "Operations add a client", operation: "createClient", status: 201,
		save: map[string]string{"client": "client_id"}},
	{name: "A credential that may also read account numbers", operation: "issueClientCredential", status: 201,
		body: `{"scopes": ["originate", "read", "vault", "reveal", "download"]}`, save: map[string]string{"key": "key", "secret": "secret"}},
	{name: "The client pays", operation: "originate", status: 201,
		save: map[string]string{"transaction": "TransactionID", "event": "Events[0].EventID"}},
	{name: "Asked again under its name, it happens once", operation: "originate", status: 200,
		body: fmt.Sprintf(proposal, `, "TransactionID": "{{transaction}}"`)},
	{name: "A field that is misspelt is refused", operation: "originate", status: 400,
		body: fmt.Sprintf(proposal, `, "Sameday2": true`)},
	{name: "The file is there", operation: "listFiles", status: 200,
		until: "answer.data.length > 0", save: map[string]string{"file": "data[0].id"}},
	{name: "Its bytes", operation: "downloadFile", status: 200},
	{name: "Three days pass", operation: "moveClock", body: `{"advance": "72h"}`, status: 200},
	{name: "The bank returns the payment", operation: "simulateReturn", status: 200},
	{name: "The client reads what came back", operation: "getTransaction", status: 200, until: `answer.Status === "Returned"`},
	{name: "From now on a hundred payments wait for a file", operation: "changeClient",
		body: `{"batching": {"max_entries": 100}}`, status: 200},
	{name: "A payment that waits", operation: "originate", status: 201,
		save: map[string]string{"transaction": "TransactionID", "event": "Events[0].EventID"}},
	{name: "Operations hold it", operation: "holdEvent", body: `{"reason": "a question"}`, status: 200},
	{name: "Operations approve it", operation: "approveEvent", body: `{"reason": "answered"}`, status: 200},
	{name: "A credential that only reads", operation: "issueClientCredential", status: 201, save: map[string]string{"key_to_revoke": "key"}},
	{name: "A webhook", operation: "createWebhook", status: 201, save: map[string]string{"webhook": "id"}},
	{name: "A recipient", operation: "createRecipient", status: 201, save: map[string]string{"recipient": "recipientId"}},
	{name: "Where it is paid", operation: "createRecipientAccount", status: 201, save: map[string]string{"account": "accountId"}},
	{name: "A stored account", operation: "createVaultToken", status: 200, save: map[string]string{"vault_token": "['ach-token']['token-id']"}},
	{name: "A bank link", operation: "createRelationship", status: 200, save: map[string]string{"relationship_id": "id"}},
	{name: "A token in place of key and secret", operation: "issueToken", status: 201, save: map[string]string{"refresh_token": "refresh_token"}},
	{name: "What happened, from the log", operation: "listEvents", status: 200, until: "answer.data.length > 5"},
}

func dayItems(byID map[string]operation) (items []any, err error) {
	for i, s := range day {
		o, ok := byID[s.operation]
		if !ok {
			return nil, fmt.Errorf("the day of the collection asks for %s, which the document does not have", s.operation)
		}
		body := s.body
		if body == "" {
			body = bodies[s.operation]
		}
		r := newRequest(o, fmt.Sprintf("%d. %s", i+1, s.name), body)
		r.Events = asserting(s.lines())
		items = append(items, r)
	}
	return items, nil
}

// lines are the script that checks the answer against the step.
func (s step) lines() []string {
	var lines []string
	if s.until != "" || s.save != nil {
		lines = append(lines, "const answer = pm.response.json();")
	}
	if s.until != "" {
		lines = append(lines,
			`const tries = Number(pm.variables.get("tries") || 0);`,
			fmt.Sprintf("if (!(%s) && tries < 100) {", s.until),
			`  pm.variables.set("tries", tries + 1);`,
			"  pm.execution.setNextRequest(pm.info.requestId);",
			"  setTimeout(() => {}, 200);",
			"  return;",
			"}",
			`pm.variables.unset("tries");`,
			fmt.Sprintf("pm.test(%q, () => pm.expect(%s).to.be.true);", "it is so: "+s.until, s.until))
	}
	lines = append(lines, fmt.Sprintf(`pm.test("answers %d", () => pm.response.to.have.status(%[1]d));`, s.status))
	for _, name := range slices.Sorted(maps.Keys(s.save)) {
		lines = append(lines, fmt.Sprintf("pm.collectionVariables.set(%q, answer%s);", name, member(s.save[name])))
	}
	return lines
}

// member is a path with what it is a member by.
func member(path string) string {
	if strings.HasPrefix(path, "[") {
		return path
	}
	return "." + path
}

// documented are the lines that check an answer against the document: one of
// its statuses, or its default.
func documented(o operation) []string {
	var statuses, media []string
	for status, answer := range o.Responses.Map() {
		if status != "default" {
			statuses = append(statuses, status)
			continue
		}
		media = slices.AppendSeq(media, maps.Keys(answer.Value.Content))
	}
	slices.Sort(statuses)
	slices.Sort(media)
	return []string{
		`pm.test("is an answer that the document has", () => {`,
		fmt.Sprintf("  if ([%s].includes(pm.response.code)) return;", strings.Join(statuses, ", ")),
		"  pm.expect(pm.response.code).to.be.within(400, 499);",
		fmt.Sprintf("  pm.expect(%q).to.include(pm.response.headers.get(\"Content-Type\").split(\";\")[0]);", strings.Join(media, " ")),
		"});",
	}
}

func asserting(lines []string) []script {
	var s script
	s.Listen, s.Script.Type, s.Script.Lines = "test", "text/javascript", lines
	return []script{s}
}
