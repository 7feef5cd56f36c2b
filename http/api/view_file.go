package api

import (
	"context"
	"encoding/hex"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// FileRecord is a NACHA file as its client sees it.
type FileRecord struct {
	ID              string     `json:"id"`
	Client          string     `json:"client,omitempty"` // operations only
	Name            string     `json:"name"`
	State           string     `json:"state"`
	Why             domain.Why `json:"why"`
	Note            string     `json:"note,omitempty"`
	CreatedAt       time.Time  `json:"created_at"`
	ODFI            string     `json:"odfi"`
	ImmediateOrigin string     `json:"immediate_origin"`
	Modifier        string     `json:"modifier"`
	Batches         int        `json:"batches"`
	Entries         int        `json:"entries"`
	DebitCents      int64      `json:"debit_cents"`
	CreditCents     int64      `json:"credit_cents"`
	SHA256          string     `json:"sha256,omitempty"`

	// Encrypted describes the message that left instead of those bytes; nil where
	// the file left unencrypted.
	Encrypted *encryptedFile `json:"encrypted,omitempty"`

	// TotalsDiffer holds the operator's totals if they differ from the file's.
	TotalsDiffer *domain.FileTotalsDiffer `json:"totals_differ,omitempty"`
}

// encryptedFile is the message that the bank has, for comparison with ours.
type encryptedFile struct {
	SHA256 string   `json:"sha256"`
	Size   int64    `json:"size"`
	Keys   []string `json:"keys"` // fingerprints: the bank's, and ours if it was signed
}

// shownStates are the states of visible files: all but those that are not
// complete.
var shownStates = []domain.FileState{
	domain.FileIsCut, domain.FileIsRendered, domain.FileIsDelivering, domain.FileIsDelivered, domain.DeliveryUnknown,
	domain.FileIsAcked, domain.FileIsRefused, domain.FileIsReleased, domain.FileIsGivenUp,
	domain.FileIsHeld, domain.FileIsRejected,
}

// IsShown reports whether a file of the log is visible.
func IsShown(f domain.File) bool { return slices.Contains(shownStates, f.State) }

// ShownAs returns the state that answers show for a file in a state.
func ShownAs(state domain.FileState) domain.FileState {
	switch state {
	case domain.FileIsDelivering:
		return domain.FileIsRendered // being delivered, and the outcome is not known yet
	case domain.FileIsGivenUp: // before it was cut; its note says why
		return domain.FileIsRejected
	}
	return state
}

// NewFileRecord converts a file of ours.
func NewFileRecord(f projections.File) FileRecord {
	made := f.CutAt
	if made.IsZero() {
		made = f.CreatedAt
	}
	return FileRecord{
		ID: f.ID, Name: f.Name, State: string(ShownAs(f.State)), Why: f.Why, Note: f.Note, CreatedAt: made, ODFI: f.ODFI,
		ImmediateOrigin: f.ImmediateOrigin, Modifier: f.Modifier, Batches: f.Totals.Batches, Entries: f.Totals.Entries,
		DebitCents: f.Totals.DebitCents, CreditCents: f.Totals.CreditCents, SHA256: hex.EncodeToString(f.SHA256),
	}
}

// PageOfFiles answers a page of the files of a client, of all clients for "";
// state= selects one state.
func (s *Kit) PageOfFiles(c echo.Context, caller, client string) error {
	q := &QueryReader{Values: c.QueryParams()}
	state := Pick(q, "state", slices.DeleteFunc(slices.Clone(shownStates), func(f domain.FileState) bool { return ShownAs(f) != f }))
	if err := q.Refusal(); err != nil {
		return err
	}
	states := slices.DeleteFunc(slices.Clone(shownStates), func(f domain.FileState) bool { return state != "" && ShownAs(f) != state })
	return List(s, c, client, "files", func(ctx context.Context, limit int, cursor string) ([]projections.File, string, error) {
		return s.Views.Files(ctx, projections.FileFilter{Client: client, States: states, Limit: limit, Cursor: cursor})
	}, func(f projections.File) (FileRecord, error) {
		shown := NewFileRecord(f)
		if client == "" || caller == domain.LedgerClient {
			shown.Client = f.Client
		}
		return shown, nil
	})
}

// FileFromLog returns the row that the view will have for a file.
func FileFromLog(f domain.File) projections.File {
	row := projections.File{
		ID: f.ID, Client: f.Opened.Client, ODFI: f.Opened.ODFI, State: f.State, Why: f.Opened.Why,
		Method: f.Method(), ImmediateOrigin: f.Opened.Settings.ImmediateOrigin,
		CreatedAt: f.OpenedAt, CutAt: f.CutAt, SendBy: f.SendBy, DeliveredAt: f.DeliveredAt, Note: f.Note,
	}
	if f.Cut != nil {
		row.Name, row.HeaderName, row.Modifier, row.Totals = f.Name(), f.HeaderName(), f.Cut.Modifier, f.Cut.Totals
	}
	if f.Rendered != nil {
		row.SHA256 = f.Rendered.SHA256
	}
	return row
}

// Everyone stands for all clients: an answer across clients shows what was
// written before for any of them. What happens to a client's payments and files
// is written in the client's name, whoever did it.
const Everyone = ""

// AnyFile reads the file in the path, of any client.
func (s *Kit) AnyFile(c echo.Context) (domain.File, error) {
	f, err := s.Ledger.File(c.Request().Context(), c.Param("id"))
	if err == nil && f.Cut == nil {
		err = domain.Refuse(domain.NotFound, "there is no file %q", c.Param("id"))
	}
	return f, err
}

// GetAnyFile answers a file of any client, as the log has it.
func (s *Kit) GetAnyFile(c echo.Context, _ Caller) error {
	f, err := s.Ledger.File(c.Request().Context(), c.Param("id"))
	if err == nil && !IsShown(f) {
		err = domain.Refuse(domain.NotFound, "there is no file %q", c.Param("id"))
	}
	if err != nil {
		return err
	}
	shown := NewFileRecord(FileFromLog(f))
	shown.Client = f.Opened.Client
	if n := len(f.Answered.Differing); n > 0 {
		shown.TotalsDiffer = f.Answered.Differing[n-1]
	}
	if e := f.Encrypted; e != nil {
		shown.Encrypted = &encryptedFile{hex.EncodeToString(e.SHA256), e.Size, e.Keys}
	}
	return c.JSON(200, shown)
}
