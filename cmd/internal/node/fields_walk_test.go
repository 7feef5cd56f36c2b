package node

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	achhttp "github.com/achledger/achledger/http"
)

// fieldsSeed and fieldsRequests are the seed and the number of requests by default.
// ACHLEDGER_FIELDS_SEED and ACHLEDGER_FIELDS set others.
const (
	fieldsSeed     = 20261129
	fieldsRequests = 3000
)

// operation is one that takes a JSON body, as the OpenAPI document has it.
type operation struct {
	method, path string
	schema       any
}

// document is the OpenAPI document, with methods that follow its references.
type document struct{ whole map[string]any }

func (d document) follow(schema any) map[string]any {
	s, _ := schema.(map[string]any)
	for ref, ok := s["$ref"].(string); ok; ref, ok = s["$ref"].(string) {
		var at any = d.whole
		for _, name := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
			at = at.(map[string]any)[strings.ReplaceAll(name, "~1", "/")]
		}
		s, _ = at.(map[string]any)
	}
	return s
}

func (d document) operations() (list []operation) {
	paths := d.whole["paths"].(map[string]any)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item := d.follow(paths[path])
		for _, method := range []string{"post", "put", "patch"} {
			o := d.follow(item[method])
			body := d.follow(o["requestBody"])
			content, _ := body["content"].(map[string]any)
			media, ok := content["application/json"].(map[string]any)
			if ok {
				list = append(list, operation{strings.ToUpper(method), path, media["schema"]})
			}
		}
	}
	return list
}

// sample makes a value that fits a schema, with every member.
func (d document) sample(schema any, name string) any {
	s := d.follow(schema)
	for _, of := range []string{"oneOf", "anyOf", "allOf"} {
		if list, ok := s[of].([]any); ok && s["properties"] == nil {
			return d.sample(list[0], name)
		}
	}
	if list, ok := s["examples"].([]any); ok {
		return list[0]
	}
	if e, ok := s["example"]; ok {
		return e
	}
	if list, ok := s["enum"].([]any); ok {
		return list[0]
	}
	if c, ok := s["const"]; ok {
		return c
	}
	kind := s["type"]
	if list, ok := kind.([]any); ok {
		kind = list[0]
	}
	switch {
	case kind == "object" || s["properties"] != nil:
		made := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		for name, p := range properties {
			made[name] = d.sample(p, name)
		}
		return made
	case kind == "array":
		return []any{d.sample(s["items"], name)}
	case kind == "boolean":
		return false
	case kind == "number", kind == "integer":
		return 1
	default:
		return word(s, name)
	}
}

// word is a text for a member of that name.
func word(schema map[string]any, name string) string {
	switch lower := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name)); {
	case strings.Contains(lower, "accountnumber"), lower == "toaccount":
		return walkedNumber
	case strings.Contains(lower, "rout"):
		return "121042882"
	case schema["format"] == "date-time":
		return "2020-01-01T00:00:00Z"
	case schema["format"] == "date", strings.Contains(lower, "date"):
		return "2026-12-01"
	case strings.Contains(lower, "amount"):
		return "1.00"
	case schema["format"] == "uuid":
		return "aaaaaaaa-aaaa-4aaa-8aaa-000000000009"
	default:
		return "WALK"
	}
}

