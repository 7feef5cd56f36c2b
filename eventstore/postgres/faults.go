package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/achledger/achledger/eventstore"
)

// SQLSTATEs with a special treatment.
const (
	lockNotAvailable = "55P03"
	deadlock         = "40P01"
	queryCanceled    = "57014"
	diskFull         = "53100"
	tooManySessions  = "53300"
	readOnlyServer   = "25006"
	roleExists       = "42710"
	uniqueViolation  = "23505"
	noDatabase       = "3D000"
)

// isAnswer reports whether the server itself refused a statement and its
// session continues: then nothing of the transaction was written. A FATAL or
// PANIC does not tell the outcome of a running COMMIT.
func isAnswer(err error) (*pgconn.PgError, bool) {
	var e *pgconn.PgError
	return e, errors.As(err, &e) && e.SeverityUnlocalized == "ERROR"
}

// away marks an error after which another session, perhaps to another server,
// may succeed: there is no session any more, or the server is no longer a
// primary, shuts down, starts, or has too many sessions.
func away(c *pgx.Conn, err error) error {
	var e *pgconn.PgError
	said := errors.As(err, &e) && (strings.HasPrefix(e.Code, "08") || strings.HasPrefix(e.Code, "57P") ||
		e.Code == readOnlyServer || e.Code == tooManySessions)
	if err == nil || !said && c != nil && !c.IsClosed() {
		return err
	}
	return fmt.Errorf("%w: %w", eventstore.ErrAway, err)
}

// isTurn reports whether the same statement may succeed a moment later.
func isTurn(err error) bool {
	e, ok := isAnswer(err)
	return ok && (e.Code == lockNotAvailable || e.Code == deadlock || e.Code == queryCanceled)
}

// explain converts errors that callers must distinguish.
func explain(err error) error {
	if e, ok := isAnswer(err); ok && e.Code == diskFull {
		return fmt.Errorf("%w: %w", eventstore.ErrStorageFull, err)
	}
	return err
}
