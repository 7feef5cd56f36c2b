package eventstore

import "io"

// Kept is where sealed files lie beside the log: those of clients and of the
// bank as they came, and ours as they left. A file stands in a folder under a
// name. It may be used from several goroutines at once.
type Kept interface {
	// Keep begins a file in a folder. Nobody sees it before Commit.
	Keep(folder string) (Keeping, error)

	// Open reads a file; one that is not there is fs.ErrNotExist.
	Open(folder, name string) (KeptFile, error)

	// Remove removes a file; one that is not there is fs.ErrNotExist.
	Remove(folder, name string) error
}

// Keeping is a file that is being written.
type Keeping interface {
	io.Writer
	// Commit makes the file durable under a name, whole, in the place of one
	// that has the name. After an error it may be there or not.
	Commit(name string) error
	// Drop forgets a file that was not committed, and does nothing otherwise.
	Drop() error
}

// KeptFile is a file that is being read.
type KeptFile interface {
	io.ReadCloser
	Size() int64 // sealed bytes in all
}
