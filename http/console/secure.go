package console

import "net/http"

// policy is what a browser may do with a page: nothing inline, nothing from
// anywhere else, no frame around it, no form to another place.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the headers of a page. Others are set for every answer.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "same-origin") // a form comes back to its page
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}
