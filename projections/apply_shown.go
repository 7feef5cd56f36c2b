package projections

const putShown = `UPDATE files@ SET newest = max(newest, ?3), oldest = CASE WHEN oldest = 0 THEN ?2 ELSE min(oldest, ?2) END WHERE position = ?1`

// shows records that a file shows a transaction, which is given by its
// position.
func (p *projector) shows(file, position int64) {
	if file == 0 {
		return
	}
	s, ok := p.shown[file]
	if !ok {
		s = stretch{position, position}
	}
	p.shown[file] = stretch{min(s.first, position), max(s.last, position)}
}

// writeShown writes, for each file, the positions between which its
// transactions were made.
func (p *projector) writeShown() error {
	for file, s := range p.shown {
		if _, err := p.c.Exec(putShown, file, s.first, s.last); err != nil {
			return err
		}
	}
	clear(p.shown)
	return nil
}
