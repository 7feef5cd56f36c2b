package sqlite

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/achledger/achledger/eventstore"
)

// checkEvery is the shortest time between two checks of the free space.
const checkEvery = 100 * time.Millisecond

// disk checks whether the log's disk has room. Only the writer uses it.
type disk struct {
	folder  string
	minFree uint64
	free    func(folder string) (uint64, error)

	checked time.Time
	err     error // of the last check
}

// room returns ErrStorageFull while less than minFree bytes are free. The
// result is valid for checkEvery, so writing resumes by itself when there is
// room.
func (d *disk) room() error {
	if now := time.Now(); now.Sub(d.checked) >= checkEvery {
		d.checked = now
		d.err = d.check()
	}
	return d.err
}

func (d *disk) check() error {
	free, err := d.free(d.folder)
	switch {
	case err != nil:
		return fmt.Errorf("free space of %s: %w", d.folder, err)
	case free < d.minFree:
		return eventstore.ErrStorageFull
	default:
		return nil
	}
}

// freeBytes is the space that an unprivileged process may still use.
func freeBytes(folder string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}
