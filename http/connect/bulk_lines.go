package connect

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/achledger/achledger/http/api"
)

// maxLine bounds one line of a bulk request.
const maxLine = 64 << 10

// line is one line as received, without its line end.
type line struct {
	number int // from 1; empty lines count and are skipped
	text   []byte
	err    error // it was longer than maxLine
}

// lineReader reads lines of bounded length.
type lineReader struct {
	from *bufio.Reader
	n    int
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{from: bufio.NewReaderSize(r, maxLine+2)}
}

// next returns the next line that is not empty; io.EOF at the end. A last line
// without a line end counts, unless the body broke off after it.
func (r *lineReader) next() (line, error) {
	for {
		text, err := r.from.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) && (!errors.Is(err, io.EOF) || len(text) == 0) {
			return line{}, err
		}
		r.n++
		l := line{number: r.n}
		if errors.Is(err, bufio.ErrBufferFull) {
			l.err = api.NewProblem(api.CodeTooLarge, "a line is at most %d bytes", maxLine)
			return l, r.skip()
		}
		text = bytes.Trim(text, api.Blanks)
		if len(text) > maxLine {
			l.err = api.NewProblem(api.CodeTooLarge, "a line is at most %d bytes", maxLine)
			return l, nil
		}
		if len(text) > 0 {
			l.text = bytes.Clone(text)
			return l, nil
		}
	}
}

// skip reads to the end of a line that is too long.
func (r *lineReader) skip() error {
	for {
		_, err := r.from.ReadSlice('\n')
		switch {
		case err == nil, errors.Is(err, io.EOF):
			return nil // the next call meets the end of the body again
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// lineQueue is a bounded queue of lines that were read. The taker gets
// everything there is, so that a caller who sends one line and waits is
// answered at once, and one who sends many gets full batches.
type lineQueue struct {
	mu      sync.Mutex
	changed sync.Cond
	lines   []line
	bytes   int
	ended   bool
	err     error // why the body ended, if not as it should
}

// maxQueued bounds what a queue holds, and a batch.
const maxQueued = 1 << 20 // bytes

func newLineQueue() *lineQueue {
	q := &lineQueue{}
	q.changed.L = &q.mu
	return q
}

// fill reads all lines into the queue, after the first, which was read already.
func (q *lineQueue) fill(r *lineReader, first line, err error) {
	for l := first; err == nil; l, err = r.next() {
		if !q.put(l) {
			return
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return // stopped: how the rest of the body ends does not matter
	}
	q.ended = true
	if !errors.Is(err, io.EOF) {
		q.err = api.ReadError(err)
	}
	q.changed.Broadcast()
}

// put waits for space; false when the queue was stopped.
func (q *lineQueue) put(l line) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.ended && (q.bytes >= maxQueued || len(q.lines) >= 4*bulkBatch) {
		q.changed.Wait()
	}
	if q.ended {
		return false
	}
	q.lines = append(q.lines, l)
	q.bytes += len(l.text)
	q.changed.Broadcast()
	return true
}

// take waits for lines and returns up to n of them; none at the end.
func (q *lineQueue) take(n int) []line {
	q.mu.Lock()
	defer q.mu.Unlock()
	for !q.ended && len(q.lines) == 0 {
		q.changed.Wait()
	}
	n = min(n, len(q.lines))
	if n == 0 {
		return nil
	}
	taken := q.lines[:n:n]
	q.lines = append([]line(nil), q.lines[n:]...)
	for _, l := range taken {
		q.bytes -= len(l.text)
	}
	q.changed.Broadcast()
	return taken
}

// stop ends the queue; lines in it are dropped.
func (q *lineQueue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ended, q.lines = true, nil
	q.changed.Broadcast()
}

// failure returns why the body ended early, if it did.
func (q *lineQueue) failure() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.err
}
