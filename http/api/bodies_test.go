package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/iotest"
	"time"

	"github.com/labstack/echo/v4"
	"pgregory.net/rapid"
)

// TestNothingIsAllocatedForBytesThatDidNotCome announces as much as an upload
// may have and sends a few bytes.
func TestNothingIsAllocatedForBytesThatDidNotCome(t *testing.T) {
	var kept []byte
	sent := io.MultiReader(bytes.NewReader([]byte("101 ")), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := readUpTo(readerFunc(func(p []byte) (int, error) {
		kept = p[:0:len(p)]
		return sent.Read(p)
	}), nil, math.MaxInt, MaxUpload); err == nil {
		t.Error("a body that broke off is whole")
	}
	if cap(kept) > 64<<10 {
		t.Errorf("%d bytes of memory for 4 bytes of body", cap(kept))
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// TestABodyIsReadWholeWhateverItAnnounced also reads it in two parts, as large
// ones are.
func TestABodyIsReadWholeWhateverItAnnounced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := bytes.Repeat([]byte("0123456789"), rapid.IntRange(0, 3000).Draw(t, "tens"))
		announced := rapid.Int64Range(-1, 40_000).Draw(t, "announced")
		from := iotest.OneByteReader(bytes.NewReader(want))
		if rapid.Bool().Draw(t, "in large reads") {
			from = bytes.NewReader(want)
		}
		got, err := readUpTo(from, nil, rapid.IntRange(0, 40_000).Draw(t, "first"), announced)
		if err == nil {
			got, err = readUpTo(from, got, math.MaxInt, announced)
		}
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("got %d bytes of %d, %v", len(got), len(want), err)
		}
		if cap(got) > max(firstRead, 2*len(want)+2) {
			t.Fatalf("%d bytes of memory for %d", cap(got), len(want))
		}
	})
}

func TestOneClientSendsOneLargeBodyAtATime(t *testing.T) {
	b := newBodies()
	b.wait = 0
	ctx := context.Background()
	done, err := b.receive(ctx, "gym")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.receive(ctx, "gym"); statusOf(err) != http.StatusTooManyRequests || retryOf(err) == 0 {
		t.Errorf("the second body of a client gets %v", err)
	}
	other, err := b.receive(ctx, "diner")
	if err != nil {
		t.Fatalf("another client gets %v", err)
	}
	other.free()
	done.free()
	if done, err = b.receive(ctx, "gym"); err != nil {
		t.Fatalf("after the first is through: %v", err)
	}
	done.free()
	if len(b.clients.of) != 0 || len(b.receiving) != 0 {
		t.Errorf("left over: %v, %d places", b.clients.of, len(b.receiving))
	}
}

func TestOnlyAFewLargeBodiesAreUnderWayAtOnce(t *testing.T) {
	b := newBodies()
	b.wait = 0
	ctx := context.Background()
	var last bodyPlace
	for _, client := range []string{"a", "b", "c", "d"}[:bodiesAtOnce] {
		done, err := b.receive(ctx, client)
		if err != nil {
			t.Fatal(err)
		}
		last = done
	}
	if _, err := b.receive(ctx, "e"); statusOf(err) != http.StatusServiceUnavailable || retryOf(err) == 0 {
		t.Errorf("one more gets %v", err)
	}
	last.free()
	if _, err := b.receive(ctx, "e"); err != nil {
		t.Errorf("after one is through: %v", err)
	}
}

func TestOnlyAFewLargeBodiesOfAClientWait(t *testing.T) {
	b := newBodies()
	for range bodiesWaiting {
		if b.clients.enter("gym", bodiesWaiting) == nil {
			t.Fatal("there is no place")
		}
	}
	if _, err := b.receive(context.Background(), "gym"); statusOf(err) != http.StatusTooManyRequests {
		t.Errorf("one more gets %v", err)
	}
	if _, err := b.receive(context.Background(), "diner"); err != nil {
		t.Errorf("another client gets %v", err)
	}
}

// A client that sends half of an upload and stops does not keep its place for long.
// The server has real connections, since recorders have no deadlines.
func TestAnUploadThatStallsIsEnded(t *testing.T) {
	s := &Kit{bodies: newBodies()}
	s.TempDir = t.TempDir()
	s.bodies.chunkWait = time.Second
	ended := make(chan error, 1)
	e := echo.New()
	e.POST("/", func(c echo.Context) error {
		_, done, err := s.LargeBody(c, Caller{Client: "gym"}, echo.MIMETextPlain)
		if err == nil {
			done()
		}
		ended <- err
		return c.NoContent(max(statusOf(err), http.StatusOK))
	})
	server := httptest.NewServer(e)
	defer server.Close()

	stalled, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer stalled.Close()
	fmt.Fprintf(stalled, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n", MaxUpload)
	_, _ = stalled.Write(make([]byte, 2*maxBody)) // on a busy machine this is too slow as well
	if err := <-ended; statusOf(err) != http.StatusBadRequest {
		t.Errorf("it ends with %v", err)
	}
	_, _ = io.ReadAll(stalled) // returns when the server closes the connection
	if len(s.bodies.receiving) != 0 || len(s.bodies.clients.of) != 0 {
		t.Error("it holds its place")
	}
	if r, err := http.Post(server.URL, echo.MIMETextPlain, bytes.NewReader(make([]byte, maxBody+1))); err != nil || r.StatusCode != http.StatusOK {
		t.Errorf("the next one of the client: %v, %v", r, err)
	}
}

// A large body is stored encrypted, in a file without a name, and is read back
// unchanged.
func TestALargeBodyWaitsInAFileThatSaysNothing(t *testing.T) {
	dir := t.TempDir()
	f, err := newBodyFile(dir)
	if err != nil {
		t.Fatal(err)
	}
	body := bytes.Repeat([]byte("30488174411 "), 100_000)
	if _, err := io.Copy(f, iotest.HalfReader(bytes.NewReader(body))); err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, len(body))
	if _, err := f.file.ReadAt(raw, 0); err != nil || bytes.Contains(raw, []byte("30488174411")) {
		t.Errorf("the number lies on disk, %v", err)
	}
	if got, err := f.content(); err != nil || !bytes.Equal(got, body) {
		t.Errorf("%d bytes come back of %d, %v", len(got), len(body), err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("it has a name: %v, %v", left, err)
	}
	if err := errors.Join(f.close(), f.close()); err != nil {
		t.Error(err)
	}
}

func statusOf(err error) int {
	var p *Problem
	if errors.As(err, &p) {
		return p.Status
	}
	return 0
}

func retryOf(err error) int {
	var p *Problem
	if errors.As(err, &p) {
		return p.RetryAfter
	}
	return 0
}
