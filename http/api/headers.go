package api

import (
	"maps"
	"net/http"
)

// What a browser may do with an answer. The documentation page needs its own
// scripts and the inline styles of Swagger UI; no other answer needs anything.
const (
	policy     = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	DocsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
		"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

// protectAnswer sets the security headers of every answer, errors included: no
// caching, no framing, no content sniffing. A handler whose answer may be
// cached says so.
func protectAnswer(h http.Header) { maps.Copy(h, protection) }

// protection is shared by all answers: a handler replaces a value, and changes none.
var protection = http.Header{
	"Cache-Control":           {"no-store"},
	"X-Content-Type-Options":  {"nosniff"},
	"Content-Security-Policy": {policy},
	"Referrer-Policy":         {"no-referrer"},
	"X-Frame-Options":         {"DENY"}, // for browsers that ignore frame-ancestors
}
