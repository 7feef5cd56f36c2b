package eventstore

import "io"

// Kept stores sealed files beside the log: those of clients and of the bank as
// received, and ours as sent. A file has a folder and a name. It is safe for
// concurrent use.
type Kept interface {
	// Keep begins a file in a folder. It is not visible before Commit.
	Keep(folder string) (Keeping, error)

	// Open reads a file; fs.ErrNotExist if there is none.
	Open(folder, name string) (KeptFile, error)

	// Remove removes a file; fs.ErrNotExist if there is none.
	Remove(folder, name string) error
}

// Keeping is a file that is being written.
type Keeping interface {
	io.Writer
	// Commit makes the complete file durable under a name, replacing a file
	// with that name. After an error it may or may not exist.
	Commit(name string) error
	// Drop discards a file that was not committed, and does nothing otherwise.
	Drop() error
}

// KeptFile is a file that is being read.
type KeptFile interface {
	io.ReadCloser
	Size() int64 // sealed bytes in all
}
