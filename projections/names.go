package projections

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// nameTables are part of tables: the recipients, ACH Pro files and webhooks of
// each client, in the order in which they were made. Their content is in their
// own streams.
const nameTables = `
CREATE TABLE names@(
  position  INTEGER PRIMARY KEY,        -- of the event that made it
  aggregate TEXT    NOT NULL,
  client    TEXT    NOT NULL,
  id        TEXT    NOT NULL
) STRICT;
CREATE INDEX names_client@ ON names@(aggregate, client);
`

const (
	putName   = `INSERT INTO names@(position, aggregate, client, id) VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING`
	dropName  = `DELETE FROM names@ WHERE aggregate = ?1 AND client = ?2 AND id = ?3`
	listNames = `SELECT position, id FROM names@ WHERE aggregate = ?1 AND client = ?2 AND position > ?3 ORDER BY position LIMIT ?4`
	allNames  = `SELECT position, client, id FROM names@ WHERE aggregate = ?1 AND position > ?2 ORDER BY position LIMIT ?3`
)

// name applies an event of a stream whose name consists of client and id.
func (p *projector) name(c *logEvent) error {
	aggregate, client, id := cutClientStream(c.recorded.Stream)
	switch c.fact.Event.(type) {
	case *domain.RecipientDeleted, *domain.WebhookDeleted:
		return p.exec(dropName, aggregate, client, id)
	}
	if c.recorded.Version > 1 {
		return nil
	}
	return p.exec(putName, c.recorded.Position, aggregate, client, id)
}

// Names lists the ids of a client's streams of an aggregate, oldest first,
// after a position. Next is the position of the last, 0 at the end. Limit 0
// lists all.
func (v *Views) Names(ctx context.Context, aggregate, client string, after int64, limit int) (ids []string, next int64, err error) {
	p := page[string]{limit: limit}
	ids, _, err = p.list(ctx, v, listNames, values(aggregate, client, after, p.room()), func(row []value) (id string, at cursor, _ error) {
		scan(row, &at.Row, &id)
		return id, at, nil
	})
	if p.more {
		next = p.last.Row
	}
	return ids, next, err
}

// Name is a stream of a client, by its id.
type Name struct {
	Position   int64 // of the event that made it
	Client, ID string
}

// NamesOfAll lists the streams of an aggregate of all clients, oldest first,
// after a position.
func (v *Views) NamesOfAll(ctx context.Context, aggregate string, after int64, limit int) ([]Name, error) {
	return rowsOf(ctx, v, allNames, values(aggregate, after, int64(limit)), func(row []value, n *Name) {
		scan(row, &n.Position, &n.Client, &n.ID)
	})
}
