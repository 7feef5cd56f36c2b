package api

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAValueOfAnotherTypeIsToldWhichIsWanted(t *testing.T) {
	type body struct {
		Amount json.Number `json:"amount"`
		Name   string      `json:"name"`
		On     bool        `json:"on"`
		List   []string    `json:"list"`
	}
	for sent, want := range map[string]string{
		`{"amount":true}`: "amount: must be a number",
		`{"amount":[1]}`:  "amount: must be a number",
		`{"name":1}`:      "name: must be a string",
		`{"on":"true"}`:   "on: must be true or false",
		`{"list":"a"}`:    "list: must be an array",
	} {
		var in body
		if err := Strictly([]byte(sent), &in); err == nil || Explain(err).Message != want {
			t.Errorf("%s: %v, want %s", sent, err, want)
		}
	}
}

// A type that decodes itself, as a time does and whatever may be a string or an
// object, makes errors that say nothing of where in the body its value is.
func TestAValueWhoseTypeDecodesItselfIsNamed(t *testing.T) {
	type body struct {
		Name   string       `json:"name"`
		Now    *time.Time   `json:"now"`
		List   []shortOrNot `json:"list"`
		Prices []price      `json:"prices"`
	}
	for sent, want := range map[string]string{
		`{"name":"a","now":"2026-01-01"}`: "now: must be a time, such as 2026-11-20T19:05:00Z",
		`{"now":5}`:                       "now: must be a time, such as 2026-11-20T19:05:00Z",
		`{"name":"a long name before it","list":["a",5]}`: "list/1: must be a string or an object",
		`{"list":["a",true]}`:                             "list/1: must be a string or an object",
		`{"name":"another","list":["a",{"account":5}]}`:   "list/1/account: must be a string",
		`{"name":5,"list":["a",{"account":"c"}]}`:         "name: must be a string",
		`{"prices":[{"amount":5},{"amount":"five"}]}`:     "prices/1/amount: must be a number",
	} {
		var in body
		if err := Strictly([]byte(sent), &in); err == nil || Explain(err).Message != want {
			t.Errorf("%s: %v, want %s", sent, err, want)
		}
	}
}

type price struct {
	Amount json.Number `json:"amount"`
}

type shortOrNot struct {
	Account string `json:"account"`
}

func (shortOrNot) ShortForm() {}

func (s *shortOrNot) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		return json.Unmarshal(text, &s.Account)
	}
	type object shortOrNot
	return json.Unmarshal(text, (*object)(s))
}

func TestABodyThatIsNoObjectIsToldWhere(t *testing.T) {
	for sent, want := range map[string]string{
		"":                      "must be a JSON object, and is empty",
		" \n":                   "must be a JSON object, and is empty",
		"[{}]":                  "must be a JSON object, in braces",
		"null":                  "must be a JSON object, in braces",
		"\ufeff{}":              "must be a JSON object, without a byte order mark before it",
		"{\"a\":\"\xff\"}":      "must be a JSON object in UTF-8",
		"{}{}":                  "must be exactly one JSON object; at byte 3: invalid character '{' after top-level value",
		"{\"account\":0123456}": "must be exactly one JSON object; at byte 13: invalid character '1' after object key:value pair",
		"{\"a\":1":              "must be exactly one JSON object; at byte 6: unexpected end of JSON input",
	} {
		if err := OneObject([]byte(sent)); err == nil || Explain(err).Message != want {
			t.Errorf("%q: %v, want %s", sent, err, want)
		}
	}
}

// Empty objects take little of a body, and much memory.
func TestAnArrayHoldsNoMoreObjectsThanABodyHasRoomFor(t *testing.T) {
	type body struct {
		List  []struct{ A, B, C string } `json:"list"`
		Words []string                   `json:"words"`
	}
	many := strings.TrimSuffix(strings.Repeat("{},", mostObjects+1), ",")
	var in body
	if err := Strictly([]byte(`{"list":[`+many+`]}`), &in); err == nil || in.List != nil || !strings.HasPrefix(Explain(err).Message, "list: ") {
		t.Errorf("%d objects, %v", len(in.List), err)
	}
	if err := Strictly([]byte(`{"list":[`+strings.TrimSuffix(many, ",{}")+`]}`), &in); err != nil || len(in.List) != mostObjects {
		t.Errorf("%d objects, %v", len(in.List), err)
	}
	if err := Strictly([]byte(`{"words":[`+strings.ReplaceAll(many, "{}", `""`)+`]}`), &in); err != nil {
		t.Errorf("words: %v", err)
	}
}

func TestAnElementThatIsNeitherTrueNorFalseIsNamed(t *testing.T) {
	type inner struct {
		Default bool `xml:"default"`
	}
	type element struct {
		XMLName xml.Name `xml:"a"`
		Name    string   `xml:"name"`
		inner
	}
	for sent, want := range map[string]string{
		`<a><name>maybe</name><default>maybe</default></a>`:  "default: must be true or false",
		`<a><default> true </default><name>maybe</name></a>`: "",
		`<a><default/><name>maybe</name></a>`:                "",
	} {
		var in element
		if err := ReadXML([]byte(sent), &in); (err == nil) != (want == "") || err != nil && Explain(err).Message != want {
			t.Errorf("%s: %v, want %q", sent, err, want)
		}
	}
}

func TestAnXMLBodyIsOneElementInUTF8(t *testing.T) {
	type element struct {
		XMLName xml.Name `xml:"a"`
		B       string   `xml:"b"`
	}
	for name, tt := range map[string]struct {
		body   string
		status int
	}{
		"an element":             {`<a><b>1</b></a>`, 0},
		"after a declaration":    {`<?xml version="1.0" encoding="utf-8"?><a><b>1</b></a>`, 0},
		"nothing":                {``, http.StatusBadRequest},
		"blanks":                 {" \n", http.StatusBadRequest},
		"only a declaration":     {`<?xml version="1.0"?>`, http.StatusBadRequest},
		"two elements":           {`<a/><a/>`, http.StatusBadRequest},
		"a member twice":         {`<a><b>1</b><b>2</b></a>`, http.StatusBadRequest},
		"in another encoding":    {`<?xml version="1.0" encoding="ISO-8859-1"?><a/>`, http.StatusUnsupportedMediaType},
		"with an entity":         {`<!DOCTYPE a [<!ENTITY x "y">]><a><b>&x;</b></a>`, http.StatusBadRequest},
		"an element that is cut": {`<a><b>1</b>`, http.StatusBadRequest},
		"elements without end":   {`<a><b>1</b>` + strings.Repeat("<c>", 10_000) + strings.Repeat("</c>", 10_000) + `</a>`, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			var got element
			err := ReadXML([]byte(tt.body), &got)
			if tt.status == 0 && (err != nil || got.B != "1") {
				t.Errorf("got %+v, %v", got, err)
			}
			if tt.status != 0 && (err == nil || Explain(err).Status != tt.status || Explain(err).Message == "the body is not the XML that is expected here: a value is not of its type") {
				t.Errorf("%v", err)
			}
		})
	}
}
