package nacha

import (
	"fmt"
	"io"
)

// Compare reads rendered bytes back with the strict reader and compares every
// field of every record with want. It returns nil only if the file has no
// problem of any scope, equals want, and is written as Render writes it: 94
// columns, one kind of line end, the last block filled. The error names line
// and field and quotes no value.
func Compare(rendered io.Reader, want File) error {
	c := comparison{want: &want}
	lines := newLineReader(rendered)
	lines.exact = true
	summary, err := scan(lines, Handler{File: c.file, Batch: c.batch, Entry: c.entry, End: c.end})
	switch {
	case err != nil:
		return err
	case !summary.OK():
		return problemError(summary.Problems[0])
	case c.batches != len(want.Batches):
		return fmt.Errorf("the file has %d batches, want %d", c.batches, len(want.Batches))
	}
	return nil
}

func problemError(p Problem) error {
	return fmt.Errorf("line %d: %s: %s %s", p.Line, p.Code, p.Field, p.Message)
}

// comparison walks want while a file is scanned.
type comparison struct {
	want    *File
	batches int
	entries int // of the batch
}

func (c *comparison) file(h *FileHeader) error {
	d := diff{line: 1}
	d.fileHeader(h, &c.want.Header)
	return d.err
}

func (c *comparison) batch(b *ScannedBatch) error {
	if b.Ordinal > len(c.want.Batches) {
		return fmt.Errorf("line %d: the file has more than %d batches", b.Line, len(c.want.Batches))
	}
	c.batches, c.entries = b.Ordinal, 0
	d := diff{line: b.Line}
	d.batchHeader(&b.Header, &c.want.Batches[b.Ordinal-1].Header)
	return d.err
}

func (c *comparison) entry(e *ScannedEntry) error {
	if len(e.Problems) > 0 {
		return problemError(e.Problems[0])
	}
	if e.Batch == 0 || e.Ordinal > len(c.want.Batches[e.Batch-1].Entries) {
		return fmt.Errorf("line %d: an entry too many", e.Line)
	}
	c.entries = e.Ordinal
	d := diff{line: e.Line}
	d.entry(&e.Entry, &c.want.Batches[e.Batch-1].Entries[e.Ordinal-1])
	return d.err
}

func (c *comparison) end(v *Verdict) error {
	if !v.OK() {
		return problemError(v.Problems[0])
	}
	if n := len(c.want.Batches[v.Ordinal-1].Entries); c.entries != n {
		return fmt.Errorf("line %d: the batch has %d entries, want %d", v.Line, c.entries, n)
	}
	return nil
}
