package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// collectionFile is the OpenAPI document as Postman requests, preceded by a day
// at a bank, which creates what the other requests refer to.
const collectionFile = "deploy/postman/achledger.json"

const collectionText = `Made from the OpenAPI document by make generate; do not edit.

Set base, ops_key and ops_secret to those of a sandbox (ops.credential in its folder). "A day" takes on a client, pays, moves the clock and plays the bank; its requests belong in that order. The folders behind it have every other request of the API, and use what the day has made.`

// A folder, a request of Postman, and their parts: what the collection format
// 2.1 calls item, event and url.
type (
	folderItem struct {
		Name  string `json:"name"`
		Items []any  `json:"item"`
	}
	requestItem struct {
		Name    string   `json:"name"`
		Events  []script `json:"event"`
		Request request  `json:"request"`
	}
	script struct {
		Listen string `json:"listen"`
		Script struct {
			Lines []string `json:"exec"`
			Type  string   `json:"type"`
		} `json:"script"`
	}
	request struct {
		Method string  `json:"method"`
		Header []field `json:"header"`
		Auth   any     `json:"auth,omitempty"`
		Body   any     `json:"body,omitempty"`
		URL    address `json:"url"`
		Text   string  `json:"description,omitempty"`
	}
	address struct {
		Raw   string   `json:"raw"`
		Host  []string `json:"host"`
		Path  []string `json:"path"`
		Query []field  `json:"query,omitempty"`
	}
	field struct {
		Key      string `json:"key"`
		Value    string `json:"value"`
		Disabled bool   `json:"disabled,omitempty"`
	}
)

// collection makes the file.
func collection(spec *openapi3.T) ([]byte, error) {
	byID, byTag := map[string]operation{}, map[string][]any{}
	all := operations(spec)
	slices.SortStableFunc(all, whatEndsLast)
	for _, o := range all {
		byID[o.OperationID] = o
		if !slices.Contains(notAsked, o.OperationID) {
			r := newRequest(o, o.Summary, bodies[o.OperationID])
			r.Events = asserting(documented(o))
			byTag[o.Tags[0]] = append(byTag[o.Tags[0]], r)
		}
	}
	steps, err := dayItems(byID)
	if err != nil {
		return nil, err
	}
	items := []any{folderItem{"A day", steps}}
	for _, tag := range spec.Tags {
		items = append(items, folderItem{tag.Name, byTag[tag.Name]})
	}
	out, err := json.MarshalIndent(map[string]any{
		"info": map[string]string{
			"name": "achledger", "description": collectionText,
			"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
		},
		"auth": basic("key", "secret"),
		"variable": []field{
			{Key: "base", Value: "http://localhost:8080"}, {Key: "ops_key"}, {Key: "ops_secret"}, {Key: "key"}, {Key: "secret"},
			{Key: "account_id", Value: "5b6962dd-3f90-4c93-8f61-eabfa4a803e2"},
		},
		"item": items,
	}, "", " ")
	return append(out, '\n'), err
}

// whatEndsLast orders requests that delete something after those that use it, and
// the deletion of a part before that of the whole.
func whatEndsLast(a, b operation) int {
	switch first, second := a.method == "DELETE", b.method == "DELETE"; {
	case first && second:
		return strings.Compare(b.path, a.path)
	case first:
		return 1
	case second:
		return -1
	}
	return 0
}

// notAsked are operations without a request: an answer that does not end, the
// documents, and second spellings.
var notAsked = append([]string{"streamEvents"}, notCalled...)

// newRequest is a request of the operation, with a sample body unless one is
// given.
func newRequest(o operation, name, body string) requestItem {
	r := request{Method: o.method, URL: addressOf(o), Text: o.Description, Header: []field{}}
	switch {
	case o.Security != nil && len(*o.Security) == 0:
		r.Auth = map[string]string{"type": "noauth"}
	case strings.HasPrefix(o.path, "/v1/ops/"), strings.HasPrefix(o.path, "/v1/simulations/"), o.path == "/metrics":
		r.Auth = basic("ops_key", "ops_secret")
	}
	if o.RequestBody != nil {
		for media, content := range o.RequestBody.Value.Content {
			if media == "application/xml" { // the same operation takes JSON
				continue
			}
			if body == "" {
				body = sampleText(media, content.Schema)
			}
			r.Header = append(r.Header, field{Key: "Content-Type", Value: media})
			r.Body = map[string]string{"mode": "raw", "raw": body}
		}
	}
	return requestItem{Name: name, Request: r}
}

// basic authenticates with the credential in two variables.
func basic(key, secret string) map[string]any {
	return map[string]any{"type": "basic", "basic": []field{
		{Key: "username", Value: "{{" + key + "}}"}, {Key: "password", Value: "{{" + secret + "}}"},
	}}
}

// addressOf has a variable for each path parameter, and every query parameter,
// disabled unless it is required.
func addressOf(o operation) address {
	var segments []string
	for _, s := range strings.Split(strings.Trim(o.path, "/"), "/") {
		if name, ok := strings.CutPrefix(s, "{"); ok {
			s = "{{" + variable(segments, strings.TrimSuffix(name, "}")) + "}}"
		}
		segments = append(segments, s)
	}
	a := address{Raw: "{{base}}/" + strings.Join(segments, "/"), Host: []string{"{{base}}"}, Path: segments}
	for _, p := range o.parameters {
		if p := p.Value; p.In == "query" {
			a.Query = append(a.Query, field{Key: p.Name, Value: fmt.Sprint(sample(p.Schema)), Disabled: !p.Required})
		}
	}
	return a
}

// variable names the variable of an id: the path segment before it, in the
// singular.
func variable(before []string, parameter string) string {
	switch parameter {
	case "key": // {{key}} is the key that authenticates the requests
		return "key_to_revoke"
	case "tokenId":
		return "vault_token"
	case "id":
		return strings.ReplaceAll(strings.TrimSuffix(before[len(before)-1], "s"), "-", "_")
	}
	return parameter
}
