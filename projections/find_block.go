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

const (
	// rowsAtOnce is how many positions are read at once.
	rowsAtOnce = 1 << 10
	// postingsAtOnce is how many bytes of postings are written at once.
	postingsAtOnce = 64 << 10
)

// keyed is an entry of the index during sorting; its key is a part of the
// arena, and begins with eight bytes by which most keys differ.
type keyed struct {
	begin     uint64
	from, end uint32
	posting
}

// blockKeys collects the keys of a block while its payments are applied, some
// 6 MB, and 5 more while they are sorted.
type blockKeys struct {
	block   int64
	from    int64 // the keys of payments up to this position are not collected, but read from their rows
	arena   []byte
	entries []keyed

	client struct { // of the payment before, which most payments share
		id   string
		mark uint16
	}
}

// begin begins to collect the keys of a block, from a position on.
func (k *blockKeys) begin(block, from int64) {
	k.block, k.from, k.arena, k.entries = block, from, k.arena[:0], k.entries[:0]
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
	k.sortBegins()
	for rest := k.entries; len(rest) > 0; {
		alike := 1
		for alike < len(rest) && rest[alike].begin == rest[0].begin {
			alike++
		}
		slices.SortFunc(rest[:alike], func(a, b keyed) int {
			return cmp.Or(bytes.Compare(k.key(a), k.key(b)), cmp.Compare(a.at, b.at))
		})
		rest = rest[alike:]
	}
}

// sortBegins orders the entries by the beginnings of their keys: by each byte, the
// last one first. Comparing the 200,000 of a block takes three times as long, and
// payments wait for the processor meanwhile.
func (k *blockKeys) sortBegins() {
	from, to := k.entries, make([]keyed, len(k.entries))
	for shift := 0; shift < 64; shift += 8 { // an even number of times, so that they end where they were
		var next [256]int // where the next entry with a byte goes
		for i := range from {
			next[byte(from[i].begin>>shift)]++
		}
		sum := 0
		for b, n := range next {
			next[b], sum = sum, sum+n
		}
		for i := range from {
			b := byte(from[i].begin >> shift)
			to[next[b]] = from[i]
			next[b]++
		}
		from, to = to, from
	}
}

// payment adds the keys under which the payment at a position is found.
func (k *blockKeys) payment(position int64, client, id string, cents int64, name, tail, company string) {
	if client != k.client.id {
		k.client.id, k.client.mark = client, clientMark(client)
	}
	p := posting{uint16(position - k.block*blockSize - 1), k.client.mark}
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

// indexUntil indexes the blocks that end at a position or before it. The keys
// are those of the events, whenever they are collected, so the index is the
// same wherever batches of events end.
func (p *projector) indexUntil(position int64) error {
	for p.block.block < position/blockSize {
		if err := p.indexBlock(); err != nil {
			return fmt.Errorf("index payments of block %d: %w", p.block.block, err)
		}
		p.block.begin(p.block.block+1, 0)
	}
	return nil
}

// indexBlock writes the keys of the block. A projector that began within it
// reads those of the payments before.
func (p *projector) indexBlock() error {
	keys := &p.block
	client, company := "", "" // mostly those of the row before
	for from := keys.block * blockSize; from < keys.from; from += rowsAtOnce {
		rows := conn.NewRuns(paymentsOfBlock).Next().Int(from).Int(min(from+rowsAtOnce, keys.from))
		err := rows.Read(p.c, conn.All, func(row *conn.Results) error {
			position := row.Int()
			client = row.Text(client)
			id, cents, name, tail := row.Text(""), row.Int(), row.Text(""), row.Text("")
			company = row.Text(company)
			keys.payment(position, client, id, cents, name, tail, company)
			return nil
		})
		if err != nil {
			return err
		}
	}
	keys.sort()
	rows := conn.NewRuns(putPostings)
	list := postingList{write: func(first, postings []byte) error {
		rows.Next().Int(keys.block).Blob(first).Blob(postings)
		if rows.Size() < postingsAtOnce {
			return nil
		}
		_, err := rows.Do(p.c)
		return err
	}}
	for _, e := range keys.entries {
		if err := list.add(keys.key(e), e.posting); err != nil {
			return err
		}
	}
	if err := list.end(); err != nil {
		return err
	}
	_, err := rows.Do(p.c)
	return err
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
