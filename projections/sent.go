package projections

import (
	"hash/fnv"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
)

const (
	// indexAccounts is created when the first rule that needs it is set.
	// Accounts arrive in no order, so updating the index is costly, and a
	// ledger without such a rule does without it.
	indexAccounts = `CREATE INDEX IF NOT EXISTS items_account@ ON items@(account, client) WHERE account IS NOT NULL`

	// sentAlike lists entries that wait, and those that settle on a day or
	// later.
	sentAlike = `SELECT i.txn, i.item, i.position, i.in_file IS NOT NULL,
			coalesce(m.cut, 0), coalesce(m.state NOT IN ('', 'cut', 'held'), 0)
		FROM items@ i INDEXED BY items_account@ LEFT JOIN files@ m ON m.position = i.in_file LEFT JOIN batches@ b ON b.file = i.file AND b.number = i.batch
		WHERE i.account = ?1 AND i.client = ?2 AND i.txn <> ?3 AND i.cents = ?4 AND i.sec = ?5 AND i.push = ?6
			AND (i.file IS NULL OR b.effective_on >= ?7) ORDER BY i.position`

	// sentTo lists entries that have settled by a day or were returned, newest
	// first.
	sentTo = `SELECT i.txn, coalesce(f.id, ''), coalesce(b.effective_on, '')
		FROM items@ i INDEXED BY items_account@ LEFT JOIN files@ f ON f.position = i.file
		LEFT JOIN batches@ b ON b.file = i.file AND b.number = i.batch
		WHERE i.account = ?1 AND i.client = ?2 AND i.txn <> ?3
			AND (i.shown = 0 OR (f.delivered > 0 OR f.method = 'download') AND b.effective_on <= ?4)
		ORDER BY i.position DESC LIMIT 20`
	isValidated = `SELECT 1 FROM validated@ WHERE (account = ?2 OR id = ?3) AND client = ?1 AND method <> ''
		AND approved BETWEEN 1 AND ?4 AND (rejected = 0 OR rejected > ?4) LIMIT 1`

	entriesJudged = `SELECT i.txn, i.item, i.position, 1, f.cut, 0, i.account, i.cents, i.push, b.sec, b.description, b.company_id, b.effective_on, f.client, f.odfi, i.day
		FROM items@ i INDEXED BY items_file@ JOIN files@ f ON f.position = i.file JOIN batches@ b ON b.file = i.file AND b.number = i.batch
		WHERE i.file = (SELECT position FROM files@ WHERE id = ?1) AND i.cents > 0 AND b.answers = 0 ORDER BY i.position`
)

// Sent is the origination of a transaction of ours.
type Sent struct {
	TransactionID, ItemID string
	Position              int64 // in the log
	WithFile              bool  // it was made with a file of its own
	CutAt                 int64 // log position of that file's cut; 0: it is not cut
	Judged                bool  // that file has been judged
}

// AccountKey identifies a receiver's account in rows. It is derived from the
// fingerprint, which differs between clients. Two accounts may have the same
// key; the caller compares the other fields.
func AccountKey(fingerprint string) int64 {
	h := fnv.New64a()
	h.Write([]byte(fingerprint)) // never fails
	return int64(h.Sum64())
}

// SentAlike lists the client's other transactions with an entry's account,
// amount, direction and SEC code, in log order: those in no file, whatever
// their state, and those that settle on a day or later.
func (g *Guarding) SentAlike(account int64, transaction string, e guard.Entry, from calendar.Date) ([]Sent, error) {
	push := domain.Push
	if e.Debit {
		push = domain.Pull
	}
	args := values(account, e.Client, transaction, e.Cents, e.SEC, string(push), from.String())
	return collect(g.s, sentAlike, args, func(row []value, s *Sent) {
		scan(row, &s.TransactionID, &s.ItemID, &s.Position, &s.WithFile, &s.CutAt, &s.Judged)
	})
}

// SentTo is a transaction of ours to an account, as the views show it now.
type SentTo struct {
	TransactionID string
	File          string        // that it is in and that was delivered; empty if none
	SettledOn     calendar.Date // of its batch
}

// SentTo lists the newest of the client's other transactions to an account that
// have settled by a day or were returned, newest first.
func (g *Guarding) SentTo(client string, account int64, transaction string, by calendar.Date) (list []SentTo, err error) {
	err = g.s.query(sentTo, values(account, client, transaction, by.String()), func(row []value) error {
		var s SentTo
		on := ""
		scan(row, &s.TransactionID, &s.File, &on)
		list = append(list, s)
		if on == "" {
			return nil // it is in no batch
		}
		return settlesOn(on, &list[len(list)-1].SettledOn)
	})
	return list, err
}

// Validated reports whether a relationship with an account, or the one that an
// entry uses, had been verified by a position of the log.
func (g *Guarding) Validated(client string, account int64, over *domain.Over, at int64) (bool, error) {
	id := ""
	if over != nil {
		id = over.RelationshipID
	}
	row, err := g.s.c.Row(isValidated, client, account, id, at)
	return row != nil, err
}

// EachOfFile lists the entries of a client's own file, in log order, each with
// its account and the fields that the rules examine. Each counts as made for
// the day on which its batch settles.
func (g *Guarding) EachOfFile(id string, each func(s Sent, account int64, e guard.Entry) error) error {
	return g.s.query(entriesJudged, values(id), func(row []value) error {
		var s Sent
		var account int64
		var push, on string
		var made int64
		e := guard.Entry{OwnFile: true}
		scan(row, &s.TransactionID, &s.ItemID, &s.Position, &s.WithFile, &s.CutAt, &s.Judged, &account, &e.Cents, &push,
			&e.SEC, &e.Description, &e.Company, &on, &e.Client, &e.ODFI, &made)
		if err := settlesOn(on, &e.SettlesOn); err != nil {
			return err
		}
		e.OriginatedOn = calendar.OnOrAfter(dateOf(made))
		e.Debit, e.MadeFor = push == string(domain.Pull), e.SettlesOn
		return each(s, account, e)
	})
}
