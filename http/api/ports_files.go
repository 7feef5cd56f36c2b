package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Files is what this package needs of the workers.
type Files interface {
	// Bytes returns a file as the bank gets it.
	Bytes(ctx context.Context, id string) ([]byte, error)
	// Upload makes a client's own NACHA file a file of the ledger, all of it or
	// nothing; the same content again returns the same file. While the ODFI's
	// delivery is off it refuses with delivery-off.
	Upload(ctx context.Context, client string, content []byte, r FileRequest) (u Uploaded, again bool, err error)
	// ACHFile does what Upload does with an ACH Pro file.
	ACHFile(ctx context.Context, client string, f ACHFile, r FileRequest) (u Uploaded, again bool, err error)
	// ACHFileAgain returns the file of an ACH Pro file that was accepted before
	// under the key or, without a key, with the same body.
	ACHFileAgain(ctx context.Context, client, key string, sent []byte) (u Uploaded, known bool, err error)
	// Again returns a file that Upload or ACHFile accepted, and completes it first
	// if necessary. It refuses when no entry of the file will leave any more.
	Again(ctx context.Context, id string) (Uploaded, error)
	// Transactions returns the ids of the transactions of such a file in the order
	// of its entries, whatever became of the file.
	Transactions(ctx context.Context, id string) ([]string, error)
	// Confirm and Resend settle a file whose delivery is unknown.
	Confirm(ctx context.Context, id string) error
	Resend(ctx context.Context, id string) error
	// Release takes back a cut file that was never delivered.
	Release(ctx context.Context, id string, command domain.ReleaseFile) error
}

// FileRequest is what comes with a file besides its content.
type FileRequest struct {
	Key ledger.Option               // recorded with file.opened
	May func(context.Context) error // checked right before that
}

// ACHFile is an ACH Pro file, under a file header of its own.
type ACHFile struct {
	Key      string // Idempotency-Key: the file's identity
	Sent     []byte // the body, the identity of a file without a key
	Batches  []nacha.Batch
	Header   domain.FileSettings
	Deliver  bool // else the client carries it to its bank itself
	Name     string
	Asked    json.RawMessage // the body without account numbers
	Accounts []string        // of recipients, entry by entry; "" for one-offs
	// Originals are names before transliteration, entry by entry.
	Originals []map[string]string
	Named     []*domain.Named // stored accounts that the request named, entry by entry; nil for one-offs
	// Offsets are the accounts against which batches are balanced, batch by
	// batch; nil for those that are not.
	Offsets []*domain.OrderedOffset
}

// Uploaded is the result of a client's own file.
type Uploaded struct {
	FileID       string   `json:"file_id"`
	Entries      int      `json:"entries"`
	DebitCents   int64    `json:"debit_cents"`
	CreditCents  int64    `json:"credit_cents"`
	Transactions []string `json:"transactions"`
	// Missed are the entries to accounts that had been corrected.
	Missed []SnakeMissed `json:"missed_corrections,omitempty"`
	// Misdescribed are warnings about descriptions that break the client's rules.
	// Each text occurs once.
	Misdescribed []DescriptionWarning `json:"description_warnings,omitempty"`
}

// StillAtWork says that a client's file was accepted and that the node that
// cuts it has not answered yet. Whether it is cut or refused shows under its
// id.
type StillAtWork struct{ FileID string }

func (s *StillAtWork) Error() string { return "file " + s.FileID + " is not cut yet" }

// AnswerStillAtWork answers 202 with the id and place of such a file.
func AnswerStillAtWork(c echo.Context, at string, s *StillAtWork) error {
	c.Response().Header().Set(echo.HeaderLocation, at)
	return c.JSON(http.StatusAccepted, struct {
		FileID string `json:"file_id"`
	}{s.FileID})
}
