package projections

import (
	"context"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
)

// Guarded is a client, or one of our banks, with rules of the guard.
type Guarded struct {
	Client   string // empty: a bank
	ODFI     string // empty: a client
	Position int64  // of the event that set the rules
}

// Guarding answers the guard's queries as of one position of the views.
type Guarding struct {
	s      snapshot
	owners []Guarded
}

const (
	// guardedOwners includes clients with a stopped company, even if their
	// rules were removed since.
	guardedOwners = `SELECT client, odfi, position FROM guarded@ UNION
		SELECT client, '', 0 FROM stopped@ s WHERE NOT EXISTS(SELECT 1 FROM guarded@ g WHERE g.client = s.client AND g.odfi = '')
		ORDER BY client, odfi`

	// ofOwners selects the files to which the rules of some clients, ?1, or
	// banks, ?2, apply. A file that its client made counts from its cut on.
	ofOwners  = `(f.client IN (SELECT value FROM json_each(?1)) OR f.odfi IN (SELECT value FROM json_each(?2)))`
	countedIn = `(f.cut > 0 OR f.why NOT IN ('upload', 'ach_file'))`

	usedBySettlement = `SELECT f.client, f.odfi, b.company_id, b.effective_on,
			s.debits - s.zero_debits, s.debit_cents, s.credits - s.zero_credits, s.credit_cents
		FROM batches@ b INDEXED BY batches_effective@
		CROSS JOIN files@ f ON f.position = b.file JOIN filed_sums@ s ON s.file = b.file AND s.batch = b.number
		WHERE b.answers = 0 AND b.effective_on >= ?3 AND ` + ofOwners + ` AND ` + countedIn
	usedByOrigination = `SELECT f.client, f.odfi, b.company_id, i.day, i.push, count(*), sum(i.cents)
		FROM items@ i INDEXED BY items_day@
		CROSS JOIN files@ f ON f.position = i.file JOIN batches@ b ON b.file = i.file AND b.number = i.batch
		WHERE i.client = ?3 AND i.day >= ?4 AND i.direction = 'ToFed' AND i.cents > 0 AND i.kind = 'Origination'
			AND ` + ofOwners + ` AND ` + countedIn + ` GROUP BY 1, 2, 3, 4, 5`
	// repeatedByOrigination are the retries, reversals and return fees among
	// them: their direction is in the transaction's stream.
	repeatedByOrigination = `SELECT i.txn, i.item FROM items@ i INDEXED BY items_other_day@ CROSS JOIN files@ f ON f.position = i.file
		WHERE i.client = ?3 AND i.other_day >= ?4 AND i.direction = 'ToFed' AND i.cents > 0 AND i.kind IN ('Retry', 'Reversal', 'ReturnFee')
			AND ` + ofOwners

	usedByFile = `SELECT f.client, f.odfi, b.company_id, b.effective_on, i.push, i.day, count(*), sum(i.cents), max(i.cents), b.sec, b.description
		FROM items@ i INDEXED BY items_file@ JOIN files@ f ON f.position = i.file JOIN batches@ b ON b.file = i.file AND b.number = i.batch
		WHERE i.file = (SELECT position FROM files@ WHERE id = ?1) AND i.cents > 0 AND b.answers = 0 GROUP BY 1, 2, 3, 4, 5, 6, 10, 11`

	filesFrom = `SELECT DISTINCT f.id FROM batches@ b INDEXED BY batches_effective@ CROSS JOIN files@ f ON f.position = b.file
		WHERE b.answers = 0 AND b.effective_on >= ?3 AND f.cut > 0 AND ` + ofOwners

	guardedClients = `SELECT value FROM json_each(?1) UNION
		SELECT client FROM client_odfis@ WHERE odfi IN (SELECT value FROM json_each(?2))`
	guardedWaiting = `SELECT f.position, i.txn, i.item, f.version, f.header, f.code, f.routing, i.cents, f.addenda,
			f.asked_on, f.same_day, i.made_at, f.due, f.leave_by, f.fault, i.kind, f.over, f.client, f.odfi,
			coalesce(i.account, 0), coalesce((SELECT cut FROM files@ WHERE position = i.in_file), 0)
		FROM pending@ f JOIN items@ i ON i.position = f.position
		WHERE f.answers = 0 AND i.cents > 0 AND ` + ofOwners + ` ORDER BY f.position`
	oldestWaiting = `SELECT i.made_at FROM pending@ f JOIN items@ i ON i.position = f.position
		WHERE f.answers = 0 AND ` + ofOwners + ` ORDER BY f.position LIMIT 1`
)

