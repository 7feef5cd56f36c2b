package api

import (
	"net/http"
)

// What a browser may do with an answer. The documents' page needs its own
// scripts and the styles that Swagger UI writes into it; nothing else needs
// anything.
const (
	policy     = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
	DocsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
		"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

// protectAnswer sets the headers that every answer has, errors too: nobody on the way
// keeps it, shows it in a frame or takes it for what it is not. What may be
// kept says so itself.
func protectAnswer(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY") // for browsers that do not know frame-ancestors
}
