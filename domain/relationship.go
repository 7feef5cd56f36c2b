package domain

import "time"

// RelationshipStatus is the state of a relationship, as the API spells it.
type RelationshipStatus string

// Statuses of relationships.
const (
	RelationshipQueued          RelationshipStatus = "QUEUED"
	RelationshipPending         RelationshipStatus = "PENDING" // being verified
	RelationshipApproved        RelationshipStatus = "APPROVED"
	RelationshipRejected        RelationshipStatus = "REJECTED"
	RelationshipCancelRequested RelationshipStatus = "CANCEL_REQUESTED" // entries are on their way
	RelationshipCanceled        RelationshipStatus = "CANCELED"
)

// RelationshipStatuses are all statuses, in the order of a relationship's life.
var RelationshipStatuses = []RelationshipStatus{
	RelationshipQueued, RelationshipPending, RelationshipApproved, RelationshipRejected,
	RelationshipCancelRequested, RelationshipCanceled,
}

// Active reports whether a relationship prevents its holder from linking
// another.
func (s RelationshipStatus) Active() bool {
	return s == RelationshipQueued || s == RelationshipPending || s == RelationshipApproved
}

// Ended reports whether a relationship has reached its final state.
func (s RelationshipStatus) Ended() bool {
	return s == RelationshipRejected || s == RelationshipCanceled
}

// Ways to verify a relationship, as a client's settings name them.
const (
	VerifyByPrenote       = "prenote"
	VerifyByMicroDeposits = "micro_deposits"
	VerifyNothing         = "none"
)

// Relationship is a link from a holder to a bank account.
type Relationship struct {
	ID           string
	Status       RelationshipStatus
	Account      string // id of the bank account it was pointed to
	SetAt        int64  // log position of that, for corrections
	OwnerName    string // in entries
	OriginalName string // as the client wrote it, where that differs
	Nickname     string
	Type         string // of the account when it was linked
	FromPlaid    bool   // linked by a processor token, and so verified
	CreatedAt    time.Time
	UpdatedAt    time.Time

	Method     string   // of the current or last verification
	Attempt    int      // number of verifications begun
	Verifying  []string // transactions of that attempt
	Sent       []string // transactions of all attempts
	Amounts    []byte   // keyed hash of the micro-deposits
	WrongTries int
	Reason     string // of a rejection
}

// AccountLinked records a new link; it waits to be verified.
type AccountLinked struct {
	RelationshipID string `json:"relationship_id"`
	Account        string `json:"account"` // id of the bank account
	OwnerName      string `json:"owner_name"`
	OriginalName   string `json:"original_name,omitempty"` // before transliteration
	Nickname       string `json:"nickname,omitempty"`
	AccountType    string `json:"type"`
	FromPlaid      bool   `json:"from_plaid,omitempty"`
}

// Type names the event in the log.
func (AccountLinked) Type() string { return "relationship.linked" }

func init() { register(empty[AccountLinked]) }

// LinkAccount links a bank account to a holder.
type LinkAccount struct {
	RelationshipID          string
	Account                 string
	OwnerName, OriginalName string
	Nickname                string
	AccountType             string
	FromPlaid               bool
}

// Decide links the account unless another link is active.
func (c LinkAccount) Decide(now Holder) ([]Event, error) {
	if r, ok := now.Active(); ok {
		return nil, Refuse(ActiveRelationship, "the account has an active relationship: %s is %s", r.ID, r.Status)
	}
	return []Event{AccountLinked{
		RelationshipID: c.RelationshipID, Account: c.Account, OwnerName: c.OwnerName, OriginalName: c.OriginalName,
		Nickname: c.Nickname, AccountType: c.AccountType, FromPlaid: c.FromPlaid,
	}}, nil
}
