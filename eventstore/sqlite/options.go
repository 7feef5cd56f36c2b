package sqlite

import (
	"cmp"
	"time"
)

// Options are the options of Open; the zero value is valid.
type Options struct {
	// ReadOnly opens the log while a server may write to it: every write is
	// refused with ErrReadOnly, and no lock is taken.
	ReadOnly bool

	// Now is the machine's clock, for recorded_at; time.Now by default.
	Now func() time.Time

	// MinFreeBytes is the least free space of the log's disk: below it writes
	// are refused with ErrStorageFull. 64 MiB by default.
	MinFreeBytes uint64

	// Linger is how long a batch waits for more appends if the previous one had
	// several callers; 1 ms by default, none if negative. A lone caller never
	// waits.
	Linger time.Duration

	// SettleWithin bounds how long opening for writing waits for readers of the
	// write-ahead log: 15 seconds by default.
	SettleWithin time.Duration

	// Faults simulate failures below the log, for tests.
	Faults Faults
}

// Faults are called, if set, instead of what they name.
type Faults struct {
	BeforeCommit func() error                 // its error is that of a COMMIT that failed and wrote nothing
	AfterCommit  func() error                 // its error is that of a COMMIT that failed but is on disk
	Checkpoint   func() error                 // its error is that of a page or an fsync during a checkpoint
	FreeBytes    func(string) (uint64, error) // the free space of a folder's disk
}

func (f Faults) checkpoint() error {
	if f.Checkpoint == nil {
		return nil
	}
	return f.Checkpoint()
}

func (o *Options) setDefaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MinFreeBytes == 0 {
		o.MinFreeBytes = 64 << 20
	}
	o.Linger = cmp.Or(o.Linger, time.Millisecond)
	if o.SettleWithin == 0 {
		o.SettleWithin = 15 * time.Second
	}
	if o.Faults.FreeBytes == nil {
		o.Faults.FreeBytes = freeBytes
	}
}
