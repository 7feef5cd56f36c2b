package workers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// Deliverer puts files where a bank takes them. Every put has a temporary name
// of its own, which file.delivering records: only what has that name is given
// the final one. So an answer that came late, or a process that was believed
// dead, can never finish a delivery that was begun again under another name.
type Deliverer interface {
	// Put stores content under a temporary name that nothing bears, and
	// returns when it is durable there. After an ArrivedError it may lie
	// there whole, or be the bank's already; after another one, nothing of it
	// counts.
	Put(ctx context.Context, temporary string, content []byte) error
	// Begin gives what has the temporary name the final one: from now on the
	// bank may take it. It never replaces a file. An error leaves open
	// whether it was done; Look tells.
	Begin(ctx context.Context, temporary, name string) error
	// Look finds out where a file is that Begin may have been called for.
	Look(ctx context.Context, temporary, name string, sha256 []byte) (Place, error)
	// Withdraw renames a temporary name away. That succeeds only where Begin
	// has not, and after it Begin never does.
	Withdraw(ctx context.Context, temporary string) error
	// Remove removes what a put left that nothing records.
	Remove(ctx context.Context, temporary string) error
	// Clear removes what bears a name that is needless.
	Clear(ctx context.Context, needless func(name string) bool) error
	// Close ends the connection.
	Close() error
}

// Place is where a file is while it is being delivered.
type Place string

// Places.
const (
	Nowhere    Place = "nowhere"        // taken by the bank, or lost: nobody can tell
	Temporary  Place = "temporary name" // delivery has not begun
	Withdrawn  Place = "withdrawn"      // and never will under that name
	Final      Place = "final name"     // delivered, and not taken yet
	Spoiled    Place = "damaged"        // not begun, and what bears the temporary name is not the file
	Foreign    Place = "another file"   // other content bears the final name, and nothing the temporary one
	Unreadable Place = "unreadable"     // the bank lets nobody read its folder
)

// ArrivedError is a put that failed after the last byte was handed over: the
// bank may have the file, so it is not put again before someone has looked.
type ArrivedError struct{ Err error }

func (e *ArrivedError) Error() string { return "all of it may have arrived: " + e.Err.Error() }

// Unwrap is the cause.
func (e *ArrivedError) Unwrap() error { return e.Err }

// term is in the names of every put. A node on its own has only one.
const term = "0"

// newTemporary is a name for one put of a file; no other one gets it.
func newTemporary(name string) string {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the process instead
	return "." + name + "." + term + "-" + hex.EncodeToString(random[:])
}

// withdrawn is where Withdraw renames a temporary name to.
func withdrawn(temporary string) string {
	return "." + strings.TrimPrefix(temporary, ".") + ".withdrawn"
}
