package api

import (
	"bytes"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"github.com/achledger/achledger/eventstore/ledger"
)

// Sizes of requests.
const (
	maxBody   = 1 << 20  // of a request
	MaxLogin  = 16 << 10 // of a request for a token, which nobody has identified
	MaxUpload = 64 << 20 // of a NACHA file
	NoLimit   = 0        // of a bulk request, whose lines are bounded instead
)

// limitBody bounds every body before its route is known. A route with another
// limit is listed in BodyLimits. An encoded body is refused: nobody would decode it,
// and a form that cannot be read may look like an empty one.
func (s *Kit) limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if coding := r.Header.Get(echo.HeaderContentEncoding); coding != "" && !strings.EqualFold(coding, "identity") && r.Body != http.NoBody {
			return NewProblem(codeMediaType, "send the body as it is, without a Content-Encoding")
		}
		limit := int64(maxBody)
		if r.Method == http.MethodPost {
			if l, ok := s.BodyLimits[r.URL.Path]; ok {
				limit = l
			}
		}
		if limit > 0 && r.Body != http.NoBody {
			if r.ContentLength > limit {
				return &http.MaxBytesError{Limit: limit}
			}
			body := &longBody{ReadCloser: http.MaxBytesReader(c.Response(), r.Body, limit), places: s.longBodies, of: c}
			defer body.free()
			// In observe's copy: the server has to find the body it gave, or it waits for one that
			// a caller with Expect: 100-continue does not send before the answer.
			r.Body = body
		}
		return next(c)
	}
}

// Bodies longer than shortBody are in memory until their request ends, and a slow
// caller sends one for as long as it is let. Of these a client has so many at once.
const (
	shortBody        = 64 << 10
	longBodiesAtOnce = 64
)

// longBody is a body that takes a place of its client when it turns out to be long.
type longBody struct {
	io.ReadCloser
	places *Places
	of     echo.Context
	read   int
	done   func() // nil: it has no place
}

// Read implements io.Reader.
func (b *longBody) Read(p []byte) (n int, err error) {
	if b.done == nil && b.read > shortBody {
		if b.done, err = b.places.Take(stateOf(b.of).who.Client); err != nil {
			return 0, err
		}
	}
	n, err = b.ReadCloser.Read(p)
	b.read += n
	return n, err
}

func (b *longBody) free() {
	if b.done != nil {
		b.done()
	}
}

// Body reads a whole body of JSON, at most maxBody long, which limitBody
// enforces; LargeBody reads longer ones.
func Body(c echo.Context) ([]byte, error) {
	if err := MediaType(c, echo.MIMEApplicationJSON); err != nil {
		return nil, err
	}
	return Whole(c.Request())
}

// Whole reads the body of a request so that it can be read again.
func Whole(r *http.Request) ([]byte, error) {
	content, err := readUpTo(r.Body, nil, math.MaxInt, r.ContentLength)
	if err != nil {
		return nil, err
	}
	unread(r, content)
	return content, nil
}

// unread makes a body that is in memory readable again.
func unread(r *http.Request, content []byte) {
	b := &readBody{}
	b.Reset(content)
	r.Body = b
}

// readBody is a body that is in memory.
type readBody struct{ bytes.Reader }

// Close implements io.Closer.
func (*readBody) Close() error { return nil }

// MediaType refuses a body of another media type. A missing Content-Type is
// accepted.
func MediaType(c echo.Context, want string) error {
	have := c.Request().Header.Get(echo.HeaderContentType)
	if have == "" || have == want {
		return nil
	}
	got, params, err := mime.ParseMediaType(have)
	if err != nil || got != want {
		return NewProblem(codeMediaType, "send %s", want)
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return NewProblem(codeMediaType, "send %s in UTF-8", want)
	}
	return nil
}

// ReadError tells a caller who disconnected from one who sent too much.
func ReadError(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return large
	}
	var refused *Problem
	if errors.As(err, &refused) {
		return refused
	}
	return NewProblem(codeRequestIncomplete, "the body ended before it was complete")
}

// rates limits the requests of each client, or the tokens of each credential.
type rates struct {
	limit rate.Limit // zero: no limit
	burst int
	now   func() time.Time
	among ledger.Nodes
	mu    *sync.Mutex
	of    map[string]*rate.Limiter // clients and their credentials are few: one each
}

func newRates(limit rate.Limit, burst int, now func() time.Time, among ledger.Nodes) rates {
	return rates{limit, burst, now, among, new(sync.Mutex), map[string]*rate.Limiter{}}
}

// allow takes one request from the budget of a client or credential, or refuses
// it with the seconds to wait.
func (r rates) allow(name string) error {
	if r.limit <= 0 {
		return nil
	}
	r.mu.Lock()
	l, ok := r.of[name]
	if !ok {
		l = rate.NewLimiter(r.limit, r.burst)
		r.of[name] = l
	}
	r.mu.Unlock()
	now := r.now()
	r.among.Share(l, now, r.limit, r.burst)
	wait := l.ReserveN(now, 1)
	if d := wait.DelayFrom(now); d > 0 {
		wait.CancelAt(now)
		return tooMany(d, "more requests than agreed")
	}
	return nil
}

// tooMany is a 429 with the time to wait, rounded up to whole seconds.
func tooMany(wait time.Duration, why string) error {
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	return NewProblem(CodeTooMany, "%s: try again in %d seconds", why, seconds).After(seconds)
}
