package projections

import (
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

const (
	putItem = `INSERT INTO items@(position, client, txn, item, kind, direction, status, reason, reply_to, cents,
			made_at, day, other_day, unfiled_day, changed, code, corrected, file, batch, trace,
			effective_on, settled_on, in_file, history, sec, push, name, tail, updated_at, updated, shown, information, died,
			shown_in, held_by, account, company, origin, statement, decision, request, missed, listed)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
			?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39, ?40, ?41, ?42, ?43)
		ON CONFLICT(position) DO UPDATE SET status = ?7, reason = ?8, unfiled_day = ?14, changed = ?15,
			file = ?18, batch = ?19, trace = ?20, history = ?24,
			tail = ?28, updated_at = ?29, updated = ?30, shown = ?31, shown_in = ?34, held_by = ?35, account = ?36, decision = ?40, request = ?41, listed = ?43`

	// findFiled and fileItem change a row as putItem would for filed as the
	// stream's second event, without reading the stream. Such an item is in no
	// list of listed.go, before or after.
	findFiled = `SELECT i.position, i.cents, p.client, p.odfi, p.answers, p.due, i.push
		FROM items@ i INDEXED BY items_item@ LEFT JOIN pending@ p ON p.position = i.position
		WHERE i.item = ?1 AND i.client = ?2 AND i.txn = ?3 LIMIT 1`
	fileItem = `UPDATE items@ SET status = 'Released', reason = '', unfiled_day = NULL, changed = ?2,
			file = ?3, batch = ?4, trace = ?5, history = history || ?6, updated_at = ?7, updated = ?2,
			shown_in = ?3
		WHERE position = ?1`

	// putOrigination is putItem for the first event of a transaction of ours,
	// when there is no file and no answer yet.
	putOrigination = `INSERT INTO items@(position, client, txn, item, kind, direction, status, reason, reply_to, cents,
			made_at, day, other_day, unfiled_day, changed, code, corrected, file, batch, trace,
			effective_on, settled_on, in_file, history, sec, push, name, tail, updated_at, updated, shown, account, company)
		VALUES(?1, ?2, ?3, ?4, 'Origination', 'ToFed', 'Pending', '', '', ?5, ?6, ?7, NULL, ?16, ?1, '', '', NULL, 0, '',
			'', '', ?8, ?9, ?10, ?11, ?12, ?13, ?6, ?1, ?1, ?14, ?15)`

	putPending = `INSERT INTO pending@(position, client, odfi, answers, due, leave_by, version, header,
			code, routing, addenda, asked_on, same_day, fault, over)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)`
	findPending = `SELECT i.position, i.cents, p.client, p.odfi, p.answers, p.due
		FROM pending@ p JOIN items@ i ON i.position = p.position WHERE p.position = ?1`
	takePending = `DELETE FROM pending@ WHERE position = ?1`

	putDeadline  = `INSERT INTO deadlines@(position, odfi, leave_by) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING`
	takeDeadline = `DELETE FROM deadlines@ WHERE position = ?1`
	fileDeadline = `UPDATE files@ SET leave_by = ?2 WHERE position = ?1 AND (leave_by = 0 OR leave_by > ?2)`
)

// transaction applies an event of a transaction's stream.
func (p *projector) transaction(c *logEvent) error {
	if filed, ok := c.fact.Event.(*domain.TransactionFiled); ok && c.transaction == nil {
		return p.filed(c, filed)
	}
	if err := p.arrived(c); err != nil {
		return err
	}
	if err := p.corrected(c); err != nil {
		return err
	}
	if err := p.unverified(c); err != nil {
		return err
	}
	if err := p.refiled(c); err != nil {
		return err
	}
	if err := p.tailChanged(c); err != nil {
		return err
	}
	put := p.putItem
	if e, ok := c.fact.Event.(*domain.TransactionOriginated); ok && c.recorded.Version == 1 && e.Missed == nil {
		put = p.putOrigination
	}
	s := summaryOf(c.transaction)
	p.items = appendItems(p.items[:0], c.transaction)
	for i := range p.items {
		it := &p.items[i]
		if it.kind == domain.Origination && it.position == c.recorded.Position {
			p.block.payment(it.position, it.client, it.transaction, it.cents, s.name, s.tail, s.company)
		}
		err := put(c.transaction, i, it, &s)
		if err == nil {
			err = p.putWaiting(c, c.transaction.Items[i])
		}
		if err != nil {
			return fmt.Errorf("item %s: %w", it.id, err)
		}
	}
	return nil
}

// putWaiting adds an item to what waits for a file, for a person or for a
// deadline, or takes it out, as its state requires.
func (p *projector) putWaiting(c *logEvent, i *domain.Item) error {
	if err := p.putPending(c, i); err != nil {
		return err
	}
	if err := p.putHeld(c, i); err != nil {
		return err
	}
	if err := p.putDecision(c.transaction, i); err != nil {
		return err
	}
	if err := p.putRequest(c.transaction, i); err != nil {
		return err
	}
	return p.putDeadline(c.transaction, i)
}

func (p *projector) putItem(t *domain.Transaction, n int, it *itemRow, s *summary) error {
	file, err := p.refOf(it.file)
	if err != nil {
		return err
	}
	inFile, err := p.refOf(it.inFile)
	if err != nil {
		return err
	}
	for i := range it.steps {
		if it.steps[i].ref, err = p.refOf(it.steps[i].file); err != nil {
			return err
		}
	}
	day := dayOf(it.madeAt)
	extend(p.days, day, it.position)
	var shownIn int64
	var origin value
	if n > 0 {
		origin, s = t.Items[0].Position, &summary{}
	} else {
		if shownIn, err = p.refOf(s.shownIn); err != nil {
			return err
		}
		p.shows(shownIn, it.position)
	}
	args := append(p.args[:0], it.position, it.client, it.transaction, it.id, string(it.kind), string(it.direction),
		it.status, it.reason, it.replyTo, it.cents, it.madeAt, day, otherDay(it, day), ref(unfiledDay(t, n, it)), it.changed,
		it.code, it.corrected, ref(file), int64(it.batch), it.trace, it.effectiveOn, it.settledOn, ref(inFile),
		historyText(it.steps), s.sec, string(s.push), s.name, s.tail, s.updatedAt, s.updated, s.shown,
		it.information, it.died, ref(shownIn), it.heldBy, s.account, s.company, origin, it.statement, it.decision, it.request, it.missed, listed(it, s, shownIn))
	return p.exec(putItem, args...)
}

func (p *projector) putOrigination(t *domain.Transaction, n int, it *itemRow, s *summary) error {
	inFile, err := p.refOf(it.inFile)
	if err != nil {
		return err
	}
	day := dayOf(it.madeAt)
	extend(p.days, day, it.position)
	p.originations.Next().Int(it.position).Text(it.client).Text(it.transaction).Text(it.id).Int(it.cents).
		Int(it.madeAt).Int(day).IntOrNull(inFile).Text(historyText(it.steps)).Text(s.sec).Text(string(s.push)).
		Text(s.name).Text(s.tail).Int(s.account.(int64)).Text(s.company).IntOrNull(unfiledDay(t, n, it))
	return nil
}

// otherDay and unfiledDay are NULL, and 0, for rows that are not in their
// indexes.

func otherDay(it *itemRow, day int64) value {
	if it.kind == domain.Origination && it.direction == domain.ToFed {
		return nil
	}
	return day
}

func unfiledDay(t *domain.Transaction, n int, it *itemRow) int64 {
	queued := it.changed == it.position && waits(t, t.Items[n]) && hasEntry(t, t.Items[n])
	if it.status == Released || len(it.steps) == 0 || queued {
		return 0
	}
	return dayOf(it.steps[len(it.steps)-1].at)
}

// ref is NULL for 0, which is no file and no day.
func ref(n int64) value {
	if n == 0 {
		return nil
	}
	return n
}

// filed applies the second event of a stream.
func (p *projector) filed(c *logEvent, e *domain.TransactionFiled) error {
	client, transaction, _ := domain.SplitTransactionStream(c.recorded.Stream)
	file, err := p.refOf(e.File)
	if err != nil {
		return err
	}
	p.lookups.Next().Text(e.ItemID).Text(client).Text(transaction)
	p.filings = append(p.filings, filing{e, file, c.fact.Position, micros(c.fact.Meta.At)})
	return nil
}

// putPending adds an item to the queue or removes it, as its state requires.
func (p *projector) putPending(c *logEvent, i *domain.Item) error {
	t := c.transaction
	if c.recorded.Version > 1 {
		row, err := p.c.Row(findPending, i.Position)
		if err != nil {
			return err
		}
		if err := p.takePending(pendingOf(row)); err != nil {
			return err
		}
	}
	if !waits(t, i) {
		return nil
	}
	var terms *calendar.Terms
	var err error
	if t.AskedOn(i) != "" {
		if terms, err = p.termsOf(t.ODFI()); err != nil {
			return err
		}
	}
	w, err := queueRowOf(t, i, terms)
	if err != nil {
		p.log.Warn("an item cannot wait for a file", "position", c.recorded.Position, "err", err)
		return nil
	}
	// Of a new transfer TransferMade says it in a moment; of what verifies an
	// account, less than a dollar, LinkVerifying said it just before.
	if w.over == "" && (c.recorded.Version > 1 || w.cents < 100) && t.Originated != nil && i.GoesOver() {
		if w.over, err = p.transferOver(t); err != nil {
			return err
		}
	}
	p.queue.add(w.group, 1, w.cents)
	header, err := p.headerRef(w.header)
	if err != nil {
		return err
	}
	p.pendings.Next().Int(w.position).Text(w.client).Text(w.odfi).Bool(w.answers).Int(w.due).IntOrNull(w.leaveBy).
		Int(w.version).Int(header).Int(int64(w.code)).Text(w.routing).Int(int64(w.addenda)).Text(w.askedOn).
		Bool(w.sameDay).Text(w.fault).Text(w.over)
	return nil
}

// pendingItem is an item and, if it is queued, its group in the queue.
type pendingItem struct {
	position int64
	cents    int64
	queued   bool
	group    group
}

// pendingOf reads a row of findPending or datedPending. No row means
// that the item is not queued.
func pendingOf(row []value) (i pendingItem) {
	if row == nil {
		return i
	}
	i.position, i.cents = row[0].(int64), row[1].(int64)
	if i.queued = row[2] != nil; i.queued {
		i.group = group{client: row[2].(string), odfi: row[3].(string), answers: row[4].(int64) != 0, due: row[5].(int64)}
	}
	return i
}

// takePending takes an item out of the queue, if it is there.
func (p *projector) takePending(i pendingItem) error {
	if !i.queued {
		return nil
	}
	p.queue.add(i.group, -1, -i.cents)
	return p.exec(takePending, i.position)
}
