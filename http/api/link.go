package api

import (
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"
)

// LinkNext names the next page in a Link header, with the same filters.
func LinkNext(c echo.Context, most int, cursor string) {
	query := c.QueryParams()
	next := url.Values{}
	for name, values := range query {
		next[name] = values
	}
	next.Set("limit", strconv.Itoa(most))
	next.Set("cursor", cursor)
	link := url.URL{Path: c.Request().URL.Path, RawQuery: next.Encode()}
	c.Response().Header().Set("Link", "<"+link.String()+`>; rel="next"`)
}
