package projections

import (
	"context"
	"strings"
)

const (
	findItem    = `SELECT client, txn FROM items@ INDEXED BY items_item@ WHERE item = ?1`
	anyItem     = `SELECT EXISTS(SELECT 1 FROM items@)`
	listClients = `SELECT client, name, odfis, suspended, opened_at FROM clients@ WHERE client > ?1 ORDER BY client LIMIT ?2`
	odfiClients = `SELECT client FROM client_odfis@ WHERE odfi = ?1 ORDER BY client`

	clientCredentials = `SELECT key, client, scopes, revoked, issued_at FROM credentials@
		WHERE client = ?1 ORDER BY issued_at, key`
)

// FindItem finds the transaction of an item of any client; the caller checks to
// which client it belongs. If the item is not found, it waits as WaitFor does
// and tries again, because it may have been written just now. Errors:
// ErrBehind.
func (v *Views) FindItem(ctx context.Context, itemID string) (client, transactionID string, ok bool, err error) {
	client, transactionID, ok, err = v.findItem(ctx, itemID)
	if ok || err != nil {
		return client, transactionID, ok, err
	}
	if err := v.WaitFor(ctx, ""); err != nil {
		return "", "", false, err
	}
	return v.findItem(ctx, itemID)
}

func (v *Views) findItem(ctx context.Context, itemID string) (client, transactionID string, ok bool, err error) {
	err = v.read(ctx, func(s snapshot) error {
		row, err := s.c.Row(findItem, itemID)
		if row != nil {
			client, transactionID, ok = row[0].(string), row[1].(string), true
		}
		return err
	})
	return client, transactionID, ok, err
}

// Activity reports whether anything was originated or received up to the head
// of the log. It waits for the views as WaitFor does: ErrBehind.
func (v *Views) Activity(ctx context.Context) (happened bool, err error) {
	if err := v.WaitFor(ctx, ""); err != nil {
		return false, err
	}
	err = v.each(ctx, anyItem, nil, func(row []value) { scan(row, &happened) })
	return happened, err
}

// Clients lists clients by id and the cursor of the next page, empty after
// the last; limit 0 lists all. Errors: ErrCursor.
func (v *Views) Clients(ctx context.Context, limit int, after string) ([]Client, string, error) {
	at, err := parseCursor(after, "clients")
	if err != nil {
		return nil, "", err
	}
	p := page[Client]{limit: limit}
	return p.list(ctx, v, listClients, values(at.Client, p.room()), func(row []value) (Client, cursor, error) {
		c := scanClient(row)
		return c, cursor{Filter: at.Filter, Client: c.ID}, nil
	})
}

func scanClient(row []value) (c Client) {
	odfis := ""
	scan(row, &c.ID, &c.Name, &odfis, &c.Suspended, &c.OpenedAt)
	c.ODFIs = strings.Fields(odfis)
	return c
}

// ClientsByODFI lists the ids of the clients that one of our banks sends for.
func (v *Views) ClientsByODFI(ctx context.Context, routing string) ([]string, error) {
	return rowsOf(ctx, v, odfiClients, values(routing), func(row []value, client *string) { scan(row, client) })
}

// Credentials lists a client's credentials, revoked ones too, oldest first.
func (v *Views) Credentials(ctx context.Context, client string) ([]Credential, error) {
	return rowsOf(ctx, v, clientCredentials, values(client), func(row []value, c *Credential) {
		scopes := ""
		scan(row, &c.Key, &c.Client, &scopes, &c.Revoked, &c.IssuedAt)
		c.Scopes = strings.Fields(scopes)
	})
}