// acceptable are bodies that the server accepts, so that a fault in one member is
// also met by the code behind the checks of form.
func acceptable(of *things) map[string]any {
	account := map[string]any{"routingNumber": "121042882", "accountNumber": walkedNumber, "accountType": "CHECKING", "nickname": "hers"}
	payment := map[string]any{
		"StandardEntryClassCode": "PPD", "TransactionType": "push", "ToRouting": "121042882", "ToAccount": walkedNumber, "ToAccountType": "checking",
		"ToName": "Ada Marsh", "ToIdentification": "staff", "Description": "PAYROLL", "Amount": 12.34, "Addenda": "for November",
		"FromName": "HARBOR GYM", "FromIdentification": "gym", "CompanyDiscretionaryData": "d", "Metadata": map[string]any{"of": []any{"a", 1}}}
	stored := map[string]any{"account-number": walkedNumber, "account-type": "Checking", "individual-name": "Ada Marsh",
		"routing-number": "121042882", "software-type": "walk", "software-type-version": "1", "token-description": "hers", "customer-key": "ada"}
	bought := maps.Clone(stored)
	maps.Copy(bought, map[string]any{"amount": "1.00", "standard-entry-class-code": "PPD", "create-token": true, "type": "credit"})
	return map[string]any{
		"POST /api/transaction": payment, "POST /v1/recipients/{id}/accounts": account, "PUT /v1/recipients/{id}/accounts/{account}": account,
		"POST /rest/v2/ach/tokens": stored, "PUT /rest/v2/ach/tokens/{tokenId}": stored, "POST /rest/v2/ach/transactions": bought,
		"POST /rest/v2/ach/transactions/credit": bought,
		"POST /v1/recipients":                   map[string]any{"name": "Ada Marsh", "recipientType": "CONSUMER", "uniqueIdentifier": "staff"},
		"POST /v1/accounts/{account_id}/ach_relationships": map[string]any{"account_owner_name": "Ada Marsh", "nickname": "hers",
			"bank_account_type": "CHECKING", "bank_account_number": walkedNumber, "bank_routing_number": "121042882"},
		"POST /v1/ops/events/{event}/hold":   map[string]any{"reason": "a look"},
		"POST /v1/ops/events/{event}/reject": map[string]any{"reason": "no"},
		"POST /v1/ach-files": map[string]any{"name": "November", "odfi": of.ids["odfi"], "batches": []any{map[string]any{
			"company":          map[string]any{"name": "HARBOR GYM", "recipientType": "COMPANY", "companyId": "1840000017"},
			"entryDescription": "SALARIES", "secCode": "PPD", "discretionaryData": "monthly", "entries": []any{map[string]any{
				"recipient": map[string]any{"name": "Ada", "recipientType": "CONSUMER", "uniqueIdentifier": "staff"},
				"account":   account, "amount": 1, "entryType": "CREDIT", "addendum": "for November"}}}}},
	}
}

// walkedNumber is the account number of every sample.
const walkedNumber = "66604488170099"

// place is the path to a member of a body: names and indexes.
type place []any

// places lists the members of a value, the deep ones too.
func places(v any, at place) (list []place) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			here := append(slices.Clone(at), name)
			list = append(append(list, here), places(v[name], here)...)
		}
	case []any:
		for i := range v {
			here := append(slices.Clone(at), i)
			list = append(append(list, here), places(v[i], here)...)
		}
	}
	return list
}

// raw is text put into a body as it is.
type raw string

// written is a value as JSON, with put in place of the member at a path. extra is
// inserted before the closing brace of the object that holds the member.
func written(v any, at place, put raw, extra string) string {
	switch v := v.(type) {
	case map[string]any:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			var value string
			switch {
			case len(at) == 1 && at[0] == name:
				value = string(put)
			case len(at) > 1 && at[0] == name:
				value = written(v[name], at[1:], put, extra)
			default:
				value = written(v[name], nil, "", "")
			}
			parts = append(parts, strconv.Quote(name)+":"+value)
		}
		if len(at) == 1 && extra != "" {
			parts = append(parts, extra)
		}
		return "{" + strings.Join(parts, ",") + "}"
	case []any:
		var parts []string
		for i := range v {
			switch {
			case len(at) == 1 && at[0] == i:
				parts = append(parts, string(put))
			case len(at) > 1 && at[0] == i:
				parts = append(parts, written(v[i], at[1:], put, extra))
			default:
				parts = append(parts, written(v[i], nil, "", ""))
			}
		}
		return "[" + strings.Join(parts, ",") + "]"
	default:
		text, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return string(text)
	}
}

func valueAt(v any, at place) any {
	for _, step := range at {
		switch s := step.(type) {
		case string:
			v = v.(map[string]any)[s]
		case int:
			v = v.([]any)[s]
		}
	}
	return v
}

// wrongs are what may stand in a member's place.
var wrongs = []raw{
	`null`, `true`, `0`, `-1`, `1e400`, `99999999999999999999`, `1.005`, `""`, `" "`, `"\u0000"`, `"\ud800"`, `"José 中"`, `[]`, `{}`, `[[]]`,
	`[null]`, `{"a":{"a":1}}`, `"` + raw(walkedNumber) + `"`, raw(walkedNumber), `["` + raw(walkedNumber) + `"]`,
	`"` + raw(strings.Repeat("9", 100_000)) + `"`, raw(strings.Repeat("9", 5000)), raw(strings.Repeat("[", 5000) + strings.Repeat("]", 5000)),
}

