package api

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
)

// page is a native list.
type page struct {
	Data       any  `json:"data"`
	NextCursor *any `json:"next_cursor"`
}

// AnswerPage writes a list; an empty next is the end.
func AnswerPage[T any](c echo.Context, data []T, next string) error {
	if data == nil {
		data = []T{}
	}
	p := page{Data: data}
	if next != "" {
		var cursor any = next
		p.NextCursor = &cursor
	}
	return c.JSON(http.StatusOK, p)
}

// Limits of native lists.
const (
	defaultLimit = 100
	MaxLimit     = 1000
)

// Limit reads how many rows a list may have.
func Limit(c echo.Context) (int, error) {
	text := c.QueryParam("limit")
	if text == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > MaxLimit {
		return 0, Invalid("/limit", "range", "from 1 to %d", MaxLimit)
	}
	return n, nil
}

// After reads the log position behind which a list continues.
func After(text, pointer string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, Invalid(pointer, "position", "a log position, zero or more")
	}
	return n, nil
}
