package projections

import (
	"errors"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
)

// ErrBehind says that a view has not reached a position in time. The API
// answers 503 view-behind.
var ErrBehind = errors.New("the view has not caught up with the log yet: try again")

// Item is a transaction's item as lists and responses show it. Whether it is
// built from the views or from a fold of the transaction, the value is the
// same.
type Item struct {
	Client        string
	TransactionID string
	ItemID        string
	Kind          domain.ItemKind
	Direction     domain.Direction
	Status        string // Pending, Released, Transmitted, Recalled, Rejected
	Reason        string
	HeldBy        *guard.HeldBy            // the rule that holds or rejected it; nil if none
	Request       *Request                 // of a request for return, and of the return that answers one
	Missed        *domain.MissedCorrection // of an entry to an account that had been corrected
	Decision      *Decision                // of a payment to a receiving account with rules; nil for all others
	AmountCents   int64
	MadeAt        time.Time
	ReplyTo       string
	Code          string // return or change code
	CorrectedData string // masked
	Information   string // addenda information, account numbers masked
	DateOfDeath   string // YYYY-MM-DD
	StatementDate string // YYYY-MM-DD
	Trace         string
	FileID        string
	EffectiveOn   string // YYYY-MM-DD, once decided
	SettledOn     string // YYYY-MM-DD
	History       []StatusAt
	Position      int64 // of the newest event about it in its transaction's stream
	// ChangedAt is the position of its newest change, which may be the cut or
	// delivery of its file; ItemFilter.After is compared with it. Only lists
	// fill it in; DescribeItems leaves it 0.
	ChangedAt int64
}

// StatusAt is a status an item entered, and when.
type StatusAt struct {
	Status string    `json:"status"`
	At     time.Time `json:"at"`
}

// ItemFilter selects items. Zero fields select all.
type ItemFilter struct {
	Client    string // empty: across clients, for operations only
	Kind      domain.ItemKind
	Status    string
	Direction domain.Direction
	// FromDay and ToDay, YYYY-MM-DD New York, inclusive: the day the item
	// was made or, with Status, the day it entered that status.
	FromDay, ToDay string
	After          int64 // items changed after this log position
	Limit          int   // 0: all
	Cursor         string
}

// Transaction is a row of the transactions view.
type Transaction struct {
	Client, ID  string
	Status      string // as the API shows it
	Direction   domain.Direction
	SEC         string
	Type        domain.PushPull
	AmountCents int64
	Name        string // of the counterparty
	AccountTail string
	CreatedAt   time.Time
	UpdatedAt   time.Time
	Position    int64

	// Fields of its origination.
	ItemID      string
	CompanyID   string // of the originating company
	Trace       string
	FileID      string // of the file that it is in
	EffectiveOn string // YYYY-MM-DD, once decided

	// Held reports whether it waits for a person; Status is then Pending.
	Held   bool
	Reason string // why it is held
	HeldBy string // JSON of guard.HeldBy, if a rule holds it
}

// Parts of the status Pending that a filter may select.
const (
	PendingHeld   = "Held"    // it waits for a person
	PendingUnheld = "Waiting" // it waits for a file
)

// TransactionFilter selects transactions, newest first. Zero fields select
// all.
type TransactionFilter struct {
	Client         string // empty: across clients, for operations only
	ID             string
	Status         string // or a part of Pending
	Direction      domain.Direction
	FromDay, ToDay string // made on, YYYY-MM-DD New York, inclusive
	Trace          string // of any of its items, fifteen digits
	Name           string // each word begins a word of the counterparty's name
	Tail           string // last characters of the account number, as shown
	CompanyID      string // of the originating company
	Code           string // return or change code of any of its answers
	File           string // id or name of a file that contains any of its items
	FromCents      int64
	BelowCents     int64 // 0: any
	Limit          int   // 0: all
	Cursor         string
}

// File is a row of the files view. Open files have the State "open"; only
// workers see them.
type File struct {
	ID, Client, ODFI string
	Name             string
	HeaderName       string // domain.HeaderName; empty while it is open
	State            domain.FileState
	Why              domain.Why
	Method           string
	ImmediateOrigin  string
	Modifier         string
	CreatedAt        time.Time
	CutAt            time.Time
	SendBy           time.Time
	LeaveBy          time.Time // earliest deadline of the answers in it; zero if none
	DeliveredAt      time.Time
	Totals           nacha.Totals
	SHA256           []byte
	Note             string
	Position         int64
}

// FileFilter selects files, newest first.
type FileFilter struct {
	Client string
	States []domain.FileState
	Limit  int
	Cursor string
}

// QueuedItem is an item that waits for a file, with the fields that the cut
// needs. Version, that of its stream, makes a concurrent recall fail the
// append.
type QueuedItem struct {
	Client, TransactionID, ItemID string
	Version                       int64
	Position                      int64 // of the event that made it: log order
	ODFI                          string
	Answers                       bool
	Kind                          domain.ItemKind
	Header                        nacha.BatchHeader // as domain.EntryOf builds it
	Code                          int
	Routing                       string
	AmountCents                   int64
	Addenda                       int
	EffectiveOn                   string // as the client asked, YYYY-MM-DD
	SameDay                       bool
	MadeAt                        time.Time
	DueAt                         time.Time
	LeaveBy                       time.Time
	Fault                         string       // why no file can contain it: field and rule; empty for most
	Over                          *domain.Over // the relationship whose account it uses; nil for most
	Terms                         *calendar.Terms

	// EachQueued also sets these.
	Account int64 // AccountKey of the receiver's account
	CutAt   int64 // log position of the cut of the file that it was made with; 0: it was made without one
}

// FileEntry is an entry of a file.
type FileEntry struct {
	Client, TransactionID, ItemID string
	Batch                         int
	Trace                         string // fifteen digits
	AmountCents                   int64
}

// Client is a row of the clients view. Its settings, with their sealed
// account numbers, stay in the log: Directory.Client reads them.
type Client struct {
	ID        string
	Name      string
	ODFIs     []string
	Suspended bool
	OpenedAt  time.Time
}

// Credential is a row of the credentials view; the hash of its secret stays
// in the log.
type Credential struct {
	Key, Client string
	Scopes      []string
	Revoked     bool
	IssuedAt    time.Time
}

// Difference is a row that the views have and that does not follow from the
// log, or the reverse. The side without the row is empty.
type Difference struct {
	Table string
	Key   string
	Live  string
	Log   string
}