// Guarding runs f on the views as of one position.
func (v *Views) Guarding(ctx context.Context, f func(*Guarding) error) error {
	return v.read(ctx, func(s snapshot) error {
		owners, err := collect(s, guardedOwners, nil, func(row []value, o *Guarded) { scan(row, &o.Client, &o.ODFI, &o.Position) })
		if err != nil {
			return err
		}
		return f(&Guarding{s, owners})
	})
}

// Position is the log position of the views.
func (g *Guarding) Position() int64 { return g.s.position }

// Owners lists all clients and banks with rules.
func (g *Guarding) Owners() []Guarded { return g.owners }

// lists returns the owners in the form that the statements take.
func (g *Guarding) lists() (clients, odfis string) {
	ofClients, ofODFIs := []string{}, []string{}
	for _, o := range g.owners {
		if o.Client != "" {
			ofClients = append(ofClients, o.Client)
		} else {
			ofODFIs = append(ofODFIs, o.ODFI)
		}
	}
	return jsonOf(ofClients), jsonOf(ofODFIs)
}

// Terms are those of our banks, by routing number.
func (g *Guarding) Terms() (map[string]*calendar.Terms, error) { return allTerms(g.s) }

// Oldest is when the oldest entry was made that waits and is guarded; zero if
// none does.
func (g *Guarding) Oldest() (at time.Time, err error) {
	clients, odfis := g.lists()
	row, err := g.s.c.Row(oldestWaiting, clients, odfis)
	if err == nil && row != nil {
		scan(row, &at)
	}
	return at, err
}

// UsedBySettlement sums up the filed entries that settle on a day or later.
func (g *Guarding) UsedBySettlement(from calendar.Date, each func(guard.Use)) error {
	clients, odfis := g.lists()
	return g.s.query(usedBySettlement, values(clients, odfis, from.String()), func(row []value) error {
		var debits, credits guard.Use
		var on string
		scan(row, &debits.Client, &debits.ODFI, &debits.Company, &on, &debits.Count, &debits.Cents, &credits.Count, &credits.Cents)
		if err := settlesOn(on, &debits.SettlesOn); err != nil {
			return err
		}
		debits.Debit = true
		credits.Client, credits.ODFI, credits.Company, credits.SettlesOn = debits.Client, debits.ODFI, debits.Company, debits.SettlesOn
		each(debits)
		each(credits)
		return nil
	})
}

// Clients lists the clients with rules of their own or of one of their banks.
func (g *Guarding) Clients() ([]string, error) {
	clients, odfis := g.lists()
	return column[string](g.s, guardedClients, clients, odfis)
}

// UsedByOrigination sums up the filed entries that were originated on a New
// York day or later. For retries, reversals and return fees it calls repeated
// instead.
func (g *Guarding) UsedByOrigination(from time.Time, each func(guard.Use), repeated func(client, transaction, item string) error) error {
	clients, odfis := g.lists()
	all, err := g.Clients()
	for _, client := range all {
		if err != nil {
			return err
		}
		args := values(clients, odfis, client, dayOf(micros(from)))
		err = g.s.query(usedByOrigination, args, func(row []value) error {
			var u guard.Use
			var day int64
			var direction domain.PushPull
			scan(row, &u.Client, &u.ODFI, &u.Company, &day, &direction, &u.Count, &u.Cents)
			u.OriginatedOn, u.Debit = calendar.OnOrAfter(dateOf(day)), direction == domain.Pull
			each(u)
			return nil
		})
		if err == nil {
			err = g.s.query(repeatedByOrigination, args, func(row []value) error {
				var transaction, item string
				scan(row, &transaction, &item)
				return repeated(client, transaction, item)
			})
		}
	}
	return err
}

