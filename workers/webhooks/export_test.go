package webhooks

// Exported for tests in package webhooks_test.
var (
	NewTransport = newTransport
	ErrNotPublic = errNotPublic
)
