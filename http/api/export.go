package api

import (
	"iter"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
)

// Media types of exports.
const (
	mediaCSV   = "text/csv"
	mediaLines = "application/x-ndjson"
)

// exportsAtOnce bounds the concurrent exports of a client; operations count as
// one client.
const exportsAtOnce = 4

// IsExport reports whether the caller asks for a whole list, as CSV or as JSON
// lines.
func IsExport(c echo.Context) bool { return exportMedia(c) != "" }

func exportMedia(c echo.Context) string {
	if media := Preferred(c.Request(), mediaLines, mediaCSV, echo.MIMEApplicationJSON); media != echo.MIMEApplicationJSON {
		return media
	}
	return ""
}

// Export streams a whole list row by row: neither the list nor a long database
// read is held. Who takes it is recorded first. The last line says that the
// export is complete and how many rows precede it; after a fault that line is
// missing and the connection is aborted.
func Export[R, T any](s *Kit, c echo.Context, who Caller, record domain.Exported, rows iter.Seq2[R, error], show func(R) (T, error)) error {
	done, err := s.beginExport(c, who, record)
	if err != nil {
		return err
	}
	defer done()
	w := newExportWriter[T](c)
	if isHead(c.Request().Context()) {
		return onlyHeaders(c, w.media)
	}
	for row, err := range rows {
		var shown T
		if err == nil {
			shown, err = show(row)
		}
		if err == nil {
			err = w.add(shown)
		}
		if err != nil {
			return s.exportEnded(c, err)
		}
	}
	return s.exportEnded(c, w.end())
}

// beginExport takes a place for an export and records who takes it. Call done
// to free the place.
func (s *Kit) beginExport(c echo.Context, who Caller, record domain.Exported) (done func(), err error) {
	for _, paging := range []string{"limit", "cursor"} {
		if c.QueryParam(paging) != "" {
			return nil, Invalid("/"+paging, "export", "an export contains the whole list: leave this out")
		}
	}
	if done, err = s.exports.Take(who.Client); err != nil {
		return nil, err
	}
	if err := s.showing(c.Request().Context(), who.Client, record); err != nil {
		done()
		return nil, err
	}
	return done, nil
}

// exportEnded handles the end of an export: nothing is left to do when its
// caller has gone, and after a fault the connection is aborted.
func (s *Kit) exportEnded(c echo.Context, err error) error {
	ctx := c.Request().Context()
	switch {
	case err == nil || !c.Response().Committed:
		return err
	case ctx.Err() == nil && !isGone(err):
		s.Explain(ctx, RequestID(c), err)
	}
	panic(http.ErrAbortHandler)
}

// exportWriter writes rows in a media type.
type exportWriter[T any] struct {
	answerWriter
	columns columns // of CSV; nil for lines
	rows    int
}

func newExportWriter[T any](c echo.Context) *exportWriter[T] {
	w := &exportWriter[T]{answerWriter: newAnswerWriter(c, exportMedia(c))}
	if w.media == mediaCSV {
		w.media += "; charset=utf-8"
		w.columns = columnsOf[T]()
		w.buffer = w.columns.head(w.buffer)
	}
	return w
}

func (w *exportWriter[T]) add(row T) (err error) {
	w.rows++
	if w.columns != nil {
		w.buffer = w.columns.row(w.buffer, row)
	} else if w.buffer, err = appendJSON(w.buffer, row); err != nil {
		return err
	}
	if len(w.buffer) < rowsBuffer {
		return nil
	}
	return w.flush()
}

// end writes the line that marks the export as complete.
func (w *exportWriter[T]) end() (err error) {
	if w.columns != nil {
		w.buffer = w.columns.end(w.buffer, w.rows)
	} else if w.buffer, err = appendJSON(w.buffer, exportEnd{End: true, Rows: w.rows}); err != nil {
		return err
	}
	return w.flush()
}

// exportEnd is the last line of an export.
type exportEnd struct {
	End  bool `json:"end"`
	Rows int  `json:"rows"`
}

// goneError is a failed write: the caller has gone, or reads too slowly.
type goneError struct{ error }

// flush sends what is buffered.
func (w *exportWriter[T]) flush() error {
	err := w.answerWriter.flush()
	if err == nil {
		err = w.c.Request().Context().Err()
	}
	if err != nil {
		return goneError{err}
	}
	return nil
}
