package eventstore

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// MaxAppend is the largest number of events of one Append call, so that no job
// makes other writers wait for long.
const MaxAppend = 1024

// MaxEventBytes is the largest size of one event's data and meta together.
const MaxEventBytes = 4 << 20

// MaxAppendBytes is the largest size of all data and meta of one Append call.
const MaxAppendBytes = 16 << 20

// NewStream is the Expect value of a stream that must not exist yet.
const NewStream int64 = 0

// Store is the log.
type Store interface {
	// Append writes all the given appends or none of them, in one
	// transaction, and returns when they are durable on disk. Positions of
	// one call are contiguous and follow the order of the arguments.
	//
	// Errors: *VersionError when a stream is not at its expected version;
	// *KeyUsedError when an idempotency key was used before; ErrTooLarge,
	// ErrStorageFull, ErrAway, ErrFailed: nothing was written.
	// ErrUnknownOutcome: the events may or may not be durable. The call may be
	// repeated with the same versions or the same key: it is then written only
	// once. After any other error, including one of ctx, nothing was written. A
	// call that is being written when ctx ends waits for its outcome.
	Append(ctx context.Context, appends ...Append) (Result, error)

	// ReadStream returns the events of one stream with a version above
	// after, in order; an unknown stream has none.
	ReadStream(ctx context.Context, stream string, after int64) ([]Recorded, error)

	// ReadStreams is ReadStream for many whole streams, by their names: a page
	// of a list whose rows have a stream each is read with one query.
	ReadStreams(ctx context.Context, streams []string) (map[string][]Recorded, error)

	// ReadAll returns at most limit events with a position above after, in
	// order. A page of large events ends early, after 16 MiB of data: only an
	// empty page means the end.
	ReadAll(ctx context.Context, after int64, limit int) ([]Recorded, error)

	// ReadHistories calls yield once for each event of the named type with a
	// position in [first, last], in order, with all events of that event's
	// stream up to and including it. A file is rendered in this way, because
	// its filed events have consecutive positions. An error of yield ends it
	// and is returned; yield may use the store.
	ReadHistories(ctx context.Context, eventType string, first, last int64, yield func([]Recorded) error) error

	// Versions returns the current version of each named stream; a stream
	// that does not exist has version 0.
	Versions(ctx context.Context, streams []string) (map[string]int64, error)

	// Key returns what an idempotency key was first used for; ok is false
	// when it is new.
	Key(ctx context.Context, key IdempotencyKey) (use KeyUse, ok bool, err error)

	// Head returns the newest position that this process knows to be durable,
	// and its hash. The call is cheap. This process's own writes are included
	// before their calls return, those of other nodes within moments; use
	// Reached to miss none of them.
	Head(ctx context.Context) (Head, error)

	// Reached returns a position such that no event of a client is after it
	// whose Append returned before this call, on whatever node; without a
	// client, no event at all. A reader that has read up to it misses nothing
	// that a caller knows to be written. It may be higher than necessary, up to
	// the head.
	Reached(ctx context.Context, client string) (int64, error)

	// Notify returns a channel that receives a value after commits. It is a
	// hint: values are coalesced, and a reader that misses one finds the events
	// by reading. Stop ends the subscription.
	Notify() (hint <-chan struct{}, stop func())

	// Failed is closed when the store cannot continue: from then on every
	// Append returns ErrFailed until the process is restarted.
	Failed() <-chan struct{}

	Close() error
}

// Append is the part of a call that is written to one stream.
type Append struct {
	Stream string
	Client string // the tenant the events belong to, or "_ledger"
	Expect int64  // the stream's version before this append
	Events []New

	// Idempotency, when set, is recorded in the same transaction together with
	// RequestHash and the first and last position of the whole call. At most
	// one append of a call has it. A key that was used before is reported
	// before any version is checked.
	Idempotency *IdempotencyKey
	RequestHash []byte
}

// New is an event to be appended. Data and Meta are UTF-8 JSON, hashed and kept
// byte for byte; if left out, they are recorded as {}. The caller must not
// change them afterwards.
type New struct {
	Type string
	Data json.RawMessage
	Meta json.RawMessage
}

// Recorded is an event in the log. Its Data and Meta are shared with other
// readers and must not be changed.
type Recorded struct {
	Position   int64
	Stream     string
	Version    int64
	EventID    [16]byte // UUIDv7
	Client     string
	Type       string
	Data       json.RawMessage
	Meta       json.RawMessage
	RecordedAt time.Time // machine time, microseconds, never decreasing
	Hash       [32]byte
}

// Result is the positions of an Append call's events.
type Result struct {
	First, Last int64
}

// Head is the end of the log; Position 0 with a zero hash is an empty one.
type Head struct {
	Position int64
	Hash     [32]byte
}

// IdempotencyKey identifies a request of a client. Scope is method and path.
type IdempotencyKey struct {
	Client, Scope, Key string
}

// KeyUse is the first use of an idempotency key.
type KeyUse struct {
	RequestHash []byte
	First, Last int64
	At          time.Time
}

// Errors of Append that need no detail. Compare with errors.Is.
var (
	// ErrUnknownOutcome says that a commit failed, or that its response was
	// lost. Never respond 2xx after it: only reading the log again tells what
	// was written.
	ErrUnknownOutcome = errors.New("the outcome of a commit is unknown: it may be in the log or not")
	// ErrAway says that the database that holds the log was not reached in
	// time; nothing was written. Another call may succeed.
	ErrAway = errors.New("the database that holds the log is away")
	// ErrNotLeader says that only the leader may write this, and that another
	// node leads; nothing was written.
	ErrNotLeader = errors.New("another node leads")
	// ErrNotKnown says that the release of a running node does not know an
	// event type; nothing was written. See NotKnownError.
	ErrNotKnown = errors.New("not every node knows this yet")
	// ErrDeliveryOff says that the delivery switch was changed since it allowed
	// this write; nothing was written. It may be on: read it again.
	ErrDeliveryOff = errors.New("the delivery switch was changed meanwhile")
	// ErrFailed says that the store had to stop writing; see Store.Failed.
	ErrFailed = errors.New("the log is closed for writing, because a commit or a sync failed: restart the process")
	// ErrStorageFull says that there is too little space on the log's disk.
	ErrStorageFull = errors.New("the disk that holds the log is nearly full: writes are refused until there is room")
	// ErrTooLarge refuses more than MaxAppend events, MaxEventBytes or
	// MaxAppendBytes.
	ErrTooLarge = errors.New("the append is larger than the log takes")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("the log is closed")
	// ErrReadOnly says that the store is open for reading only, beside a
	// running server.
	ErrReadOnly = errors.New("the log is open for reading only")
)

// VersionError says that a stream was not at its expected version: another
// writer was first.
type VersionError struct {
	Stream string
	Expect int64
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("stream %s is not at version %d", e.Stream, e.Expect)
}

// NotKnownError says which node does not know an event type. It is ErrNotKnown.
type NotKnownError struct {
	Type, Node, Release string
}

func (e *NotKnownError) Error() string {
	return fmt.Sprintf("node %s (release %s) does not know %s yet: replace its program, or stop it", e.Node, cmp.Or(e.Release, "unknown"), e.Type)
}

// Is reports whether target is ErrNotKnown.
func (e *NotKnownError) Is(target error) bool { return target == ErrNotKnown }

// KeyUsedError says that an idempotency key was used before.
type KeyUsedError struct {
	Key IdempotencyKey
	Use KeyUse
}

func (e *KeyUsedError) Error() string {
	return fmt.Sprintf("idempotency key %q was used before for %s", e.Key.Key, e.Key.Scope)
}
