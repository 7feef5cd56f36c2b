package api

import (
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"
)

func TestAnExportIsMadeForWhoPrefersIt(t *testing.T) {
	for accept, want := range map[string]string{
		"":                                    "",
		"*/*":                                 "",
		"application/json":                    "",
		"text/csv":                            mediaCSV,
		"TEXT/CSV; charset=utf-8":             mediaCSV,
		"application/x-ndjson":                mediaLines,
		"text/csv, */*;q=0.1":                 mediaCSV,
		"text/csv;q=0.5, application/json":    "",
		"text/csv;q=0, application/json":      "",
		"text/csv;q=0":                        "",
		"text/csv;q=0.5,application/x-ndjson": mediaLines,
		"text/csv, application/x-ndjson":      mediaCSV,
		"application/json;q=0.9, text/csv":    mediaCSV,
		"text/csvx":                           "",
	} {
		r := httptest.NewRequest("GET", "/v1/transactions", nil)
		r.Header.Set("Accept", accept)
		if got := exportMedia(echo.New().NewContext(r, nil)); got != want {
			t.Errorf("Accept: %s leads to %q, want %q", accept, got, want)
		}
	}
}
