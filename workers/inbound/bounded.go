package inbound

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

// largest is the maximum size of a file from the bank, enough for more than
// ten million entries. A larger one is not read, so that no server and no
// folder can fill the disk.
const largest = 1 << 30

// errTooLarge says that a file is larger than Config.Largest.
var errTooLarge = errors.New("the file is too large")

// bounded limits how much of a file is read. A file that is too large is not
// read at all; one that grows too large is not read further.
func (t *Intake) bounded(file interface {
	io.ReadSeeker
	Stat() (fs.FileInfo, error)
}) (io.ReadSeeker, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > t.Largest {
		return nil, errTooLarge
	}
	return &boundedFile{file, limited{file, t.Largest}, t.Largest}, nil
}

// boundedFile is a file of which at most so many bytes are read.
type boundedFile struct {
	io.Seeker
	limited
	most int64
}

// Seek supports only the beginning of the file.
func (f *boundedFile) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekStart {
		return 0, errors.New("a bounded file is read from its beginning")
	}
	f.left = f.most
	return f.Seeker.Seek(offset, whence)
}

// limited is a reader that fails at its limit, where an io.LimitReader would
// report the end.
type limited struct {
	from io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.from.Read(p[:min(int64(len(p)), l.left+1)])
	if int64(n) > l.left {
		return int(l.left), errTooLarge
	}
	l.left -= int64(n)
	return n, err
}

// tooLargeToTake returns the outcome of a file in the inbox that is too large.
func (t *Intake) tooLargeToTake(name string) Outcome {
	t.Log.Error("a file in the inbox is too large and goes into quarantine", "name", name, "limit", t.Largest)
	return Outcome{State: projections.InboundQuarantined, Reasons: []nacha.Problem{{
		Code: "too-large", Message: fmt.Sprintf("it is larger than %d bytes and was not read", t.Largest),
	}}}
}
