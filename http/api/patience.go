package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// WriteTimeout is how long an answer may take its reader.
const WriteTimeout = 60 * time.Second

// Patience gives a request more time than usual to send its body and to take
// its answer, from now on.
func Patience(c echo.Context, d time.Duration) {
	control := http.NewResponseController(c.Response())
	until := time.Now().Add(d)
	// A writer without deadlines, as in tests, needs no patience.
	_ = control.SetReadDeadline(until)
	_ = control.SetWriteDeadline(until)
}
