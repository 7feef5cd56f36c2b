package ops

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// export is a format of the whole audit.
type export struct {
	media string
	begin func(io.Writer) func(actRow) error // makes the writer of rows
}

var exports = []export{
	{"application/x-ndjson", func(w io.Writer) func(actRow) error {
		lines := json.NewEncoder(w)
		return func(a actRow) error { return lines.Encode(a) }
	}},
	{"text/csv", actsAsCSV},
}

var actColumns = []string{"position", "time", "actor", "person", "type", "stream", "client", "request_id", "cause", "approval", "data"}

// actsAsCSV writes the column names before the first row; an event's data is
// JSON.
func actsAsCSV(w io.Writer) func(actRow) error {
	table, begun := csv.NewWriter(w), false
	return func(a actRow) error {
		if !begun {
			begun = true
			_ = table.Write(actColumns) // Error reports it
		}
		_ = table.Write([]string{
			strconv.FormatInt(a.Position, 10), a.Time.UTC().Format(time.RFC3339Nano), a.Actor, a.Person, a.Type, a.Stream, a.Client,
			a.RequestID, a.Cause, a.Approval, string(a.Data),
		})
		table.Flush()
		return table.Error()
	}
}

// exportAudit streams everything selected up to now, after recording who takes
// it. Data that ends without a line end is incomplete.
func (s *surface) exportAudit(c echo.Context, f projections.ActFilter, e export) error {
	ctx := c.Request().Context()
	event := domain.Exported{What: "audit", Client: f.Client, Actors: f.Actors, After: f.After}
	if err := s.Ledger.Audit(ctx, domain.LedgerClient, event); err != nil {
		return err
	}
	f.Limit = api.RowsAtOnce
	control, write := http.NewResponseController(c.Response()), e.begin(c.Response())
	for {
		rows, err := s.acts(ctx, f)
		if err != nil {
			if !c.Response().Committed {
				return err
			}
			s.Explain(ctx, api.RequestID(c), err)
			panic(http.ErrAbortHandler)
		}
		if !c.Response().Committed {
			c.Response().Header().Set(echo.HeaderContentType, e.media)
			c.Response().WriteHeader(http.StatusOK)
		}
		_ = control.SetWriteDeadline(time.Now().Add(api.WriteTimeout)) // a writer without deadlines, as in tests, needs none
		for _, row := range rows {
			if err := write(row); err != nil {
				return nil // the caller has gone
			}
		}
		if len(rows) < f.Limit {
			return nil
		}
		f.After = rows[len(rows)-1].Position
	}
}
