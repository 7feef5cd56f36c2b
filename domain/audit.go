package domain

// Events of a client's audit stream: who was shown values that are otherwise
// sealed. Each is in the log before the response is sent. Meta has the
// credential and the request id. The events contain no account numbers.
type (
	// AccountRevealed records that a whole account number was shown.
	AccountRevealed struct {
		What string `json:"what"` // transaction, event, account or relationship
		ID   string `json:"id"`   // its id

		Reason string `json:"reason,omitempty"` // given by a person of operations
	}
	// FileRead records that the bytes of a file were sent, account numbers
	// included.
	FileRead struct {
		FileID string `json:"file_id"`
	}
	// Exported records that a whole list was sent.
	Exported struct {
		What   string   `json:"what"`
		Client string   `json:"client,omitempty"` // to which the list belongs; empty: all clients
		Actors []string `json:"actors,omitempty"` // whose acts were exported; empty: of all actors
		After  int64    `json:"after,omitempty"`  // log position after which the export begins
		On     string   `json:"on,omitempty"`     // day, YYYY-MM-DD
	}
	// RequestRefused records that a request of operations was refused because of
	// who asked. Only some are recorded, so that nobody can fill the log with them.
	RequestRefused struct {
		Method     string `json:"method"`
		Route      string `json:"route"`
		Code       string `json:"code"`
		Unrecorded int64  `json:"unrecorded,omitempty"` // refused since the previous one
	}
)

// Values of What in AccountRevealed.
const (
	RevealedTransaction  = "transaction"
	RevealedEvent        = "event"   // of a transaction: the corrected data
	RevealedAccount      = "account" // of a recipient
	RevealedRelationship = "relationship"
)

// Type names each event in the log.
func (AccountRevealed) Type() string { return "audit.account_revealed" }
func (FileRead) Type() string        { return "audit.file_read" }
func (Exported) Type() string        { return "audit.exported" }
func (RequestRefused) Type() string  { return "audit.request_refused" }

func init() {
	register(empty[Exported], empty[RequestRefused], empty[AccountRevealed], empty[FileRead])
}

// AuditStream names the stream that records to whom a client's account numbers
// were shown.
func AuditStream(client string) string { return "audit/" + client }
