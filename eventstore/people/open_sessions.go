package people

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// OpenSession is an open session, without its secret.
type OpenSession struct {
	ID      string // for lists and the log; it is no secret
	Email   string
	Method  string // password, link, or openid and the issuer
	Address string // from which the person signed in
	Since   time.Time
	Seen    time.Time // last used, to the minute
	Until   time.Time // when it ends unless it is used again
}

// shownID is the length of a session's ID, a prefix of the hash of its secret:
// long enough to be unique, too short to find the row.
const shownID = 16

// SessionID returns the ID of the session with a secret.
func SessionID(secret string) string { return idOf(secret)[:shownID] }

// OpenSessions lists the open sessions, newest first.
func (s *SignIns) OpenSessions(ctx context.Context) (open []OpenSession, err error) {
	err = s.eachOpen(ctx, func(_ eventstore.PersonRow, o OpenSession) { open = append(open, o) })
	slices.SortFunc(open, func(a, b OpenSession) int { return cmp.Or(b.Since.Compare(a.Since), cmp.Compare(a.ID, b.ID)) })
	return open, err
}

// eachOpen calls f with the sessions that Session accepts.
func (s *SignIns) eachOpen(ctx context.Context, f func(eventstore.PersonRow, OpenSession)) error {
	all, err := s.Ledger.Operators(ctx)
	if err != nil {
		return err
	}
	rows, err := s.Rows.PersonRows(ctx, sessionRow)
	if err != nil {
		return err
	}
	for _, row := range rows {
		var now sessionRecord
		ok, err := s.read(row, true, &now)
		if err != nil {
			return err
		}
		p, known := all.Find(row.Person)
		idle := now.Seen.Add(SessionIdle)
		if !ok || !known || p.Disabled || p.DisabledAt != now.Disabled || !s.Now().Before(idle) {
			continue
		}
		until := now.Ends
		if idle.Before(until) {
			until = idle
		}
		f(row, OpenSession{
			ID: row.ID[:shownID], Email: row.Person, Method: now.Method, Address: now.Address,
			Since: now.Ends.Add(-SessionLife), Seen: now.Seen, Until: until,
		})
	}
	return nil
}

// EndSession ends a session of another person and returns it. The log records
// it first: after a crash in between the session is still open and listed, and
// can be ended again.
func (s *SignIns) EndSession(ctx context.Context, id, reason string) (OpenSession, error) {
	var rowID string
	var found OpenSession
	err := s.eachOpen(ctx, func(row eventstore.PersonRow, o OpenSession) {
		if o.ID == id {
			rowID, found = row.ID, o
		}
	})
	if err != nil {
		return found, err
	}
	if rowID == "" {
		return found, domain.Refuse(domain.NotFound, "there is no open session %.80q: it may have ended", id)
	}
	ended := domain.SessionEnded{Operator: found.Email, Session: id, Address: found.Address, Since: found.Since.UTC(), Reason: reason}
	if err := s.Ledger.Audit(ctx, domain.LedgerClient, ended); err != nil {
		return found, err
	}
	_, _, err = s.Rows.TakePersonRow(ctx, sessionRow, rowID)
	return found, err
}
