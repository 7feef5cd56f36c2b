package http_test

import (
	"strings"
	"testing"
)

// A string with half of a UTF-16 pair is no text. It was stored with a question mark
// in its place.
func TestHalfOfACharacterIsRefusedOnEverySurface(t *testing.T) {
	w := newWorld(t)
	acme := w.client("acme", settings())
	half, pair := `\ud83c`, `\ud83c\udfe6`
	vault := func(s string) string { return strings.Replace(theToken, "{", `{"customer-key":"`+s+`",`, 1) }
	link := func(s string) string { return strings.Replace(theLink, `"nickname":"`, `"nickname":"`+s, 1) }
	metadata := func(s string) string { return strings.Replace(proposal(), "{", `{"Metadata":{"a":"`+s+`"},`, 1) }
	for path, body := range map[string]func(string) string{tokensPath: vault, links(john): link, "/api/transaction": metadata} {
		if body(half) == body("") {
			t.Fatalf("%s: nothing to try", path)
		}
		acme.call("POST", path, body(half)).is(400)
		acme.call("POST", path, body(half+half)).is(400)
		acme.call("POST", path, body(`\udfe6\ud83c`)).is(400)
		if a := acme.call("POST", path, body(pair)); a.status/100 != 2 {
			t.Errorf("a whole one: %d %s", a.status, a.body)
		}
	}
}
