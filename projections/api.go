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

// Item is a transaction's item as lists and answers show it. It is built
// from the views or from a fold of the transaction, to the same value.
type Item struct {
	Client        string
	TransactionID string
	ItemID        string
	Kind          domain.ItemKind
	Direction     domain.Direction
	Status        string // Pending, Released, Transmitted, Recalled, Rejected
	Reason        string
	HeldBy        *guard.HeldBy            // the rule that holds it, or rejected it; nil where none did
	Request       *Request                 // of a request for return, and of the return that came for one
	Missed        *domain.MissedCorrection // of what goes to an account that had been corrected
	Decision      *Decision                // what is said about it where its receiving account has rules; nil where nothing is
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
	Position      int64 // of the newest event in its own stream about it
	// ChangedAt is the position of its newest change, which may be its file's
	// cut or delivery: what ItemFilter.After is compared with. Only lists
	// know it; DescribeItems leaves it 0.
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

	// What is said of its origination.
	ItemID      string
	CompanyID   string // identification of the company that sent it
	Trace       string
	FileID      string // it lies in
	EffectiveOn string // YYYY-MM-DD, once decided

	// Held reports whether it waits for a person; its status is Pending then.
	Held   bool
	Reason string // why it is held
	HeldBy string // JSON of guard.HeldBy, of what a rule holds
}

// Parts of Pending that a filter may ask for.
const (
	PendingHeld   = "Held"    // it waits for a person
	PendingUnheld = "Waiting" // it waits for a file
)

// TransactionFilter selects transactions, newest first. Zero fields select
// all.
type TransactionFilter struct {
	Client         string // empty: across clients, for operations only
	ID             string
	Status         string // or a part of one
	Direction      domain.Direction
	FromDay, ToDay string // made on, YYYY-MM-DD New York, inclusive
	Trace          string // of any of its items, fifteen digits
	Name           string // each word begins a word of the counterparty's name
	Tail           string // last characters of the account number, as it is shown
	CompanyID      string // identification of the company that sent it
	Code           string // return or change code of any of its answers
	File           string // id or name of a file in which any of its items lies
	FromCents      int64
	BelowCents     int64 // 0: any
	Limit          int   // 0: all
	Cursor         string
}

// File is a row of the files view; open files have State "open" and show to
// workers only.
type File struct {
	ID, Client, ODFI string
	Name             string
	HeaderName       string // what its header says; empty while it is open
	State            domain.FileState
	Why              domain.Why
	Method           string
	ImmediateOrigin  string
	Modifier         string
	CreatedAt        time.Time
	CutAt            time.Time
	SendBy           time.Time
	LeaveBy          time.Time // earliest deadline of the answers that were filed in it; zero if none
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

// QueuedItem is an item that waits for a file, with what the cut has to know
// about it. Its stream's Version makes a race with a recall visible.
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
	EffectiveOn                   string // asked for, YYYY-MM-DD
	SameDay                       bool
	MadeAt                        time.Time
	DueAt                         time.Time
	LeaveBy                       time.Time
	Fault                         string       // why no file can carry it: field and rule; empty for most
	Over                          *domain.Over // the relationship it goes over; nil for most
	Terms                         *calendar.Terms

	// The rest is of what EachQueued lists.
	Account int64 // key of the receiver's, as SentTo takes it
	CutAt   int64 // log position at which the file was cut that it was made with; 0: with none
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

// Difference is a row that the views hold and the log does not say, or the
// other way round. An empty side has no such row.
type Difference struct {
	Table string
	Key   string
	Live  string
	Log   string
}
