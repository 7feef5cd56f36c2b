package webhooks

// For tests.
var (
	NewTransport = newTransport
	ErrNotPublic = errNotPublic
)
