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
	}
	// FileRead records that the bytes of a file were given out, with every
	// account number in them.
	FileRead struct {
		FileID string `json:"file_id"`
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

func init() {
	register(
		func() Event { return &AccountRevealed{} },
		func() Event { return &FileRead{} },
	)
}

// AuditStream names the stream that says who was given a client's account
// numbers.
func AuditStream(client string) string { return "audit/" + client }