// mutation is a body with something wrong in one member.
func mutation(random *rand.Rand, sample any) string {
	all := places(sample, nil)
	if len(all) == 0 {
		return string(wrongs[random.IntN(len(wrongs))])
	}
	at := all[random.IntN(len(all))]
	as := raw(written(valueAt(sample, at), nil, "", ""))
	switch random.IntN(8) {
	case 0: // twice
		name, _ := at[len(at)-1].(string)
		return written(sample, at, as, strconv.Quote(name)+":"+string(as))
	case 1: // unknown
		return written(sample, at, as, `"nobodyKnows":"`+walkedNumber+`"`)
	case 2: // trailing
		return written(sample, at, as, "") + []string{"{}", "x", `"` + walkedNumber + `"`, "]"}[random.IntN(4)]
	case 3: // cut off
		text := written(sample, at, as, "")
		return text[:random.IntN(len(text))]
	case 4: // left out
		return written(sample, at, "null", "")
	default:
		put := wrongs[random.IntN(len(wrongs))]
		if !strings.Contains(written(sample, at, "null", ""), walkedNumber) {
			// A body without the account number may repeat these digits back.
			put = raw(strings.ReplaceAll(string(put), walkedNumber, "1"))
		}
		return written(sample, at, put, "")
	}
}

// Bodies in which a member occurs twice, is unknown, huge or of another type, or has
// the account number where it does not belong, and bodies that are cut off or
// followed by more. No request causes a fault, and no answer contains the number.
func TestNoBodyBreaksTheServerOrBringsANumberBack(t *testing.T) {
	t.Parallel()
	seed, n := setting(t, "ACHLEDGER_FIELDS_SEED", fieldsSeed), setting(t, "ACHLEDGER_FIELDS", fieldsRequests)
	t.Logf("seed %d, %d requests", seed, n)
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	r := serve(t, "", nil)
	gym, spare := furnish(r, "Harbor Gym", 1), furnish(r, "Spare", 2)
	gym.numbers = append(append(gym.numbers, walkedNumber), spare.numbers...)
	client, ops := r.with(gym.client, "originate", "read", "vault", "download"), r.with("", "ops")
	asJSON, _, err := achhttp.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(asJSON, &d.whole); err != nil {
		t.Fatal(err)
	}
	operations := d.operations()
	if len(operations) < 30 {
		t.Fatalf("the document has %d operations with a JSON body", len(operations))
	}
	taken := map[int]int{}
	for i := range n {
		o := operations[i%len(operations)]
		var who folder.Credential
		switch scope := scopesOfRoutes[o.method+" "+routeOf(o.path)]; {
		case scope == "":
			t.Fatalf("%s %s is in the document and not in the table of scopes", o.method, o.path)
		case strings.HasPrefix(scope, "ops"):
			who = ops
		case scope != nobody:
			who = client
		}
		of := gym
		if o.method == "PATCH" { // a change of settings may suspend the client
			of = spare
		}
		sample := d.sample(o.schema, "")
		if good, ok := acceptable(of)[o.method+" "+o.path]; ok {
			sample = good
		}
		body := written(sample, nil, "", "")
		if i >= len(operations) { // the first request of each operation is correct
			body = mutation(random, sample)
		}
		answer := r.ask(who, o.method, of.path(o.method+" "+routeOf(o.path)), []byte(body), "application/json")
		taken[answer.Code]++
		if answer.Code >= 500 && answer.Code != http.StatusServiceUnavailable {
			t.Errorf("request %d, %s %s answers %d: %s\nto %.600s", i, o.method, o.path, answer.Code, answer.Body, body)
		}
		if shown := gym.shows(answer.Body.String()); len(shown) > 0 {
			t.Errorf("request %d, %s %s answers %d with %v: %.600s\nto %.600s", i, o.method, o.path, answer.Code, shown, answer.Body, body)
		}
		if t.Failed() && i > len(operations) {
			t.Fatalf("stopped at request %d", i)
		}
	}
	t.Logf("answers by status: %v", taken)
	if taken[200]+taken[201] == 0 || taken[400] == 0 || taken[422] == 0 {
		t.Errorf("the walk did not get past the door: %v", taken)
	}
}

func setting(t *testing.T, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", name, err))
	}
	return n
}

// routeOf spells a path of the document as the router does.
func routeOf(path string) string {
	names := map[string]string{"account_id": "account", "relationship_id": "relationship", "transfer_id": "transfer", "tokenId": "token"}
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, "{"); ok {
			name = strings.TrimSuffix(name, "}")
			if other, ok := names[name]; ok {
				name = other
			}
			parts[i] = ":" + name
		}
	}
	return strings.Join(parts, "/")
}
