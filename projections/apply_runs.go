package projections

import (
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// itemRuns are the changes to items@ and pending@ that nearly all events of a
// large log make: originations, and their filings. They are collected, because
// a call for many of them takes much less time than many calls. They are written
// before any other event is applied, so that nothing reads a row without them.
type itemRuns struct {
	originations *conn.Runs
	pendings     *conn.Runs
	lookups      *conn.Runs // one for each of the filings
	filings      []filing
	moved, taken *conn.Runs // of filings: fileItem and takePending
}

// filing is the second event of a stream, a TransactionFiled.
type filing struct {
	event    *domain.TransactionFiled
	file     int64
	position int64
	at       int64
}

func newItemRuns() itemRuns {
	return itemRuns{
		originations: conn.NewRuns(putOrigination), pendings: conn.NewRuns(putPending),
		lookups: conn.NewRuns(findFiled), moved: conn.NewRuns(fileItem), taken: conn.NewRuns(takePending),
	}
}

// maxRuns bounds the collected events, which take about a kilobyte each.
const maxRuns = 500

// collects reports whether an event may be applied while changes are collected:
// it reads no rows that they change, and changes none of them.
func (p *projector) collects(c *logEvent) bool {
	if p.originations.Len()+p.pendings.Len()+len(p.filings) >= maxRuns {
		return false
	}
	switch e := c.fact.Event.(type) {
	case *domain.TransactionOriginated:
		return c.recorded.Version == 1 && e.Missed == nil
	case *domain.TransactionFiled:
		return c.transaction == nil
	case *domain.FileFilled:
		return true
	default:
		return false
	}
}

// writeRuns makes the collected changes.
func (p *projector) writeRuns() error {
	for _, runs := range []*conn.Runs{p.originations, p.pendings} {
		if _, err := runs.Do(p.c); err != nil {
			return fmt.Errorf("write originations: %w", err)
		}
	}
	if len(p.filings) == 0 {
		return nil
	}
	if err := p.writeFilings(); err != nil {
		return fmt.Errorf("write filings: %w", err)
	}
	p.filings = p.filings[:0]
	return nil
}

func (p *projector) writeFilings() error {
	rows, err := p.lookups.Do(p.c)
	if err != nil {
		return err
	}
	var history []byte
	var i pendingItem
	var push string
	for _, f := range p.filings {
		if !rows.Next() {
			continue
		}
		i.position, i.cents = rows.Int(), rows.Int()
		i.group.client, i.group.odfi = rows.Text(i.group.client), rows.Text(i.group.odfi)
		i.group.answers, i.group.due = rows.Int() != 0, rows.Int()
		push = rows.Text(push)
		rows.Next() // there is one row at most
		history = step{status: Released, at: f.at, ref: f.file}.appendTo(append(history[:0], ' '))
		p.moved.Next().Int(i.position).Int(f.position).IntOrNull(f.file).Int(int64(f.event.Batch)).Text(f.event.Trace).
			Text(string(history)).Int(f.at)
		p.shows(f.file, i.position)
		p.filedSum(f.file, f.event.Batch, push == string(domain.Pull), 1, i.cents)
		if i.group.client != "" { // it is in the queue
			p.queue.add(i.group, -1, -i.cents)
			p.taken.Next().Int(i.position)
		}
	}
	for _, runs := range []*conn.Runs{p.moved, p.taken} {
		if _, err := runs.Do(p.c); err != nil {
			return err
		}
	}
	return nil
}
