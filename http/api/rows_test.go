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
	s := &Kit{Options: Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))}, longAnswers: NewPlaces(longAnswersAtOnce, "long answers")}
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
	if err := AnswerAll(s, c, made, itself); err != nil {
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
				err = AnswerAll(s, c, rows, itself)
			}()
			if tt.sent != (aborted == http.ErrAbortHandler) || tt.sent == errors.Is(err, broken) || tt.sent != (w.Body.Len() > 0) {
				t.Errorf("aborted with %v, returned %v, %d bytes sent", aborted, err, w.Body.Len())
			}
		})
	}
}

func TestAnEmptyListIsAnArray(t *testing.T) {
	s, c, w := bare("")
	if err := AnswerAll(s, c, Each([]string(nil)), itself); err != nil || strings.TrimSpace(w.Body.String()) != "[]" {
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

// keyed is a row with its key in a list.
type keyed struct {
	at   int64
	name string
}

func keys(names ...string) (rows []keyed) {
	for i, name := range names {
		rows = append(rows, keyed{int64(10 * (i + 1)), name})
	}
	return rows
}

// answerKeyed answers a list, and returns the rows shown and the query of the next
// page.
func answerKeyed(t *testing.T, query string, rows []keyed, order Order) (shown []string, next string) {
	t.Helper()
	s, c, w := bare(query)
	show := func(r keyed) (string, error) { return r.name, nil }
	if err := AnswerRows(s, c, rows, order, func(r keyed) int64 { return r.at }, show); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &shown); err != nil {
		t.Fatalf("%s: %v", w.Body, err)
	}
	_, next, _ = strings.Cut(w.Header().Get("Link"), "/list")
	next, _, _ = strings.Cut(next, ">")
	return shown, next
}

// Between two pages rows come and go.
func TestPagesOfAListThatChangesLoseAndRepeatNothing(t *testing.T) {
	oldest := keys("a", "b", "c", "d", "e")
	newest := slices.Clone(oldest)
	slices.Reverse(newest)
	for name, tt := range map[string]struct {
		before, after []keyed
		order         Order
		want          string
	}{
		"nothing happens":               {oldest, oldest, OldestFirst, "abcde"},
		"nothing happens, newest first": {newest, newest, NewestFirst, "edcba"},
		"a row that was shown goes":     {oldest, oldest[1:], OldestFirst, "abcde"},
		"the last row shown goes":       {oldest, slices.Delete(slices.Clone(oldest), 1, 2), OldestFirst, "abcde"},
		"a new one comes first":         {newest, append([]keyed{{60, "f"}}, newest...), NewestFirst, "edcba"},
		"all but what was shown go":     {oldest, oldest[:1], OldestFirst, "ab"},
	} {
		t.Run(name, func(t *testing.T) {
			rows, query := tt.before, "?limit=2"
			got := ""
			for query != "" {
				var shown []string
				shown, query = answerKeyed(t, query, rows, tt.order)
				if got += strings.Join(shown, ""); len(shown) > 2 {
					t.Fatalf("a page of %d", len(shown))
				}
				rows = tt.after
			}
			if got != tt.want {
				t.Errorf("the pages have %s, want %s", got, tt.want)
			}
		})
	}
}

func TestACursorIsObeyedWithoutALimit(t *testing.T) {
	for query, want := range map[string]string{"": "abc", "?cursor=20": "c", "?cursor=30": "", "?cursor=10&limit=1": "b"} {
		if shown, _ := answerKeyed(t, query, keys("a", "b", "c"), OldestFirst); strings.Join(shown, "") != want {
			t.Errorf("%q: %s, want %s", query, shown, want)
		}
	}
	s, c, _ := bare("?cursor=2x")
	err := AnswerRows(s, c, keys("a"), OldestFirst, func(r keyed) int64 { return r.at }, func(r keyed) (string, error) { return r.name, nil })
	if domain.CodeOf(err) != domain.Invalid {
		t.Errorf("a cursor that is none: %v", err)
	}
}
