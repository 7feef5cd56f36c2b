package domain

// MissedCorrection says that an entry goes to an account which a notification
// of change had corrected: the newest one in force, and where it leads. A client
// may have its reasons; it is told. Source: NACHA Operating Rules, which have an
// originator make a correction before its next entry.
type MissedCorrection struct {
	Code          string `json:"code"`           // C01, say
	TransactionID string `json:"transaction_id"` // that was corrected
	ItemID        string `json:"item_id"`        // of the notification of change
	Routing       string `json:"routing"`        // the account as corrected
	AccountType   string `json:"account_type"`
	Tail          string `json:"tail"` // the end of its number
}

// Masked is the number of the account as corrected, the way it is shown.
func (m MissedCorrection) Masked() string { return Account{Tail: m.Tail}.Masked() }
