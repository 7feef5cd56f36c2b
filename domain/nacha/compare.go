package nacha

import (
	"fmt"
	"io"
	"iter"
)

// Comparison reads the bytes of a file back with the strict reader while they
// are written to it, and compares every field of every record with what was
// announced: each batch and each entry is announced before its bytes are
// written. It keeps only those that were not read back yet, so that a file of
// any size needs little memory. Close has the result.
type Comparison struct {
	want    FileHeader
	batches []wantedBatch // announced; the first is the one that is being read
	begun   int           // batches that were read
	entries []Entry       // announced
	taken   int           // of entries: read back

	in     []byte // written and not yet read
	ended  bool   // nothing more will be written
	resume func() (struct{}, bool)
	stop   func()
	err    error
}

// wantedBatch is a batch that was announced.
type wantedBatch struct {
	header  BatchHeader
	entries int // announced so far
	taken   int // read back
}

// NewComparison expects a file with this header. It must be closed.
func NewComparison(want FileHeader) *Comparison {
	c := &Comparison{want: want}
	c.resume, c.stop = iter.Pull(c.compare)
	return c
}

// Batch announces the next batch.
func (c *Comparison) Batch(h BatchHeader) { c.batches = append(c.batches, wantedBatch{header: h}) }

// Entry announces the next entry of the batch that was announced last.
func (c *Comparison) Entry(e Entry) {
	c.entries = append(c.entries, e)
	c.batches[len(c.batches)-1].entries++
}

// Write compares the next bytes of the file. What it finds is the error of
// Close.
func (c *Comparison) Write(p []byte) (int, error) {
	c.in = p
	c.resume()
	c.in = nil
	c.entries = c.entries[:copy(c.entries, c.entries[c.taken:])]
	c.taken = 0
	return len(p), nil
}

// Close returns nil only if the file has no problem of any scope, says all that
// was announced and nothing else, and is written as Render writes it: 94
// columns, one kind of line end, the last block filled. The error names line and
// field and quotes no value.
func (c *Comparison) Close() error {
	c.ended = true
	c.resume()
	c.stop()
	return c.err
}

// compare reads the file. It yields whenever it has read what was written.
func (c *Comparison) compare(yield func(struct{}) bool) {
	lines := newLineReader(written{c, yield})
	lines.exact = true
	summary, err := scan(lines, Handler{File: c.file, Batch: c.readBatch, Entry: c.readEntry, End: c.end})
	switch {
	case err != nil:
		c.err = err
	case !summary.OK():
		c.err = problemError(summary.Problems[0])
	case len(c.batches) > 1 || c.begun == 0 && len(c.batches) > 0:
		c.err = fmt.Errorf("the file has %d batches, and not all that it should have", c.begun)
	}
}

// written reads what is written to a Comparison.
type written struct {
	*Comparison
	yield func(struct{}) bool
}

func (w written) Read(p []byte) (int, error) {
	for len(w.in) == 0 {
		if w.ended || !w.yield(struct{}{}) {
			return 0, io.EOF
		}
	}
	n := copy(p, w.in)
	w.in = w.in[n:]
	return n, nil
}

func problemError(p Problem) error {
	return fmt.Errorf("line %d: %s: %s %s", p.Line, p.Code, p.Field, p.Message)
}

func (c *Comparison) file(h *FileHeader) error {
	d := diff{line: 1}
	d.fileHeader(h, &c.want)
	return d.err
}

func (c *Comparison) readBatch(b *ScannedBatch) error {
	if c.begun++; c.begun > 1 {
		c.batches = c.batches[1:]
	}
	if len(c.batches) == 0 {
		return fmt.Errorf("line %d: a batch too many", b.Line)
	}
	d := diff{line: b.Line}
	d.batchHeader(&b.Header, &c.batches[0].header)
	return d.err
}

func (c *Comparison) readEntry(e *ScannedEntry) error {
	if len(e.Problems) > 0 {
		return problemError(e.Problems[0])
	}
	if e.Batch == 0 || c.batches[0].taken == c.batches[0].entries {
		return fmt.Errorf("line %d: an entry too many", e.Line)
	}
	d := diff{line: e.Line}
	d.entry(&e.Entry, &c.entries[c.taken])
	c.taken++
	c.batches[0].taken++
	return d.err
}

func (c *Comparison) end(v *Verdict) error {
	if !v.OK() {
		return problemError(v.Problems[0])
	}
	if b := &c.batches[0]; b.taken != b.entries {
		return fmt.Errorf("line %d: the batch has %d entries, want %d", v.Line, b.taken, b.entries)
	}
	return nil
}
