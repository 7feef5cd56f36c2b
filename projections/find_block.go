package projections

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// blockSize is how many positions of the log are indexed at once. A search
// reads each block once and the rows after the last block one by one: of ten
// million payments that were filed, 610 blocks and at most 16,000 rows. Tests
// use a smaller size.
var blockSize int64 = 1 << 15

const (
	paymentsOfBlock = `SELECT i.position, i.client, i.txn, i.cents, i.name, coalesce(c.was, i.tail), i.company
		FROM items@ i NOT INDEXED LEFT JOIN changed_tails@ c ON c.position = i.position
		WHERE i.position > ?1 AND i.position <= ?2 AND i.kind = 'Origination'`
	putPostings = `INSERT INTO finds@(block, first, postings) VALUES(?1, ?2, ?3)`

	tailOf         = `SELECT tail FROM items@ WHERE position = ?1`
	putChangedTail = `INSERT INTO changed_tails@(position, was, tail) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET tail = ?3`
	dropTails      = `DELETE FROM changed_tails@ WHERE position = ?1 AND was = tail`
)

// rowsAtOnce is how many positions are read at once.
const rowsAtOnce = 1 << 10

// keyed is an entry of the index during sorting; its key is a part of the
// arena, and begins with eight bytes by which most keys differ.
type keyed struct {
	begin     uint64
	from, end uint32
	posting
}

// blockKeys collects the keys of a block, some 3 MB.
type blockKeys struct {
	arena   []byte
	entries []keyed
}

func (k *blockKeys) add(p posting, key func([]byte) []byte) {
	from := len(k.arena)
	k.arena = key(k.arena)
	var begin [8]byte
	copy(begin[:], k.arena[from:])
	k.entries = append(k.entries, keyed{binary.BigEndian.Uint64(begin[:]), uint32(from), uint32(len(k.arena)), p})
}

func (k *blockKeys) key(e keyed) []byte { return k.arena[e.from:e.end] }

// sort orders the entries by their keys, and those of a key by their places.
func (k *blockKeys) sort() {
	slices.SortFunc(k.entries, func(a, b keyed) int {
		if a.begin != b.begin {
			return cmp.Compare(a.begin, b.begin)
		}
		if c := bytes.Compare(k.key(a), k.key(b)); c != 0 {
			return c
		}
		return int(a.at) - int(b.at)
	})
}

// payment adds the keys under which a payment is found.
func (k *blockKeys) payment(p posting, id string, cents int64, name, tail, company string) {
	k.add(p, func(b []byte) []byte { return amountKey(b, cents) })
	k.add(p, func(b []byte) []byte { return idKey(b, id) })
	if tail != "" {
		k.add(p, func(b []byte) []byte { return tailKey(b, tail) })
	}
	if company != "" {
		k.add(p, func(b []byte) []byte { return companyKey(b, company) })
	}
	words := Words(name)
	for i, word := range words {
		if !slices.Contains(words[:i], word) {
			k.add(p, func(b []byte) []byte { return nameKey(b, word) })
		}
	}
}

// indexBlocks indexes the blocks that end between two positions. The indexed
// values stay in the payment's row, or in changed_tails, so the index is the
// same wherever batches of events end.
func (p *projector) indexBlocks(from, until int64) error {
	for block := from / blockSize; block < until/blockSize; block++ {
		if err := p.indexBlock(block); err != nil {
			return fmt.Errorf("index payments of block %d: %w", block, err)
		}
	}
	return nil
}

func (p *projector) indexBlock(block int64) error {
	keys := &p.block
	keys.arena, keys.entries = keys.arena[:0], keys.entries[:0]
	before := block * blockSize
	client, company := "", "" // mostly those of the row before
	for from := before; from < before+blockSize; from += rowsAtOnce {
		rows := conn.NewRuns(paymentsOfBlock).Next().Int(from).Int(min(from+rowsAtOnce, before+blockSize))
		err := rows.Read(p.c, conn.All, func(row *conn.Results) error {
			place := uint16(row.Int() - before - 1)
			client = row.Text(client)
			id, cents, name, tail := row.Text(""), row.Int(), row.Text(""), row.Text("")
			company = row.Text(company)
			keys.payment(posting{place, clientMark(client)}, id, cents, name, tail, company)
			return nil
		})
		if err != nil {
			return err
		}
	}
	keys.sort()
	list := postingList{write: func(first, postings []byte) error {
		return p.exec(putPostings, block, first, postings)
	}}
	for _, e := range keys.entries {
		if err := list.add(keys.key(e), e.posting); err != nil {
			return err
		}
	}
	return list.end()
}

// tailChanged records that the account of a transaction changed.
func (p *projector) tailChanged(c *logEvent) error {
	if _, ok := c.fact.Event.(*domain.TransactionAccountChanged); !ok || c.transaction.Origination() == nil {
		return nil
	}
	position := c.transaction.Origination().Position
	row, err := p.c.Row(tailOf, position)
	if err != nil || row == nil {
		return err
	}
	if err := p.exec(putChangedTail, position, row[0], c.transaction.Account.Tail); err != nil {
		return err
	}
	return p.exec(dropTails, position)
}
