package workers

import "slices"

// packer puts groups into files, batch after batch, and begins a new batch or
// a new file before a limit would be exceeded.
type packer struct {
	limits Limits
	files  []plannedFile
	file   load // of the newest file
}

func (p *packer) pack(g *group) {
	var batch load
	open := false
	for i := range g.entries {
		e := &g.entries[i]
		if with := batch; open {
			with.add(e)
			open = p.limits.batchHolds(with)
		}
		if !open || !p.holds(e, 0) {
			p.begin(g, e)
			batch, open = load{}, true
		}
		if i == 0 {
			p.expect(len(g.entries))
		}
		batch.add(e)
		p.add(e)
	}
}

// holds reports whether the newest file takes the entry and new batches.
func (p *packer) holds(e *entry, batches int) bool {
	with := p.file
	with.batches += batches
	with.add(e)
	return p.limits.fileHolds(with)
}

// begin opens a batch, in a new file when the newest cannot take it. A file
// takes at least one entry, whatever its size.
func (p *packer) begin(g *group, e *entry) {
	if len(p.files) == 0 || !p.holds(e, 1) && p.file.entries > 0 {
		p.files, p.file = append(p.files, plannedFile{}), load{}
	}
	f := &p.files[len(p.files)-1]
	f.batches = append(f.batches, g.header)
	p.file.batches++
}

// expect reserves room in the newest file for all entries of a group: growing
// with each of 100,000 takes three times the memory. Files begun because of a
// limit grow as entries come.
func (p *packer) expect(entries int) {
	f := &p.files[len(p.files)-1]
	f.entries = slices.Grow(f.entries, min(entries, p.limits.FileEntries))
}

// add puts the entry into the newest batch.
func (p *packer) add(e *entry) {
	f := &p.files[len(p.files)-1]
	e.batch = len(f.batches) - 1
	f.entries = append(f.entries, *e)
	p.file.add(e)
}
