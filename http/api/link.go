package api

import (
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"
)

// LinkNext names the next page in a Link header, with the same filters.
func LinkNext(c echo.Context, most int, cursor string) {
	next := maps.Clone(c.QueryParams())
	next.Set("limit", strconv.Itoa(most))
	next.Set("cursor", cursor)
	link := url.URL{Path: c.Request().URL.Path, RawQuery: next.Encode()}
	c.Response().Header().Set("Link", "<"+link.String()+`>; rel="next"`)
}

// AnswerLinked writes a page of a list as a JSON array, with a Link to the next
// page; an empty next is the end.
func AnswerLinked[R, T any](c echo.Context, rows []R, most int, next string, show func(R) (T, error)) error {
	shown, err := showAll(rows, show)
	if err != nil {
		return err
	}
	if next != "" {
		LinkNext(c, most, next)
	}
	return c.JSON(http.StatusOK, shown)
}
