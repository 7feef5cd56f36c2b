package workers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/achledger/achledger/eventstore"
)

// Deliverer puts files where a bank picks them up. Each staged copy has a
// temporary name of its own, which file.delivering records, and only that copy
// is given the final name. So a late response, or a process that was believed
// dead, can never finish a delivery that began again under another name.
type Deliverer interface {
	// Stage stores content under a temporary name that is not in use, and
	// returns when it is durable there. After an ArrivedError the bank may have
	// all of it, or may even have taken it; after any other error the copy does
	// not count.
	Stage(ctx context.Context, temporary string, content []byte) error
	// Publish renames the staged copy to its final name: from then on the bank
	// may take it. It never replaces a file. After an error the rename may or
	// may not have happened; Find tells.
	Publish(ctx context.Context, temporary, name string) error
	// Find determines where a file is for which Publish may have been called.
	Find(ctx context.Context, temporary, name string, sha256 []byte) (Location, error)
	// Withdraw renames a temporary name away. It succeeds only if Publish has
	// not, and afterwards Publish cannot succeed.
	Withdraw(ctx context.Context, temporary string) error
	// Remove removes a staged copy that no event records.
	Remove(ctx context.Context, temporary string) error
	// Clear removes every file whose name is needless.
	Clear(ctx context.Context, needless func(name string) bool) error
	// Close ends the connection.
	Close() error
}

// Location is where a file is while it is being delivered.
type Location string

// Locations.
const (
	Nowhere    Location = "nowhere"        // taken by the bank, or lost: there is no telling which
	Temporary  Location = "temporary name" // delivery has not begun
	Withdrawn  Location = "withdrawn"      // delivery has not begun, and never will under that name
	Final      Location = "final name"     // delivered, and not taken yet
	Corrupt    Location = "damaged"        // delivery has not begun, and the file under the temporary name has other content
	NameTaken  Location = "another file"   // a file with other content has the final name, and none has the temporary one
	Unreadable Location = "unreadable"     // the bank does not let us read its folder
)

// ArrivedError says that staging failed after the last byte was handed over:
// the bank may have the file, so it is not staged again before its place has
// been examined.
type ArrivedError struct{ Err error }

func (e *ArrivedError) Error() string { return "all of it may have arrived: " + e.Err.Error() }

// Unwrap is the cause.
func (e *ArrivedError) Unwrap() error { return e.Err }

// newTemporary returns the name of one staged copy of a file; no other copy
// gets it. It contains the term of the leader that staged it; a node on its own
// has term 0.
func newTemporary(name string, term int64) string {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the process instead
	return fmt.Sprintf(".%s.%d-%s", name, term, hex.EncodeToString(random[:]))
}

// withdrawn is where Withdraw renames a temporary name to.
func withdrawn(temporary string) string {
	return "." + strings.TrimPrefix(temporary, ".") + ".withdrawn"
}

// leaderOnly checks before each step at the bank that this node still leads.
type leaderOnly struct{ Deliverer }

// Stage implements Deliverer.
func (d leaderOnly) Stage(ctx context.Context, temporary string, content []byte) error {
	if err := eventstore.CheckLeader(ctx); err != nil {
		return err
	}
	return d.Deliverer.Stage(ctx, temporary, content)
}

// Publish implements Deliverer.
func (d leaderOnly) Publish(ctx context.Context, temporary, name string) error {
	if err := eventstore.CheckLeader(ctx); err != nil {
		return err
	}
	return d.Deliverer.Publish(ctx, temporary, name)
}

// Withdraw implements Deliverer.
func (d leaderOnly) Withdraw(ctx context.Context, temporary string) error {
	if err := eventstore.CheckLeader(ctx); err != nil {
		return err
	}
	return d.Deliverer.Withdraw(ctx, temporary)
}

// Clear implements Deliverer.
func (d leaderOnly) Clear(ctx context.Context, needless func(name string) bool) error {
	if err := eventstore.CheckLeader(ctx); err != nil {
		return err
	}
	return d.Deliverer.Clear(ctx, needless)
}
