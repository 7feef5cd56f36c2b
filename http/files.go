package http

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// file is a NACHA file as its client sees it.
type file struct {
	ID              string    `json:"id"`
	Client          string    `json:"client,omitempty"` // operations only
	Name            string    `json:"name"`
	State           string    `json:"state"`
	Why             string    `json:"why"`
	Note            string    `json:"note,omitempty"`
	CreatedAt       time.Time `json:"created_at"`
	ODFI            string    `json:"odfi"`
	ImmediateOrigin string    `json:"immediate_origin"`
	Modifier        string    `json:"modifier"`
	Batches         int       `json:"batches"`
	Entries         int       `json:"entries"`
	DebitCents      int64     `json:"debit_cents"`
	CreditCents     int64     `json:"credit_cents"`
	SHA256          string    `json:"sha256,omitempty"`

	// TotalsDiffer is what the operator counted, where it was not this.
	TotalsDiffer *domain.FileTotalsDiffer `json:"totals_differ,omitempty"`
}

// fileIsRejected is how a file shows that was given up before it was cut; its
// note says why.
const fileIsRejected domain.FileState = "rejected"

// shownStates are the states of files that show: all but those that are not
// complete.
var shownStates = []domain.FileState{
	domain.FileIsCut, domain.FileIsRendered, domain.FileIsDelivering, domain.FileIsDelivered, domain.DeliveryUnknown,
	domain.FileIsAcked, domain.FileIsRefused, domain.FileIsReleased, domain.FileIsGivenUp,
}

// shows reports whether a file of the log can be asked for.
func shows(f domain.File) bool { return slices.Contains(shownStates, f.State) }

func shownFile(f projections.File) file {
	state := f.State
	switch state {
	case domain.FileIsDelivering:
		state = domain.FileIsRendered // on its way: nobody can say more
	case domain.FileIsGivenUp:
		state = fileIsRejected
	}
	made := f.CutAt
	if made.IsZero() {
		made = f.CreatedAt
	}
	return file{
		ID: f.ID, Name: f.Name, State: string(state), Why: f.Why, Note: f.Note, CreatedAt: made, ODFI: f.ODFI,
		ImmediateOrigin: f.ImmediateOrigin, Modifier: f.Modifier, Batches: f.Totals.Batches, Entries: f.Totals.Entries,
		DebitCents: f.Totals.DebitCents, CreditCents: f.Totals.CreditCents, SHA256: hex.EncodeToString(f.SHA256),
	}
}

// listFiles answers the client's files, newest first.
func (s *Server) listFiles(c echo.Context, who Caller) error {
	return s.pageOfFiles(c, who.Client, who.Client)
}

func (s *Server) pageOfFiles(c echo.Context, caller, client string) error {
	most, err := limit(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, client); err != nil { // its own writes, or everyone's
		return err
	}
	files, next, err := s.Views.Files(ctx, projections.FileFilter{Client: client, States: shownStates, Limit: most, Cursor: c.QueryParam("cursor")})
	if err != nil {
		return fmt.Errorf("list files: %w", err)
	}
	shown := make([]file, len(files))
	for i, f := range files {
		shown[i] = shownFile(f)
		if client == "" || caller == domain.LedgerClient {
			shown[i].Client = f.Client
		}
	}
	return answerPage(c, shown, next)
}

// ownFile reads a file of the caller's; another client's does not exist, nor
// does one that is not cut yet.
func (s *Server) ownFile(c echo.Context, who Caller) (domain.File, error) {
	f, err := s.Ledger.File(c.Request().Context(), c.Param("id"))
	if err != nil {
		return f, err
	}
	if f.Opened.Client != who.Client || !shows(f) {
		return f, domain.Refuse(domain.NotFound, "there is no file %q", c.Param("id"))
	}
	return f, nil
}

// getFile answers a file as it stands in the log.
func (s *Server) getFile(c echo.Context, who Caller) error {
	f, err := s.ownFile(c, who)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shownFile(fromLog(f)))
}

