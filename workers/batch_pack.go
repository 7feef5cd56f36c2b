package workers

import "slices"

// packer puts groups into files, batch after batch. It begins a new batch or a
// new file before a limit would be exceeded.
type packer struct {
	limits Limits
	files  []plannedFile
	closed load // all batches of the newest file except the newest batch, with their offsets
	batch  load // the newest batch without its offset
}

func (p *packer) pack(g *group) {
	open := false
	for i := range g.entries {
		e := &g.entries[i]
		if open {
			with := p.batch
			with.add(e)
			open = p.limits.batchFits(with) && p.fits(with)
		}
		if !open {
			p.begin(g, e)
			open = true
		}
		if i == 0 {
			p.expect(len(g.entries))
		}
		p.add(e)
	}
}

// fits reports whether the newest file takes a batch with this load.
func (p *packer) fits(batch load) bool {
	return p.limits.fileFits(p.closed.with(batch.balanced()))
}

// begin opens a batch, in a new file if the newest one cannot hold it. A file
// takes at least one entry, whatever its size.
func (p *packer) begin(g *group, e *entry) {
	p.closed, p.batch = p.closed.with(p.batch.balanced()), load{batches: 1, offsets: g.header.Offsets()}
	with := p.batch
	with.add(e)
	if len(p.files) == 0 || !p.fits(with) && p.closed.entries > 0 {
		p.files, p.closed = append(p.files, plannedFile{}), load{}
	}
	f := &p.files[len(p.files)-1]
	f.batches = append(f.batches, g.header)
}

// expect reserves memory in the newest file for all entries of a group: growing
// step by step to 100,000 entries takes three times the memory. Files that are
// begun because of a limit grow as entries come.
func (p *packer) expect(entries int) {
	f := &p.files[len(p.files)-1]
	f.entries = slices.Grow(f.entries, min(entries, p.limits.FileEntries))
}

// add puts the entry into the newest batch.
func (p *packer) add(e *entry) {
	f := &p.files[len(p.files)-1]
	e.batch = len(f.batches) - 1
	f.entries = append(f.entries, *e)
	p.batch.add(e)
}
