package projections

const putShown = `UPDATE files@ SET newest = max(newest, ?3), oldest = CASE WHEN oldest = 0 THEN ?2 ELSE min(oldest, ?2) END WHERE position = ?1`

// shows records that a file shows a transaction, which is given by its
// position.
func (p *projector) shows(file, position int64) {
	if file != 0 {
		extend(p.shown, file, position)
	}
}

// writeShown writes, for each file, the positions between which its
// transactions were made.
func (p *projector) writeShown() error {
	for file, s := range p.shown {
		if err := p.exec(putShown, file, s.first, s.last); err != nil {
			return err
		}
	}
	clear(p.shown)
	return nil
}
