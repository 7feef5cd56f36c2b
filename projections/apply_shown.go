package projections

const putShown = `UPDATE files@ SET newest = max(newest, ?3), oldest = CASE WHEN oldest = 0 THEN ?2 ELSE min(oldest, ?2) END WHERE position = ?1`

// shows notes that a transaction, by the position at which it was made, shows
// in a file.
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

// writeShown writes where in the log the transactions of files were made.
func (p *projector) writeShown() error {
	for file, s := range p.shown {
		if _, err := p.c.Exec(putShown, file, s.first, s.last); err != nil {
			return err
		}
	}
	clear(p.shown)
	return nil
}
