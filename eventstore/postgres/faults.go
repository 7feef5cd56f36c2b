package postgres

import (
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/achledger/achledger/eventstore"
)

// SQLSTATEs that mean something here.
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
// session continues: nothing of the transaction was written. A FATAL or PANIC
// says nothing about a COMMIT that was under way.
func isAnswer(err error) (*pgconn.PgError, bool) {
	var e *pgconn.PgError
	return e, errors.As(err, &e) && e.SeverityUnlocalized == "ERROR"
}

// away marks an error after which another session, perhaps to another server,
// may succeed: the session is gone or there was none, or the server is no
// primary any more, shuts down, starts, or is full of sessions.
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

// explain names what a caller must tell apart.
func explain(err error) error {
	if e, ok := isAnswer(err); ok && e.Code == diskFull {
		return fmt.Errorf("%w: %w", eventstore.ErrStorageFull, err)
	}
	return err
}
