package domain

// Events of a client's audit stream: who was given what of the client's that
// is otherwise sealed. Each is in the log before the answer leaves. Meta says
// whose credential asked, and under which request id. There is no account
// number in them.
type (
	// AccountRevealed records that an account number was shown whole.
	AccountRevealed struct {
		What string `json:"what"` // transaction, event, account or relationship
		ID   string `json:"id"`   // of that

		Reason string `json:"reason,omitempty"` // of somebody of operations
	}
	// FileRead records that the bytes of a file were given out, with every
	// account number in them.
	FileRead struct {
		FileID string `json:"file_id"`
	}
	// Exported records that a list was given out as a whole.
	Exported struct {
		What   string   `json:"what"`
		Client string   `json:"client,omitempty"` // whose; empty: of all
		Actors []string `json:"actors,omitempty"` // whose doing; empty: anybody's
		After  int64    `json:"after,omitempty"`  // from which log position on
		On     string   `json:"on,omitempty"`     // of which day, YYYY-MM-DD
	}
	// RequestRefused records that a request of operations was refused, because
	// of who asked. Of many only some are recorded, so that nobody can fill the
	// log with them.
	RequestRefused struct {
		Method     string `json:"method"`
		Route      string `json:"route"`
		Code       string `json:"code"`
		Unrecorded int64  `json:"unrecorded,omitempty"` // refused since the one before
	}
)

// What AccountRevealed can be about.
const (
	RevealedTransaction  = "transaction"
	RevealedEvent        = "event"   // of a transaction: its corrected data
	RevealedAccount      = "account" // of a recipient
	RevealedRelationship = "relationship"
)

// Type names the event in the log.
func (AccountRevealed) Type() string { return "audit.account_revealed" }

// Type names the event in the log.
func (FileRead) Type() string { return "audit.file_read" }

// Type names the event in the log.
func (Exported) Type() string { return "audit.exported" }

// Type names the event in the log.
func (RequestRefused) Type() string { return "audit.request_refused" }

func init() {
	register(
		func() Event { return &Exported{} },
		func() Event { return &RequestRefused{} },
		func() Event { return &AccountRevealed{} },
		func() Event { return &FileRead{} },
	)
}

// AuditStream names the stream that says who was given a client's account
// numbers.
func AuditStream(client string) string { return "audit/" + client }
