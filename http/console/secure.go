package console

import "net/http"

// policy is the Content-Security-Policy: no inline code, nothing from another
// origin, no framing, no form that posts elsewhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the headers specific to pages. Those for all responses are set
// elsewhere.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "same-origin") // a submitted form redirects back to its page
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
}
