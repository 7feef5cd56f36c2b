package projections

import (
	"github.com/achledger/achledger/domain/nacha"
)

const (
	findHeader = `SELECT id FROM headers@ WHERE header = ?1`
	putHeader  = `INSERT INTO headers@(header) VALUES(?1) RETURNING id`
)

// batchKey is a batch header as the key of a map: its IAT fields are included
// by value.
type batchKey struct {
	nacha.BatchHeader
	iat nacha.IATHeader
}

func batchKeyOf(h nacha.BatchHeader) batchKey {
	k := batchKey{BatchHeader: h}
	if h.IAT != nil {
		k.iat, k.IAT = *h.IAT, nil
	}
	return k
}

// headerRef returns the row of a batch header. Most items of a client have the
// same few headers, so waiting items refer to one instead of having a copy
// each.
func (p *projector) headerRef(h nacha.BatchHeader) (int64, error) {
	key := batchKeyOf(h)
	if p.lastHeader.ref != 0 && key == p.lastHeader.key {
		return p.lastHeader.ref, nil // comparing takes a fraction of the time of hashing
	}
	ref, ok := p.headers[key]
	if !ok {
		var err error
		if ref, err = p.newHeader(h); err != nil {
			return 0, err
		}
		keep(p.headers, key, ref)
	}
	p.lastHeader.key, p.lastHeader.ref = key, ref
	return ref, nil
}

// newHeader returns the row of a batch header that is not in the cache.
func (p *projector) newHeader(h nacha.BatchHeader) (int64, error) {
	text := jsonOf(h)
	row, err := p.c.Row(findHeader, text)
	if err == nil && row == nil {
		row, err = p.c.Row(putHeader, text)
	}
	if err != nil {
		return 0, err
	}
	return row[0].(int64), nil
}
