package projections

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

const (
	putInbound = `INSERT INTO inbound@(position, id, name, source, header_key, state, received_at,
			batches, entries, debit_cents, credit_cents, remarks)
		VALUES(?1, ?2, ?3, ?4, ?5, 'received', ?6, ?7, ?8, ?9, ?10, ?11)`
	findInbound       = `SELECT position FROM inbound@ WHERE id = ?1 AND state <> 'duplicate'`
	quarantineInbound = `UPDATE inbound@ SET reasons = ?2, bad_batches = bad_batches + ?3,
		state = CASE WHEN ?3 = 0 THEN 'quarantined' ELSE state END WHERE position = ?1`
	applyInbound = `UPDATE inbound@ SET applied = ?2, unmatched = ?3, skipped = ?4,
		state = CASE WHEN bad_batches > 0 THEN 'partly_quarantined' ELSE 'applied' END WHERE position = ?1`
	judgeInbound = `UPDATE inbound@ SET state = 'received', reasons = ?2, bad_batches = ?3 WHERE position = ?1`
	// What was in quarantine of a file stays counted in bad_batches.
	dismissInbound = `UPDATE inbound@ SET state = CASE state WHEN 'quarantined' THEN 'dismissed' ELSE 'applied' END WHERE position = ?1`
	putDuplicate   = `INSERT INTO inbound@(position, id, name, source, header_key, state, received_at,
			batches, entries, debit_cents, credit_cents)
		SELECT ?2, id, ?3, ?4, '', 'duplicate', ?5, batches, entries, debit_cents, credit_cents FROM inbound@ WHERE position = ?1`
	repeatInbound = `UPDATE inbound@ SET repeats = repeats + 1 WHERE position = ?1`
	reuseInbound  = `UPDATE inbound@ SET key_owner = ?2 WHERE position = ?1`

	putPlace = `INSERT INTO places@(entry, file, unmatched) VALUES(?1, ?2, ?3) ON CONFLICT DO NOTHING`

	changedSettings = `INSERT INTO settings_changed@(aggregate, position) VALUES(?1, ?2)
		ON CONFLICT DO UPDATE SET position = ?2`
)

// inbound applies an event of the stream of a file that came from the bank.
func (p *projector) inbound(c *logEvent) error {
	_, id, _ := cutStream(c.recorded.Stream)
	file, err := p.inboundRef(id)
	if err != nil {
		return err
	}
	switch e := c.fact.Event.(type) {
	case *domain.InboundReceived:
		p.arrivals[id] = c.recorded.Position
		remarks := ""
		if len(e.Remarks) > 0 {
			remarks = jsonOf(e.Remarks)
		}
		err = p.exec(putInbound, c.recorded.Position, id, e.Name, e.Source, headerKey(e.Header), micros(c.fact.Meta.At),
			int64(e.Totals.Batches), int64(e.Totals.Entries), e.Totals.DebitCents, e.Totals.CreditCents, remarks)
	case *domain.InboundQuarantined:
		err = p.exec(quarantineInbound, file, jsonOf(e.Reasons), int64(len(e.Batches)))
	case *domain.InboundApplied:
		err = p.exec(applyInbound, file, int64(e.Applied), int64(e.Unmatched), int64(e.Skipped))
	case *domain.InboundRepeated:
		if err = p.exec(repeatInbound, file); err == nil {
			err = p.exec(putDuplicate, file, c.recorded.Position, e.Name, e.Source, micros(c.fact.Meta.At))
		}
	case *domain.InboundJudged:
		reasons := ""
		if len(e.Batches) > 0 {
			reasons = jsonOf(e.Reasons)
		}
		err = p.exec(judgeInbound, file, reasons, int64(len(e.Batches)))
	case *domain.InboundDismissed:
		err = p.exec(dismissInbound, file)
	case *domain.InboundKeyReused:
		err = p.exec(reuseInbound, file, e.Other)
	}
	return err
}

func headerKey(h nacha.FileHeader) string {
	return nacha.HeaderKey(h.ImmediateOrigin, h.CreatedOn, h.CreatedAt, h.Modifier)
}

// inboundRef returns the position of the row of a file from the bank; 0 for
// none.
func (p *projector) inboundRef(id string) (int64, error) {
	return p.rowOf(p.arrivals, findInbound, id)
}

// placed notes where an entry was put. It returns the row of the entry's file
// and reports whether that is the entry's first place.
func (p *projector) placed(entry, inbound string, unmatched bool) (file int64, first bool, err error) {
	if file, err = p.inboundRef(inbound); err != nil {
		return 0, false, err
	}
	n, err := p.c.Exec(putPlace, entryKey(entry), file, unmatched)
	return file, n > 0, err
}

// entryKey is an entry's id as the table places stores it.
func entryKey(id string) []byte {
	if u, err := uuid.Parse(id); err == nil {
		return u[:]
	}
	return []byte(id)
}

// arrived processes an entry from the bank that was added to a transaction.
func (p *projector) arrived(c *logEvent) error {
	in, kind, ok := domain.IncomingOf(c.fact.Event)
	if !ok || in.Inbound == "" {
		return nil
	}
	file, first, err := p.placed(in.ItemID, in.Inbound, false)
	if err != nil || !first {
		return err
	}
	return p.settled(file, &in.Entry, in.SettledOn, kind != domain.Origination || in.Entry.Kind() != nacha.KindForward)
}

// putBank records an ODFI with settings of its own.
func (p *projector) putBank(c *logEvent) error {
	e, ok := c.fact.Event.(*domain.BankConfigured)
	if !ok {
		return nil
	}
	if err := p.changeTerms(e); err != nil {
		return err
	}
	if err := p.guarded(c, "", e.Routing, e.Rules); err != nil {
		return err
	}
	return p.changedSettings("bank", c)
}

// changedSettings records the position of a change of a client or a bank.
func (p *projector) changedSettings(aggregate string, c *logEvent) error {
	if err := p.exec(changedSettings, aggregate, c.recorded.Position); err != nil {
		return fmt.Errorf("note a change of settings: %w", err)
	}
	return nil
}
