package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// headKey marks the context of a GET that was asked for by HEAD.
type headKey struct{}

// answerHead answers HEAD wherever there is a GET, with the same status and
// headers: the handler is that of the GET, and net/http sends no body to who asked
// by HEAD. Source: RFC 9110, section 9.3.2.
func (s *Kit) answerHead(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Before(func() { s.allowHead(c) })
		r := c.Request()
		if r.Method != http.MethodHead {
			return next(c)
		}
		get := r.WithContext(context.WithValue(r.Context(), headKey{}, true))
		get.Method = http.MethodGet
		c.SetRequest(get)
		s.Echo.Router().Find(get.Method, echo.GetPath(get), c) // next would look for a HEAD
		return c.Handler()(c)
	}
}

// isHead reports whether a request was made by HEAD. Nobody is shown what its
// handler reads, so nothing is recorded as shown, and no list is read to its end.
func isHead(ctx context.Context) bool { return ctx.Value(headKey{}) != nil }

// methodOf is the method that was asked for.
func methodOf(r *http.Request) string {
	if isHead(r.Context()) {
		return http.MethodHead
	}
	return r.Method
}

// Stream binds a GET whose answer does not end by itself. It has no HEAD, which
// would open the stream to say that there is one.
func (s *Kit) Stream(path string, h echo.HandlerFunc) {
	s.streams = append(s.streams, path)
	s.Echo.GET(path, func(c echo.Context) error {
		if isHead(c.Request().Context()) {
			c.Response().Header().Set(echo.HeaderAllow, http.MethodGet)
			return echo.ErrMethodNotAllowed
		}
		return h(c)
	})
}

// allowHead adds HEAD to the methods that a path allows, where it allows GET.
func (s *Kit) allowHead(c echo.Context) {
	h := c.Response().Header()
	allowed := strings.Split(h.Get(echo.HeaderAllow), ", ")
	if slices.Contains(allowed, http.MethodGet) && !slices.Contains(s.streams, c.Path()) {
		h.Set(echo.HeaderAllow, strings.Join(append(allowed, http.MethodHead), ", "))
	}
}

// onlyHeaders answers a HEAD of a list that is written as it is read: its rows are
// not read for nobody.
func onlyHeaders(c echo.Context, media string) error {
	c.Response().Header().Set(echo.HeaderContentType, media)
	c.Response().WriteHeader(http.StatusOK)
	return nil
}
