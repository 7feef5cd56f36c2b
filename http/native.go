package http

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Files is what this package needs of the workers.
type Files interface {
	// Bytes are a file as the bank gets it.
	Bytes(ctx context.Context, id string) ([]byte, error)
	// Upload makes a client's own NACHA file a file of the ledger, whole or
	// not at all; the same content again answers the same. While the ODFI's
	// delivery is off it refuses with code delivery-off.
	Upload(ctx context.Context, client string, content []byte, r FileRequest) (u Uploaded, again bool, err error)
	// ACHFile does the same with an ACH Pro file.
	ACHFile(ctx context.Context, client string, f ACHFile, r FileRequest) (u Uploaded, again bool, err error)
	// ACHFileAgain answers an ACH Pro file that was accepted before under the
	// key or, without one, in these words.
	ACHFileAgain(ctx context.Context, client, key string, sent []byte) (u Uploaded, known bool, err error)
	// Again answers either by its file, which is completed first if need be.
	// It refuses when nothing of the file leaves any more.
	Again(ctx context.Context, id string) (Uploaded, error)
	// Transactions are those of either in the order of its entries, whatever
	// became of the file.
	Transactions(ctx context.Context, id string) ([]string, error)
	// Confirm and Resend settle a file whose delivery is unknown.
	Confirm(ctx context.Context, id string) error
	Resend(ctx context.Context, id string) error
	// Release takes back a cut file that was never delivered.
	Release(ctx context.Context, id string, command domain.ReleaseFile) error
}

// FileRequest is what comes with a file besides its content.
type FileRequest struct {
	Key ledger.Option               // recorded when the file is accepted
	May func(context.Context) error // asked last before it is
}

// ACHFile is an ACH Pro file as NACHA text, under a file header of its own.
type ACHFile struct {
	Key      string // Idempotency-Key: the file's identity
	Sent     []byte // the body, the identity of a file without a key
	Content  []byte
	Header   domain.FileSettings
	Deliver  bool // else the client carries it to its bank itself
	Name     string
	Asked    json.RawMessage // the body without account numbers
	Accounts []string        // of recipients, entry by entry; "" for one-offs
	// Originals are names before transliteration, entry by entry.
	Originals []map[string]string
}

// Uploaded is a client's own file as the ledger took it.
type Uploaded struct {
	FileID       string   `json:"file_id"`
	Entries      int      `json:"entries"`
	DebitCents   int64    `json:"debit_cents"`
	CreditCents  int64    `json:"credit_cents"`
	Transactions []string `json:"transactions"`
}

func (s *Server) nativeRoutes() {
	s.echo.GET("/v1/events", s.client(domain.ScopeRead, s.ledgerEvents))
	s.echo.GET("/v1/events/stream", s.client(domain.ScopeRead, s.streamEvents))
	s.echo.GET("/v1/files", s.client(domain.ScopeRead, s.listFiles))
	s.echo.GET("/v1/files/:id", s.client(domain.ScopeRead, s.getFile))
	s.echo.GET("/v1/files/:id/nacha", s.bytes(s.fileBytes))
	s.echo.POST("/v1/nacha", s.client(domain.ScopeOriginate, s.upload))
	s.sizes["/v1/nacha"] = maxUpload
	s.echo.GET("/v1/return-codes", s.anyone(s.returnCodes))
	s.echo.GET("/v1/change-codes", s.anyone(s.changeCodes))
	s.echo.GET("/v1/calendar", s.anyone(s.calendar))
	s.echo.GET("/v1/windows", s.anyone(s.windows))
}

// anyone protects a route whose answer is the same for every credential.
func (s *Server) anyone(h handler) echo.HandlerFunc {
	return s.protect(h, func(Caller) error { return nil })
}

// page is a native list.
type page struct {
	Data       any  `json:"data"`
	NextCursor *any `json:"next_cursor"`
}

// answerPage writes a list; an empty next is the end.
func answerPage[T any](c echo.Context, data []T, next string) error {
	if data == nil {
		data = []T{}
	}
	p := page{Data: data}
	if next != "" {
		var cursor any = next
		p.NextCursor = &cursor
	}
	return c.JSON(http.StatusOK, p)
}

// Limits of native lists.
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// limit reads how many rows a list may have.
func limit(c echo.Context) (int, error) {
	text := c.QueryParam("limit")
	if text == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxLimit {
		return 0, invalid("/limit", "range", "from 1 to %d", maxLimit)
	}
	return n, nil
}

// after reads a log position to go on behind.
func after(text, pointer string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, invalid(pointer, "position", "a log position, zero or more")
	}
	return n, nil
}
