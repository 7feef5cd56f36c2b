package sqlite

import "time"

// Options are the choices of Open; the zero value serves.
type Options struct {
	// ReadOnly opens the log beside a running server: every write is refused
	// with ErrReadOnly, and no lock is taken.
	ReadOnly bool

	// Now is the machine's clock, for recorded_at; time.Now by default.
	Now func() time.Time

	// MinFreeBytes of the log's disk stay free: below it writes are refused
	// with ErrStorageFull. 64 MiB by default.
	MinFreeBytes uint64

	// Linger is how long a batch waits for more appends when the one before
	// it had several submitters; 1 ms by default, none when negative. A lone
	// caller never waits.
	Linger time.Duration

	// SettleWithin bounds how long opening for writing waits for readers that
	// are in the write-ahead log: 15 seconds by default.
	SettleWithin time.Duration

	// Faults break what lies below the log, for tests.
	Faults Faults
}

// Faults are called, when set, instead of what they name.
type Faults struct {
	BeforeCommit func() error                 // an error is a COMMIT that failed and left nothing
	AfterCommit  func() error                 // an error is a COMMIT that failed but is on disk
	Checkpoint   func() error                 // an error is a page or an fsync that failed while the log was folded
	FreeBytes    func(string) (uint64, error) // the free space where a folder lies
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
	if o.Linger == 0 {
		o.Linger = time.Millisecond
	}
	if o.SettleWithin == 0 {
		o.SettleWithin = 15 * time.Second
	}
	if o.Faults.FreeBytes == nil {
		o.Faults.FreeBytes = freeBytes
	}
}
