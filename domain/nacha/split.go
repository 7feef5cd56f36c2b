package nacha

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxSplit bounds the number of files in one content. Text after the last of
// them is read as part of it, and refused as a second file.
const maxSplit = 100

// Split reads the files that follow one another in one content. It is an
// io.Reader of one file, initially of the first; Next moves to the next. A file
// begins at a file header after a file control record or the filler records
// after it. Content with a single file, or none, is one file.
type Split struct {
	in     *bufio.Reader
	runOn  bool // the file has no line ends
	began  bool
	nine   bool // the newest record that is not blank began with 9
	column int  // of the next byte within its record, in bytes
	size   int  // of the record where there are no line ends
	files  int
	end    bool // of this file
	last   bool // no file follows
}

// NewSplit reads from r.
func NewSplit(r io.Reader) *Split {
	return &Split{in: bufio.NewReaderSize(r, 64<<10), files: 1}
}

// Next moves to the next file once the present one was read to its io.EOF. It
// reports whether there is one.
func (s *Split) Next() bool {
	if !s.end || s.last {
		return false
	}
	s.files++
	s.began, s.end, s.nine, s.column = false, false, false, 0
	return true
}

// Last reports whether no file follows the one that was read to its io.EOF.
func (s *Split) Last() bool { return s.last }

// Read implements io.Reader for one file.
func (s *Split) Read(p []byte) (int, error) {
	if s.end || len(p) == 0 {
		return 0, s.eof()
	}
	if err := s.begin(); err != nil {
		return 0, err
	}
	if _, err := s.in.Peek(1); err != nil {
		s.end, s.last = errors.Is(err, io.EOF), errors.Is(err, io.EOF)
		return 0, err
	}
	if s.column == 0 {
		if s.nine && s.headerNext() {
			s.end = true
			return 0, io.EOF
		}
		if s.runOn {
			s.measure()
		}
	}
	b, _ := s.in.Peek(min(len(p), s.in.Buffered()))
	n := copy(p, b[:s.within(b)])
	_, err := s.in.Discard(n)
	return n, err
}

func (s *Split) eof() error {
	if s.end {
		return io.EOF
	}
	return nil
}

// begin determines, once for each file, whether it has lines.
func (s *Split) begin() error {
	if s.began {
		return nil
	}
	head, err := s.in.Peek(runOnSample)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	s.began, s.runOn = true, runsOn(bytes.TrimPrefix(head, []byte(byteOrderMark)))
	return nil
}

// within counts the bytes up to the next point at which Read has to decide:
// where the next file may begin, or where the size of the next record has to be
// determined.
func (s *Split) within(b []byte) int {
	for i, c := range b {
		if i > 0 && s.column == 0 && (s.runOn || s.nine && (c == '1' || c == byteOrderMark[0])) {
			return i
		}
		s.pass(c)
	}
	return len(b)
}

// measure determines the number of bytes of the next record.
func (s *Split) measure() {
	head, _ := s.in.Peek(longest)
	if end := bytes.IndexAny(head, "\r\n"); end >= 0 {
		head = head[:end]
	}
	s.size = blockSize(head)
}

// headerNext reports whether a file header follows.
func (s *Split) headerNext() bool {
	const header = "101"
	head, _ := s.in.Peek(len(byteOrderMark) + len(header))
	return s.files < maxSplit && bytes.HasPrefix(bytes.TrimPrefix(head, []byte(byteOrderMark)), []byte(header))
}

// pass counts a byte of the file.
func (s *Split) pass(c byte) {
	switch {
	case c == '\n' || c == '\r':
		s.column = 0
		return
	case s.column == 0 && c == 0x1A:
		return // the end of a file as DOS marks it
	case s.column == 0 && c != ' ':
		s.nine = c == '9'
	}
	if s.column++; s.runOn && s.column >= s.size {
		s.column = 0
	}
}
