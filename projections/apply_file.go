package projections

import (
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

const (
	putFile = `INSERT INTO files@(position, id, client, odfi, name, state, why, method, origin, modifier,
			opened_at, opened_day, send_by, batches, entries, addenda, entry_hash, debit_cents, credit_cents,
			sha256, note, changed, unreleased, header)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)
		ON CONFLICT(position) DO UPDATE SET name = ?5, state = ?6, method = ?8, modifier = ?10, send_by = ?13,
			batches = ?14, entries = ?15, addenda = ?16, entry_hash = ?17, debit_cents = ?18, credit_cents = ?19,
			sha256 = ?20, note = ?21, changed = ?22, unreleased = ?23, header = ?24`
	cutFile     = `UPDATE files@ SET cut = ?2, cut_at = ?3, cut_day = ?4 WHERE position = ?1`
	deliverFile = `UPDATE files@ SET delivered = ?2, delivered_at = ?3, delivered_day = ?4 WHERE position = ?1`
	fillFile    = `UPDATE files@ SET changed = ?2 WHERE position = ?1`
	findFileRef = `SELECT position FROM files@ WHERE id = ?1`

	putBatch = `INSERT INTO batches@(file, number, answers, sec, company_name, company_id, description, effective_on)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING`
	redateBatch = `UPDATE batches@ SET effective_on = ?3 WHERE file = ?1 AND number = ?2 AND effective_on <> ?3`
)

// file applies an event of a file's stream.
func (p *projector) file(c *logEvent) error {
	if filled, ok := c.fact.Event.(*domain.FileFilled); ok {
		return p.fillFile(c, filled)
	}
	if offset, ok := c.fact.Event.(*domain.FileOffset); ok {
		return p.putOffset(c, offset)
	}
	f := c.file
	if f.State == "" {
		return nil // its first event is of a type this program does not know
	}
	if opened, ok := c.fact.Event.(*domain.FileOpened); ok {
		p.refs[opened.FileID] = c.fact.Position
	}
	file, err := p.refOf(f.ID)
	if err != nil || file == 0 {
		return err
	}
	if err := p.putFile(c, file); err != nil {
		return err
	}
	if err := p.releaseOffsets(f, file); err != nil {
		return err
	}
	at := micros(c.fact.Meta.At)
	switch c.fact.Event.(type) {
	case *domain.FileCut:
		err = p.exec(cutFile, file, c.fact.Position, at, dayOf(at))
	case *domain.FileDelivered:
		err = p.exec(deliverFile, file, c.fact.Position, at, dayOf(at))
	case *domain.FileRedated:
		for _, b := range f.Batches {
			if err := p.exec(redateBatch, file, int64(b.Number), isoDate(b.EffectiveOn)); err != nil {
				return err
			}
		}
	}
	return err
}

func (p *projector) putFile(c *logEvent, file int64) error {
	f := c.file
	o, openedAt := f.Opened, micros(f.OpenedAt)
	var name, header, modifier string
	var totals nacha.Totals
	sha256 := []byte{}
	if f.Cut != nil {
		name, header, modifier, totals = f.Name(), f.HeaderName(), f.Cut.Modifier, f.Cut.Totals
	}
	if f.Rendered != nil {
		sha256 = f.Rendered.SHA256
	}
	if err := p.countState(file, string(f.State)); err != nil {
		return err
	}
	err := p.exec(putFile, append(p.args[:0], file, f.ID, o.Client, o.ODFI, name, string(f.State), string(o.Why), f.Method(),
		o.Settings.ImmediateOrigin, modifier, openedAt, dayOf(openedAt), micros(f.SendBy),
		int64(totals.Batches), int64(totals.Entries), int64(totals.Addenda), totals.EntryHash,
		totals.DebitCents, totals.CreditCents, sha256, f.Note, c.recorded.Position, f.Answered.Unreleased, header)...)
	return err
}

// fillFile adds the batches that an append began. A file has such an event for
// every thousand entries, so its stream is not read.
func (p *projector) fillFile(c *logEvent, e *domain.FileFilled) error {
	_, id, _ := cutStream(c.recorded.Stream)
	file, err := p.refOf(id)
	if err != nil || file == 0 {
		return err
	}
	for _, b := range e.Batches {
		if err := p.exec(putBatch, file, int64(b.Number), b.Answers, b.SEC, b.CompanyName, b.CompanyID,
			b.Description, isoDate(b.EffectiveOn)); err != nil {
			return fmt.Errorf("batch %d: %w", b.Number, err)
		}
	}
	return p.exec(fillFile, file, c.recorded.Position)
}

// refOf returns the position of a file's row; 0 for none.
func (p *projector) refOf(id string) (int64, error) {
	if id == "" {
		return 0, nil
	}
	return p.rowOf(p.refs, findFileRef, id)
}
