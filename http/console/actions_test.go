package console

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
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
