package api

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

type exportedRow struct {
	Name string `json:"name"`
	Sum  struct {
		Cents int64 `json:"cents"`
	} `json:"sum"`
	At   time.Time `json:"at"`
	Code *string   `json:"code,omitempty"`
	skip int
}

func exporting(t *testing.T, media string) (c echo.Context, recorder *httptest.ResponseRecorder, hangUp func()) {
	ctx, cancel := context.WithCancel(t.Context())
	r := httptest.NewRequestWithContext(ctx, "GET", "/", nil)
	r.Header.Set("Accept", media)
	recorder = httptest.NewRecorder()
	return echo.New().NewContext(r, recorder), recorder, cancel
}

func TestAnExportStopsWhenItsCallerHangsUp(t *testing.T) {
	for _, media := range []string{mediaCSV, mediaLines} {
		c, recorder, hangUp := exporting(t, media)
		w := newExportWriter[exportedRow](c)
		const most = 1_000_000
		for w.rows < most {
			if w.rows == 10_000 {
				hangUp()
			}
			if err := w.add(exportedRow{Name: "Ann Lee"}); err != nil {
				if !isGone(err) {
					t.Error(err)
				}
				break
			}
		}
		if w.rows == most || cap(w.buffer) > 4*rowsBuffer {
			t.Errorf("%s: %d rows were written to nobody, %d bytes at once", media, w.rows, cap(w.buffer))
		}
		if recorder.Body.Len() == 0 {
			t.Errorf("%s: nothing was written", media)
		}
	}
}

func TestCSVHasAColumnForEachFieldAndNoFormula(t *testing.T) {
	c, recorder, _ := exporting(t, mediaCSV)
	w := newExportWriter[exportedRow](c)
	for _, name := range []string{"=1+1", "+1", "-1", "@x", "\t=1", "Ann, \"Lee\""} {
		row := exportedRow{Name: name, At: time.Date(2026, 11, 17, 9, 0, 0, 0, time.FixedZone("", -5*3600))}
		row.Sum.Cents = -5
		if err := w.add(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.end(); err != nil {
		t.Fatal(err)
	}
	const want = `name,sum_cents,at,code
'=1+1,-5,2026-11-17T14:00:00Z,
'+1,-5,2026-11-17T14:00:00Z,
'-1,-5,2026-11-17T14:00:00Z,
'@x,-5,2026-11-17T14:00:00Z,
'	=1,-5,2026-11-17T14:00:00Z,
"Ann, ""Lee""",-5,2026-11-17T14:00:00Z,
END,6,,
`
	if got := recorder.Body.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
