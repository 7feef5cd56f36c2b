package workers

// positions is a set of positions of the log, a bit for each.
type positions []uint64

func (p *positions) add(position int64) {
	for int(position/64) >= len(*p) {
		*p = append(*p, 0)
	}
	(*p)[position/64] |= 1 << (position % 64)
}

func (p positions) has(position int64) bool {
	return int(position/64) < len(p) && p[position/64]&(1<<(position%64)) != 0
}

// entry reports whether the origination of an entry is in the set and nothing
// but its filing came after it: its account and order are then those that were
// attested.
func (p *positions) entry(e *entryInFile) bool {
	first := e.transaction.Origination()
	return e.version == 2 && first != nil && p.has(first.Position)
}
