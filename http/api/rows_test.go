package api

import (
	"encoding/json"
	"errors"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain"
)

// bare makes a kit that has nothing but a log, and a request for a list.
func bare(query string) (*Kit, echo.Context, *httptest.ResponseRecorder) {
	w := httptest.NewRecorder()
	s := &Kit{Options: Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))}}
	return s, echo.New().NewContext(httptest.NewRequest("GET", "/list"+query, nil), w), w
}

func itself(row string) (string, error) { return row, nil }

// TestAListIsSentWhileItIsRead checks, each time a row is read, what has been sent
// so far.
func TestAListIsSentWhileItIsRead(t *testing.T) {
	s, c, w := bare("")
	row := strings.Repeat("x", 1000)
	const rows = 1000
	made := func(yield func(string, error) bool) {
		for n := range rows {
			if waiting := n*len(row) - w.Body.Len(); waiting > 2*rowsBuffer {
				t.Fatalf("%d bytes wait in memory at row %d", waiting, n)
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	if err := AnswerRows(s, c, made, itself); err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got) != rows || w.Code != http.StatusOK {
		t.Errorf("%d, %d rows, %v", w.Code, len(got), err)
	}
}

func TestAListThatBreaksIsNotTakenForWhole(t *testing.T) {
	broken := errors.New("the disk failed")
	for name, tt := range map[string]struct {
		rows int
		sent bool
	}{
		"before anything was sent": {1, false},
		"in the middle":            {1000, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, c, w := bare("")
			rows := func(yield func(string, error) bool) {
				for range tt.rows {
					if !yield(strings.Repeat("x", 1000), nil) {
						return
					}
				}
				yield("", broken)
			}
			var aborted any
			var err error
			func() {
				defer func() { aborted = recover() }()
				err = AnswerRows(s, c, rows, itself)
			}()
			if tt.sent != (aborted == http.ErrAbortHandler) || tt.sent == errors.Is(err, broken) || tt.sent != (w.Body.Len() > 0) {
				t.Errorf("aborted with %v, returned %v, %d bytes sent", aborted, err, w.Body.Len())
			}
		})
	}
}

func TestAnEmptyListIsAnArray(t *testing.T) {
	s, c, w := bare("")
	if err := AnswerRows(s, c, Each([]string(nil)), itself); err != nil || strings.TrimSpace(w.Body.String()) != "[]" {
		t.Errorf("%s, %v", w.Body, err)
	}
}

// TestPagesAreTheWholeList cuts a list into pages of any size.
func TestPagesAreTheWholeList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := make([]int, rapid.IntRange(0, 40).Draw(t, "rows"))
		for i := range list {
			list[i] = i
		}
		size := rapid.IntRange(1, 12).Draw(t, "page")
		read := func(at int) ([]int, int, error) {
			end := min(at+size, len(list))
			if end == len(list) {
				return list[at:], 0, nil
			}
			return list[at:end], end, nil
		}
		if got := all(t, Pages(0, read)); !slices.Equal(got, list) {
			t.Fatalf("forwards: %v", got)
		}
	})
}

func all(t *rapid.T, rows iter.Seq2[int, error]) []int {
	list := []int{}
	for row, err := range rows {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	return list
}

func TestAPageOfAListLinksToTheNext(t *testing.T) {
	list, got := []string{"a", "b", "c", "d", "e"}, []string{}
	for query := "?limit=2"; query != ""; {
		s, c, w := bare(query)
		if err := AnswerRows(s, c, Each(list), itself); err != nil {
			t.Fatal(err)
		}
		var page []string
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || len(page) > 2 {
			t.Fatalf("%v, %v", page, err)
		}
		got = append(got, page...)
		_, query, _ = strings.Cut(w.Header().Get("Link"), "/list")
		query, _, _ = strings.Cut(query, ">")
	}
	if !slices.Equal(got, list) {
		t.Errorf("got %v", got)
	}
}

func TestACursorIsObeyedWithoutALimit(t *testing.T) {
	all := []string{"a", "b", "c"}
	for query, want := range map[string]string{"": `["a","b","c"]`, "?cursor=2": `["c"]`, "?cursor=3": `[]`, "?cursor=1&limit=1": `["b"]`} {
		s, c, w := bare(query)
		if err := AnswerRows(s, c, Each(all), itself); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(w.Body.String()); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	s, c, _ := bare("?cursor=2x")
	if err := AnswerRows(s, c, Each(all), itself); domain.CodeOf(err) != domain.Invalid {
		t.Errorf("a cursor that is none: %v", err)
	}
}
