package projections

import "github.com/achledger/achledger/domain"

const (
	putOffset = `INSERT INTO offsets@(position, file, batch, trace, debit, cents, released)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0) ON CONFLICT DO NOTHING`
	releaseOffset  = `UPDATE offsets@ SET released = 1 WHERE file = ?1 AND batch = ?2`
	releaseOffsets = `UPDATE offsets@ SET released = 1 WHERE file = ?1`
)

// putOffset adds the entry that balances a batch. A file may have such an event
// for each of its batches, so its stream is not read.
func (p *projector) putOffset(c *logEvent, o *domain.FileOffset) error {
	_, id, _ := cutStream(c.recorded.Stream)
	file, err := p.refOf(id)
	if err != nil || file == 0 {
		return err
	}
	if err := p.exec(putOffset, c.fact.Position, file, int64(o.Batch), o.Trace, o.Debit(), o.Cents); err != nil {
		return err
	}
	return p.exec(fillFile, file, c.recorded.Position)
}

// releaseOffsets removes the offsets of batches that were not processed from
// the sums that settle.
func (p *projector) releaseOffsets(f *domain.File, file int64) error {
	switch {
	case !f.Answered.Unreleased || len(f.Offsets) == 0:
		return nil
	case f.Answered.Refused || f.Answered.TakenBack:
		return p.exec(releaseOffsets, file)
	}
	for _, batch := range f.Answered.Batches {
		if err := p.exec(releaseOffset, file, int64(batch)); err != nil {
			return err
		}
	}
	return nil
}
