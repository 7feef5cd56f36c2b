package api

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/achledger/achledger/projections"
	"github.com/labstack/echo/v4"
)

const (
	// RowsAtOnce is how many rows of a list are read in one query.
	RowsAtOnce = 500
	// rowsBuffer is how many bytes of a list are buffered before they are sent.
	rowsBuffer = 64 << 10
)

// Order is the order of a list by the keys of its rows.
type Order int64

// Orders of lists.
const (
	OldestFirst Order = 1
	NewestFirst Order = -1
)

// AnswerRows answers a list that is in memory as the bare array that its surface
// specifies: all rows or, with limit, a page with a Link to the next. The cursor is
// the key of the last row shown, and is obeyed without a limit too. A row keeps its
// key while others come and go between two pages, so that none is lost or shown
// twice; keys are positive and rise from the oldest row to the newest.
func AnswerRows[R, T any](s *Kit, c echo.Context, rows []R, order Order, key func(R) int64, show func(R) (T, error)) error {
	if text := c.QueryParam("cursor"); text != "" {
		last, err := After(text, "/cursor")
		if err != nil {
			return err
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(r R) bool { return int64(order)*(key(r)-last) <= 0 })
	}
	if c.QueryParam("limit") == "" {
		return AnswerAll(s, c, Each(rows), show)
	}
	most, err := Limit(c)
	if err != nil {
		return err
	}
	if len(rows) > most {
		rows = rows[:most]
		LinkNext(c, most, strconv.FormatInt(key(rows[most-1]), 10))
	}
	list, err := showAll(rows, show)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, list)
}

// AnswerAll streams a whole list as a bare array. The rows are never all in memory.
// A fault after the first bytes aborts the answer, so that it is not mistaken for a
// whole list.
func AnswerAll[R, T any](s *Kit, c echo.Context, rows iter.Seq2[R, error], show func(R) (T, error)) error {
	if isHead(c.Request().Context()) {
		return onlyHeaders(c, echo.MIMEApplicationJSON)
	}
	w := &rowWriter{answerWriter: newAnswerWriter(c, echo.MIMEApplicationJSON), kit: s}
	for row, err := range rows {
		if err == nil {
			err = writeRow(w, row, show)
		}
		if err == nil {
			continue
		}
		if !c.Response().Committed {
			return err
		}
		s.Explain(c.Request().Context(), RequestID(c), err)
		panic(http.ErrAbortHandler)
	}
	return w.end()
}

func writeRow[R, T any](w *rowWriter, row R, show func(R) (T, error)) error {
	shown, err := show(row)
	if err != nil {
		return err
	}
	return w.add(shown)
}

// rowWriter writes an array of JSON.
type rowWriter struct {
	answerWriter
	kit  *Kit
	some bool
}

func (w *rowWriter) add(row any) error {
	text, err := json.Marshal(row)
	if err != nil {
		return err
	}
	w.begin()
	w.buffer = append(w.buffer, text...)
	if len(w.buffer) < rowsBuffer {
		return nil
	}
	if err := w.kit.roomForLong(w.c); err != nil {
		return err
	}
	return w.flush()
}

// begin writes what precedes a row.
func (w *rowWriter) begin() {
	before := byte(',')
	if !w.some {
		before, w.some = '[', true
	}
	w.buffer = append(w.buffer, before)
}

func (w *rowWriter) end() error {
	w.closeArray()
	w.buffer = append(w.buffer, '\n')
	return w.flush()
}

func (w *rowWriter) closeArray() {
	if !w.some {
		w.buffer = append(w.buffer, '[')
	}
	w.buffer = append(w.buffer, ']')
}

// answerWriter writes an answer of a media type part by part.
type answerWriter struct {
	c       echo.Context
	control *http.ResponseController
	media   string
	buffer  []byte
}

func newAnswerWriter(c echo.Context, media string) answerWriter {
	return answerWriter{c: c, control: http.NewResponseController(c.Response()), media: media}
}

// flush sends what is buffered. The caller has WriteTimeout to read each part.
func (w *answerWriter) flush() error {
	_ = w.control.SetWriteDeadline(time.Now().Add(WriteTimeout)) // a writer without deadlines, as in tests, needs none
	if !w.c.Response().Committed {
		w.c.Response().Header().Set(echo.HeaderContentType, w.media)
		w.c.Response().WriteHeader(http.StatusOK)
	}
	_, err := w.c.Response().Write(w.buffer)
	w.buffer = w.buffer[:0]
	return err
}

// Each iterates over a list that is in memory already.
func Each[R any](list []R) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for _, row := range list {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// EachClient iterates over the clients as the views show them, by id.
func (s *Kit) EachClient(ctx context.Context) iter.Seq2[projections.Client, error] {
	return Pages("", func(at string) ([]projections.Client, string, error) { return s.Views.Clients(ctx, MaxLimit, at) })
}

// Pages iterates over a list that is read page by page. Read returns a page
// from a cursor on and the next cursor, which is the zero value after the last
// page.
func Pages[R any, C comparable](from C, read func(C) ([]R, C, error)) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var none C
		for at := from; ; {
			rows, next, err := read(at)
			if err != nil {
				var row R
				yield(row, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
			if at = next; next == none {
				return
			}
		}
	}
}
