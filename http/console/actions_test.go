package console

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// Settings that a person pastes are read as strictly as the API reads a body.
func TestPastedSettingsAreReadStrictly(t *testing.T) {
	for name, tt := range map[string]struct{ typed, body string }{
		"an object":                 {` {"suspended":true,"batching":{"max_amount_cents":9007199254740993}} `, `{"batching":{"max_amount_cents":9007199254740993},"suspended":true}`},
		"a member twice":            {`{"suspended":true,"suspended":false}`, ""},
		"a member twice, deep":      {`{"limits":[{"cents":100,"cents":900}]}`, ""},
		"something behind it":       {`{"suspended":true} {"suspended":false}`, ""},
		"an array":                  {`[]`, ""},
		"nothing that is an object": {`null`, ""},
		"a comma too many":          {`{"suspended":true,}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			form := url.Values{"settings": {tt.typed}}.Encode()
			r := httptest.NewRequest("POST", "/console/do/change-client/acme", strings.NewReader(form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			body, err := (&surface{}).body(echo.New().NewContext(r, httptest.NewRecorder()), actions["change-client"])
			if string(body) != tt.body {
				t.Errorf("got %s, %v", body, err)
			}
			if tt.body == "" && err == nil {
				t.Error("it is not refused")
			}
		})
	}
}

// A form that takes away every role, or a name, asks for that: what it leaves empty
// is not what nobody touched.
func TestAFormAsksForWhatItLeavesEmpty(t *testing.T) {
	form := url.Values{"name": {""}, "reason": {"left the desk"}}.Encode()
	r := httptest.NewRequest("POST", "/console/do/change-person/m.ortiz@lantern.example", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	body, err := (&surface{}).body(echo.New().NewContext(r, httptest.NewRecorder()), actions["change-person"])
	if want := `{"name":"","reason":"left the desk","roles":[]}`; string(body) != want || err != nil {
		t.Errorf("got %s, %v; want %s", body, err, want)
	}
}

// A form that is refused is shown again where other input, or another try, may help.
func TestAFormThatMayYetSucceedIsShownAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		action string
		status int
		code   domain.Code
		again  bool
	}{
		"a field that is wrong":              {"assign", 400, domain.Invalid, true},
		"a transaction that does not exist":  {"assign", 404, domain.NotFound, true},
		"one that conflicts":                 {"assign", 409, domain.Conflict, true},
		"an entry that was assigned before":  {"assign", 409, domain.AlreadyDone, false},
		"a file that may have been carried":  {"release", 409, domain.MaybeCarried, true},
		"a file whose delivery began":        {"release", 409, domain.TooLate, false},
		"an event that does not exist":       {"approve", 404, domain.NotFound, false},
		"settings that somebody has changed": {"change-client", 409, domain.Stale, true},
		"a request that has expired":         {"approve-request", 409, domain.Stale, false},
		"another role":                       {"assign", 403, api.CodeScope, false},
		"a server that is busy":              {"approve", 503, "busy", true},
	} {
		t.Run(name, func(t *testing.T) {
			typed := url.Values{}
			if tt.action == "change-client" {
				typed.Set(seenField, "1")
			}
			if got := mendable(&api.Problem{Status: tt.status, Code: tt.code}, form{Fields: actions[tt.action].fields}, typed); got != tt.again {
				t.Errorf("shown again: %v, want %v", got, tt.again)
			}
		})
	}
}