// UsedByFile sums up the entries of a file.
func (g *Guarding) UsedByFile(id string) (uses []guard.Use, err error) {
	err = g.s.query(usedByFile, values(id), func(row []value) error {
		var u guard.Use
		var on string
		var day int64
		var direction domain.PushPull
		scan(row, &u.Client, &u.ODFI, &u.Company, &on, &direction, &day, &u.Count, &u.Cents, &u.Largest, &u.SEC, &u.Description)
		if err := settlesOn(on, &u.SettlesOn); err != nil {
			return err
		}
		u.OriginatedOn, u.Debit = calendar.OnOrAfter(dateOf(day)), direction == domain.Pull
		uses = append(uses, u)
		return nil
	})
	return uses, err
}

// FilesFrom lists the cut files that have entries which settle on a day or later.
func (g *Guarding) FilesFrom(day calendar.Date) ([]string, error) {
	clients, odfis := g.lists()
	return column[string](g.s, filesFrom, clients, odfis, day.String())
}

// settlesOn parses the settlement day of a batch from its effective date. In a
// client's own file that may be a day on which banks are closed: the operator
// settles it on the next banking day.
func settlesOn(text string, into *calendar.Date) error {
	effective, err := calendar.ParseDate(text)
	if err != nil {
		return fmt.Errorf("effective date of a batch: %w", err)
	}
	*into = calendar.OnOrAfter(effective)
	return nil
}

// dateOf converts a day from its form in rows.
func dateOf(day int64) calendar.Date {
	return calendar.NewDate(int(day/10_000), time.Month(day/100%100), int(day%100))
}

// EachQueued lists the waiting entries with money to which rules apply, due or
// not, in log order.
func (g *Guarding) EachQueued(each func(QueuedItem) error) error {
	clients, odfis := g.lists()
	terms, err := allTerms(g.s)
	if err != nil {
		return err
	}
	headers := headers{}
	return g.s.query(guardedWaiting, values(clients, odfis), func(row []value) (err error) {
		var w QueuedItem
		var header int64
		scanWaiting(scanOf(row), &w, &header)
		scan(row[17:], &w.Client, &w.ODFI, &w.Account, &w.CutAt)
		w.Terms = terms[w.ODFI]
		if w.Header, err = headers.read(g.s, header); err != nil {
			return fmt.Errorf("batch header of item %s: %w", w.ItemID, err)
		}
		return each(w)
	})
}

// GuardEntry converts a waiting entry for the guard. Waived, the rules over
// which a person approved it, is left empty.
func (w *QueuedItem) GuardEntry() guard.Entry {
	want := w.Request()
	d := w.expected(want)
	e := guard.Entry{
		Client: w.Client, ODFI: w.ODFI, Company: w.Header.CompanyID, SEC: w.Header.SEC, Description: w.Header.Description, Debit: w.Debit(), Cents: w.AmountCents,
		OriginatedOn: guard.BankingDay(w.MadeAt), SettlesOn: d.SettlesOn, SameDay: d.SameDay, MadeFor: d.SettlesOn,
		OwnFile: w.Kind == domain.Origination && w.CutAt > 0,
	}
	if want.Bank != nil { // of what was never released from a file, MadeFor is FedACH's day
		want.Bank = nil
		e.MadeFor = w.expected(want).SettlesOn
	}
	return e
}

// expected is the day on which the entry is expected to settle.
func (w *QueuedItem) expected(want calendar.Request) calendar.Decision {
	due := w.DueAt
	if !want.AskedOn.IsZero() {
		at := want.Bank.DueAt(want.AskedOn, want.SEC, want.Kind)
		if w.Version == 1 || at.After(due) { // else it was released from a file, and may wait longer
			due = at
		}
	}
	return guard.Expected(w.MadeAt, due, want)
}

// Debit reports whether the entry debits its receiver.
func (w *QueuedItem) Debit() bool { return nacha.TransactionCode(w.Code).Debit() }

// Request returns the values on which the entry's dates depend.
func (w *QueuedItem) Request() calendar.Request {
	asked, _ := calendar.ParseDate(w.EffectiveOn) // checked when it was accepted; zero: as soon as possible
	return calendar.Request{AskedOn: asked, SameDay: w.SameDay, SEC: w.Header.SEC, Kind: calendar.KindOf(w.Debit()), AmountCents: w.AmountCents, Bank: w.Terms}
}
