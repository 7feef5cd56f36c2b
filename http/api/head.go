package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// headKey marks the context of a HEAD request that is handled as a GET.
type headKey struct{}

// answerHead answers HEAD wherever there is a GET, with the same status and
// headers (RFC 9110, 9.3.2): it calls the GET's handler, and net/http drops the
// body of an answer to HEAD.
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
		s.Echo.Router().Find(get.Method, echo.GetPath(get), c) // next would look up the route of HEAD, and there is none
		return c.Handler()(c)
	}
}

// isHead reports whether the method of a request is HEAD. Such a request shows
// nothing, so nothing is recorded as shown, and lists are not read.
func isHead(ctx context.Context) bool { return ctx.Value(headKey{}) != nil }

// methodOf is the method that the caller sent.
func methodOf(r *http.Request) string {
	if isHead(r.Context()) {
		return http.MethodHead
	}
	return r.Method
}

// Stream binds a GET whose answer does not end by itself. HEAD is refused there:
// it would open a stream only to send headers.
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
	allow := h.Get(echo.HeaderAllow)
	if allow == "" {
		return
	}
	allowed := strings.Split(allow, ", ")
	if slices.Contains(allowed, http.MethodGet) && !slices.Contains(s.streams, c.Path()) {
		h.Set(echo.HeaderAllow, strings.Join(append(allowed, http.MethodHead), ", "))
	}
}

// onlyHeaders answers a HEAD of a streamed list without reading its rows.
func onlyHeaders(c echo.Context, media string) error {
	c.Response().Header().Set(echo.HeaderContentType, media)
	c.Response().WriteHeader(http.StatusOK)
	return nil
}
