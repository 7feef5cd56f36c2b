package http_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// vaultDocument is the vault's own OpenAPI document, as its users have it.
// Its enum "Checking,Savings" is read as two values.
var vaultDocument = sync.OnceValues(func() (*jsonschema.Compiler, error) {
	content, err := os.ReadFile("testdata/vault-openapi.json")
	if err != nil {
		return nil, err
	}
	content = bytes.ReplaceAll(content, []byte(`"Checking,Savings"`), []byte(`"Checking","Savings"`))
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	return c, c.AddResource("vault.json", document)
})

// asVault checks a JSON value against a schema of the vault's own document. Members
// that the schema does not have are errors.
func asVault(t testing.TB, schema string, value any) {
	t.Helper()
	c, err := vaultDocument()
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("vault.json#/components/schemas/" + schema)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value); err != nil {
		t.Errorf("not a %s as the vault's document says: %v\n%v", schema, err, value)
	}
	known(t, s, value, schema)
}

// known fails the test at a member that the schema does not have.
func known(t testing.TB, s *jsonschema.Schema, value any, at string) {
	t.Helper()
	for s.Ref != nil {
		s = s.Ref
	}
	switch value := value.(type) {
	case map[string]any:
		for name, v := range value {
			if p, ok := s.Properties[name]; ok {
				known(t, p, v, at+"/"+name)
			} else {
				t.Errorf("%s/%s is not in the vault's document", at, name)
			}
		}
	case []any:
		for _, v := range value {
			known(t, s.Items.(*jsonschema.Schema), v, at)
		}
	}
}

// schemaOf names the vault's schema for answers with a status.
func schemaOf(status int) string {
	if status == 200 {
		return "AchTokenResponsePayload"
	}
	return "ErrorResult"
}

// vaultJSON checks a JSON answer against the vault's document.
func (a *answer) vaultJSON() *answer {
	a.t.Helper()
	if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "application/json") {
		a.t.Errorf("%s: content type %q", a.asked, got)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(a.body))
	if err != nil {
		a.t.Fatal(err)
	}
	asVault(a.t, schemaOf(a.status), value)
	return a
}

// vaultXML checks an XML answer against the vault's document, and returns it
// converted to JSON.
func (a *answer) vaultXML() *answer {
	a.t.Helper()
	if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "application/xml") {
		a.t.Errorf("%s: content type %q", a.asked, got)
	}
	var e element
	if err := xml.Unmarshal(a.body, &e); err != nil {
		a.t.Fatalf("%s: %v\n%s", a.asked, err, a.body)
	}
	if want := map[bool]string{true: "payload", false: "ErrorResult"}[a.status == 200]; e.XMLName.Local != want {
		a.t.Errorf("%s: the document is a <%s>, not a <%s>", a.asked, e.XMLName.Local, want)
	}
	value := e.value()
	asVault(a.t, schemaOf(a.status), value)
	b, err := json.Marshal(value)
	if err != nil {
		a.t.Fatal(err)
	}
	again := *a
	again.body = b
	return &again
}

// element is any XML element.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

// value converts an element to JSON as the vault's document maps its schemas to XML.
func (e element) value() any {
	if len(e.Children) == 0 && len(e.Attrs) == 0 {
		switch e.XMLName.Local {
		case "times-used", "resultCode":
			n, _ := strconv.Atoi(e.Text)
			return json.Number(strconv.Itoa(n))
		case "default":
			return e.Text == "true"
		}
		return e.Text
	}
	object := map[string]any{}
	for _, a := range e.Attrs {
		if a.Name.Local == "type" {
			object["payloadType"] = a.Value
		}
	}
	for _, c := range e.Children {
		if c.XMLName.Local == "errorResults" {
			list, _ := object["errorResults"].([]any)
			object["errorResults"] = append(list, c.value())
			continue
		}
		object[c.XMLName.Local] = c.value()
	}
	return object
}
