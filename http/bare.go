package http

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"
)

// answerBare writes a list as the bare array its surface knows: all of it or,
// with limit, a page and a Link to the next. The list is short enough to be
// made whole; the cursor counts what was shown before.
func answerBare[T any](c echo.Context, list []T) error {
	if list == nil {
		list = []T{}
	}
	if c.QueryParam("limit") == "" {
		return c.JSON(http.StatusOK, list)
	}
	most, err := limit(c)
	if err != nil {
		return err
	}
	shown, err := after(c.QueryParam("cursor"), "/cursor")
	if err != nil {
		return err
	}
	list = list[min(int(shown), len(list)):]
	if len(list) > most {
		list = list[:most]
		linkNext(c, most, shown+int64(most))
	}
	return c.JSON(http.StatusOK, list)
}

// linkNext names the page behind in a Link header, other filters kept.
func linkNext(c echo.Context, most int, cursor int64) {
	query := c.QueryParams()
	next := url.Values{}
	for name, values := range query {
		next[name] = values
	}
	next.Set("limit", strconv.Itoa(most))
	next.Set("cursor", strconv.FormatInt(cursor, 10))
	link := url.URL{Path: c.Request().URL.Path, RawQuery: next.Encode()}
	c.Response().Header().Set("Link", "<"+link.String()+`>; rel="next"`)
}