// fromLog is a file's row as the view will have it.
func fromLog(f domain.File) projections.File {
	row := projections.File{
		ID: f.ID, Client: f.Opened.Client, ODFI: f.Opened.ODFI, State: f.State, Why: f.Opened.Why,
		Method: f.Method(), ImmediateOrigin: f.Opened.Settings.ImmediateOrigin,
		CreatedAt: f.OpenedAt, CutAt: f.CutAt, SendBy: f.SendBy, DeliveredAt: f.DeliveredAt, Note: f.Note,
	}
	if f.Cut != nil {
		row.Name, row.Modifier, row.Totals = f.Name(), f.Cut.Modifier, f.Cut.Totals
	}
	if f.Rendered != nil {
		row.SHA256 = f.Rendered.SHA256
	}
	return row
}

// bytes protects a route that gives out files, account numbers and all.
func (s *Server) bytes(h handler) echo.HandlerFunc {
	return s.clientWith(h, domain.ScopeDownload, domain.ScopeReveal)
}

// fileBytes answers a file as the bank gets it, account numbers in the clear.
func (s *Server) fileBytes(c echo.Context, who Caller) error {
	f, err := s.ownFile(c, who)
	if err != nil {
		return err
	}
	return s.sendBytes(c, who, f)
}

// sendBytes gives out a file of the caller's, when the log has that it does.
func (s *Server) sendBytes(c echo.Context, who Caller, f domain.File) error {
	if !who.May(domain.ScopeReveal) && !f.Opened.MadeByClient() {
		return problem(codeScope, "this needs scope %s: the ledger made this file, and account numbers are in it", domain.ScopeReveal)
	}
	if f.Cut == nil {
		return domain.Refuse(domain.Conflict, "file %s was given up before it was cut and has no bytes: %s", f.ID, f.Note)
	}
	content, err := s.Files.Bytes(c.Request().Context(), f.ID)
	if err != nil {
		return fmt.Errorf("read the bytes of file %s: %w", f.ID, err)
	}
	if err := s.audit(c.Request().Context(), who.Client, domain.FileRead{FileID: f.ID}); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", `attachment; filename="`+f.Name()+`"`)
	return c.Blob(http.StatusOK, "text/plain; charset=us-ascii", content)
}

// upload takes a client's own NACHA file and cuts it at once.
func (s *Server) upload(c echo.Context, who Caller) error {
	content, done, err := s.largeBody(c, who, echo.MIMETextPlain)
	if err != nil {
		return err
	}
	defer done()
	answer := func(u Uploaded, status int) error {
		if status == http.StatusCreated {
			c.Response().Header().Set(echo.HeaderLocation, "/v1/files/"+u.FileID)
		}
		return c.JSON(status, u)
	}
	return s.once(c, who, content, func(key ledger.Option) error {
		uploaded, again, err := s.Files.Upload(c.Request().Context(), who.Client, content, s.fileRequest(who, key))
		if err != nil {
			return err
		}
		if again {
			return answer(uploaded, http.StatusOK)
		}
		return answer(uploaded, http.StatusCreated)
	}, func(use eventstore.KeyUse) error {
		uploaded, err := s.orderedFile(c, use)
		if err != nil {
			return err
		}
		return answer(uploaded, http.StatusCreated)
	})
}

// fileRequest goes with a caller's file: its credential must be good when the
// file is accepted, not only when its body began to arrive.
func (s *Server) fileRequest(who Caller, key ledger.Option) FileRequest {
	return FileRequest{Key: key, May: func(ctx context.Context) error { return s.stillGood(ctx, who) }}
}

// orderedFile answers a file that was accepted under a key.
func (s *Server) orderedFile(c echo.Context, use eventstore.KeyUse) (Uploaded, error) {
	first, err := s.eventAt(c, use)
	if err != nil {
		return Uploaded{}, err
	}
	id := ""
	switch e := first.(type) {
	case *domain.FileOpened:
		id = e.FileID
	case *domain.ProfileFileMade: // as older releases recorded a key
		id = e.FileID
	}
	return s.Files.Again(c.Request().Context(), id)
}
