package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// WriteTimeout bounds how long a caller may take to read an answer.
const WriteTimeout = 60 * time.Second

// ExtendDeadlines extends the read and write deadlines of a request.
func ExtendDeadlines(c echo.Context, d time.Duration) {
	control := http.NewResponseController(c.Response())
	until := time.Now().Add(d)
	// a writer without deadlines, as in tests, needs none
	_ = control.SetReadDeadline(until)
	_ = control.SetWriteDeadline(until)
}
