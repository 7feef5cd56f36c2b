package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
)

// Bounds of bodies larger than maxBody. Each client sends one at a time; a few
// are received at once, into files; one at a time is read into memory and
// processed, since processing takes its size again.
const (
	bodiesAtOnce   = 4
	bodiesWaiting  = 8                // of a client, the one under way included
	bodyWait       = time.Minute      // for a place in the queue
	bodyTimeout    = 10 * time.Minute // for receiving and processing one body
	bodyChunkWait  = 30 * time.Second // for each MiB of it
	bodyRetryAfter = 10               // seconds
)

// bodies hands out places for bodies larger than maxBody.
type bodies struct {
	wait      time.Duration // for a place to receive in
	chunkWait time.Duration // for each MiB

	clients   Turns
	receiving chan struct{}
	working   chan struct{}
}

func newBodies() *bodies {
	return &bodies{wait: bodyWait, chunkWait: bodyChunkWait, receiving: make(chan struct{}, bodiesAtOnce), working: make(chan struct{}, 1)}
}

// bodyPlace is a place to receive a large body in.
type bodyPlace struct {
	received func() // gives up the place among all clients
	leave    func() // lets the client send the next one
}

func (p bodyPlace) free() {
	p.received()
	p.leave()
}

// receive waits for a place to receive a body of a client.
func (b *bodies) receive(ctx context.Context, client string) (p bodyPlace, err error) {
	ctx, cancel := context.WithTimeout(ctx, b.wait)
	defer cancel()
	leave, err := b.clients.take(ctx, client, bodiesWaiting)
	switch {
	case errors.Is(err, errCrowded):
		return p, NewProblem(CodeTooMany, "%d large bodies of this client are under way: try again in %d seconds", bodiesWaiting, bodyRetryAfter).After(bodyRetryAfter)
	case err != nil:
		return p, NewProblem(CodeTooMany, "another large body of this client is under way: try again in %d seconds", bodyRetryAfter).After(bodyRetryAfter)
	}
	if !take(ctx, b.receiving) {
		leave()
		return p, NewProblem(CodeBusy, "this server is working on as many large bodies as it can: try again in %d seconds", bodyRetryAfter).After(bodyRetryAfter)
	}
	return bodyPlace{received: func() { <-b.receiving }, leave: leave}, nil
}

// work waits for the turn to process a body that was received whole.
func (b *bodies) work(ctx context.Context) (done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, bodyTimeout/2)
	defer cancel()
	if !take(ctx, b.working) {
		return nil, NewProblem(CodeBusy, "other large bodies are being worked on: try again in %d seconds", bodyRetryAfter).After(bodyRetryAfter)
	}
	return func() { <-b.working }, nil
}

// take takes a place; false when ctx ended first.
func take(ctx context.Context, places chan struct{}) bool {
	select {
	case places <- struct{}{}: // taken even if ctx has just ended
		return true
	default:
	}
	select {
	case places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// LargeBody reads a body of the given media type that may be larger than
// maxBody, up to BodyLimits. Call done when it is processed, before the request is
// answered: until then nobody else's large body is processed, and the caller takes as
// long as it likes to read an answer. The client's next one waits until this request
// has ended.
func (s *Kit) LargeBody(c echo.Context, who Caller, mediaType string) (content []byte, done func(), err error) {
	if err := MediaType(c, mediaType); err != nil {
		return nil, nil, err
	}
	r := c.Request()
	content, err = readUpTo(r.Body, nil, maxBody+1, r.ContentLength)
	if err != nil {
		return nil, nil, err
	}
	if len(content) <= maxBody {
		unread(r, content)
		ExtendDeadlines(c, bodyTimeout)
		return content, func() {}, nil
	}
	at, err := s.bodies.receive(r.Context(), who.Client)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			at.free()
		}
	}()
	file, err := newBodyFile(s.TempDir)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, file.close()) }()
	if _, err := file.Write(content); err != nil {
		return nil, nil, err
	}
	if err := s.readRest(c, file); err != nil {
		return nil, nil, err
	}
	worked, err := s.bodies.work(r.Context())
	if err != nil {
		return nil, nil, err
	}
	if content, err = file.content(); err != nil {
		worked()
		return nil, nil, err
	}
	unread(r, content)
	ExtendDeadlines(c, bodyTimeout)
	atEnd(c, at.leave)
	return content, sync.OnceFunc(func() {
		r.Body = http.NoBody // it is in memory
		worked()
		at.received()
	}), nil
}

// readRest reads a body to its end. A caller that sends less than 1 MiB in
// bodyChunkWait loses its place.
func (s *Kit) readRest(c echo.Context, to io.Writer) error {
	ExtendDeadlines(c, bodyTimeout)
	r, control, end := c.Request(), http.NewResponseController(c.Response()), time.Now().Add(bodyTimeout)
	for {
		by := time.Now().Add(s.bodies.chunkWait)
		if by.After(end) {
			by = end
		}
		_ = control.SetReadDeadline(by) // a writer without deadlines, as in tests, needs none
		body := failing{Reader: r.Body}
		_, err := io.CopyN(to, &body, maxBody)
		switch {
		case body.err != nil:
			return ReadError(body.err)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// failing tells an error of the reader from one of the writer it is copied to.
type failing struct {
	io.Reader
	err error // other than io.EOF
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// readUpTo reads the rest of a body after b, to its end or to limit bytes.
// Memory grows with the bytes that arrived, whatever length was announced; the
// announced length only bounds the growth.
func readUpTo(body io.Reader, b []byte, limit int, announced int64) ([]byte, error) {
	for len(b) < limit {
		if len(b) == cap(b) {
			b = grow(b, announced)
		}
		n, err := body.Read(b[len(b):min(cap(b), limit)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return nil, ReadError(err)
		}
	}
	return b, nil
}

const firstRead = 4 << 10

// grow doubles the buffer, up to the announced length plus one byte, which is
// what it takes to see the end.
func grow(b []byte, announced int64) []byte {
	room := max(firstRead, 2*cap(b))
	if n := int(announced) + 1; announced > 0 && n > len(b) && n < room {
		room = n
	}
	return append(make([]byte, 0, room), b...)
}
