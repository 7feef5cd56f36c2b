package connect

import (
	"encoding/json"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/http/api"
)

// TestMembersReadWhatTheStandardLibraryReads compares the walk with
// encoding/json on any object.
func TestMembersReadWhatTheStandardLibraryReads(t *testing.T) {
	value := rapid.SampledFrom([]string{`1`, `-1.5e+7`, `true`, `null`, `""`, `"a\"b\\"`, `"\\"`, `"}],{["`, `{}`, `[]`, `{"a":{"b":[1,"}"]}}`, `[[],[1,2],"\""]`, ` 7 `, "\n[ 1 ,\t2 ]\r"})
	space := rapid.SampledFrom([]string{"", " ", "\n", "\t \r\n"})
	rapid.Check(t, func(t *rapid.T) {
		body := space.Draw(t, "space") + "{"
		for i := range rapid.IntRange(0, 5).Draw(t, "members") {
			if i > 0 {
				body += ","
			}
			name, _ := json.Marshal(rapid.StringN(0, 8, -1).Draw(t, "name"))
			body += space.Draw(t, "space") + string(name) + space.Draw(t, "space") + ":" + space.Draw(t, "space") + value.Draw(t, "value") + space.Draw(t, "space")
		}
		body += "}" + space.Draw(t, "space")
		var want map[string]json.RawMessage
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Skip(err)
		}
		got := map[string]json.RawMessage{}
		if !api.Members(body, func(name, value string) { got[name] = json.RawMessage(value) }) {
			t.Fatal("not an object")
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %q, want %q", body, got, want)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"TransactionID":"e9fbdef4-7a2d-4637-aae4-7f7094520caa","Amount":1.5,"IATDetails":{"FCBName":"x"}}`))
	f.Add([]byte(`{"Addenda":["a","b"],"Metadata":{"a":[1,{"b":"}"}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if o, err := parseProposal(body); err == nil {
			if _, err := o.Content(); err != nil {
				t.Error(err)
			}
		}
	})
}
