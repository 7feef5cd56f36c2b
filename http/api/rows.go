package api

import (
	"encoding/json"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	// RowsAtOnce is how many rows of a list are read in one query.
	RowsAtOnce = 500
	// rowsBuffer is how many bytes of a list are buffered before they are sent.
	rowsBuffer = 64 << 10
)

// AnswerRows answers a list as the bare array that its surface specifies: all rows
// or, with limit, a page with a Link to the next. Its cursor counts the rows shown
// before, and is obeyed without a limit too.
func AnswerRows[R, T any](s *Kit, c echo.Context, rows iter.Seq2[R, error], show func(R) (T, error)) error {
	before, err := After(c.QueryParam("cursor"), "/cursor")
	switch {
	case err != nil:
		return err
	case c.QueryParam("limit") != "":
		return answerRowsPage(c, before, rows, show)
	}
	return AnswerAll(s, c, skipFirst(rows, before), show)
}

// skipFirst leaves out the first n rows of a list.
func skipFirst[R any](rows iter.Seq2[R, error], n int64) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		left := n
		for row, err := range rows {
			if err == nil && left > 0 {
				left--
			} else if !yield(row, err) {
				return
			}
		}
	}
}

// AnswerAll streams a whole list as a bare array. The rows are never all in memory.
// A fault after the first bytes aborts the answer, so that it is not mistaken for a
// whole list.
func AnswerAll[R, T any](s *Kit, c echo.Context, rows iter.Seq2[R, error], show func(R) (T, error)) error {
	if isHead(c.Request().Context()) {
		return onlyHeaders(c, echo.MIMEApplicationJSON)
	}
	w := &rowWriter{c: c, control: http.NewResponseController(c.Response())}
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

func answerRowsPage[R, T any](c echo.Context, before int64, rows iter.Seq2[R, error], show func(R) (T, error)) error {
	most, err := Limit(c)
	if err != nil {
		return err
	}
	list, n := []T{}, int64(0)
	for row, err := range rows {
		if err != nil {
			return err
		}
		if n++; n <= before {
			continue
		}
		if len(list) == most {
			LinkNext(c, most, strconv.FormatInt(before+int64(most), 10))
			break
		}
		shown, err := show(row)
		if err != nil {
			return err
		}
		list = append(list, shown)
	}
	return c.JSON(http.StatusOK, list)
}

// rowWriter writes an array of JSON.
type rowWriter struct {
	c       echo.Context
	control *http.ResponseController
	buffer  []byte
	some    bool
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

// flush sends what is buffered. The caller has WriteTimeout to read each part.
func (w *rowWriter) flush() error {
	_ = w.control.SetWriteDeadline(time.Now().Add(WriteTimeout)) // a writer without deadlines, as in tests, needs none
	if !w.c.Response().Committed {
		w.c.Response().Header().Set(echo.HeaderContentType, echo.MIMEApplicationJSON)
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
