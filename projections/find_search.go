package projections

const (
	// postingRows are the rows with the keys of a range in a block; ?2 is the
	// first key of their kind.
	postingRows = `SELECT postings FROM finds@ INDEXED BY finds_first@ WHERE block = ?1 AND first < ?4 AND first >= coalesce(
		(SELECT max(first) FROM finds@ INDEXED BY finds_first@ WHERE block = ?1 AND first < ?3 AND first >= ?2), ?3)`
	changedTo = `SELECT position FROM changed_tails@ INDEXED BY changed_tails_tail@ WHERE tail = ?1 AND position <= ?2`

	// unindexed are the payments after the last block.
	unindexed = transactionColumns + `NOT INDEXED` + transactionJoins + `AND i.day BETWEEN ?5 AND ?6
		AND i.position >= ?7 AND (?8 = '' OR i.client = ?8) AND (?11 = '' OR i.name LIKE '%' || ?11 || '%' OR i.name GLOB '*[^ -~]*')
		AND i.cents >= ?12 AND (?13 = 0 OR i.cents < ?13) AND (?14 = '' OR i.tail = ?14) AND (?15 = '' OR i.txn = ?15) ` + newestOf
)

// blocksAtOnce bounds the blocks that one call reads.
const blocksAtOnce = 20_000

// search lists the selected transactions with the index of payments, newest
// first: first those that are not indexed yet, then block by block.
func (l *transactionList) search(s snapshot) error {
	first, before, ok, err := l.stretch(s)
	if err != nil || !ok {
		return err
	}
	indexed := s.position / blockSize
	if before > indexed*blockSize+1 {
		if err := l.searchUnindexed(s, max(first, indexed*blockSize+1), before); err != nil || l.page.more {
			return err
		}
	}
	changed, err := l.changedTails(s, indexed*blockSize)
	if err != nil {
		return err
	}
	ranges := l.ranges()
	newest := min(indexed, (before-2)/blockSize+1) - 1 // the block of the newest position to be searched
	for block := newest; block >= (first-1)/blockSize && block >= 0; block-- {
		if newest-block == blocksAtOnce {
			l.page.end(cursor{Filter: l.at.Filter, Row: (block+1)*blockSize + 1})
			return nil
		}
		positions, err := l.inBlock(s, block, ranges)
		if err != nil {
			return err
		}
		if err := l.each(s, append(positions, changed[block]...), first, before); err != nil || l.page.more {
			return err
		}
	}
	return nil
}

func (l *transactionList) searchUnindexed(s snapshot, first, before int64) error {
	word := ""
	if len(l.words) > 0 {
		word = l.words[0]
	}
	f := l.f
	args := values(before, string(f.Direction), f.Status, int64(-1), l.from, l.to, first, f.Client, f.Code, l.file,
		word, f.FromCents, f.BelowCents, f.Tail, f.ID)
	return s.query(unindexed, args, func(row []value) error {
		return l.take(row, cursor{Row: row[0].(int64)})
	})
}

// inBlock returns the positions in a block of the payments that have a key in
// each range. There may be a few of other clients among them.
func (l *transactionList) inBlock(s snapshot, block int64, ranges []keyRange) (positions []int64, err error) {
	var all map[uint16]bool
	mark := clientMark(l.f.Client)
	for _, keys := range ranges {
		some := map[uint16]bool{}
		err := s.query(postingRows, values(block, keys.from[:1], keys.from, keys.end), func(row []value) error {
			return eachPosting(row[0].([]byte), keys, func(p posting) {
				if (l.f.Client == "" || p.mark == mark) && (all == nil || all[p.at]) {
					some[p.at] = true
				}
			})
		})
		if err != nil {
			return nil, err
		}
		if all = some; len(all) == 0 {
			return nil, nil
		}
	}
	for at := range all {
		positions = append(positions, block*blockSize+1+int64(at))
	}
	return positions, nil
}

// changedTails lists, by block, the payments whose present account number does
// not end as the index says.
func (l *transactionList) changedTails(s snapshot, indexed int64) (changed map[int64][]int64, err error) {
	if l.f.Tail == "" {
		return nil, nil
	}
	changed = map[int64][]int64{}
	err = s.query(changedTo, values(l.f.Tail, indexed), func(row []value) error {
		position := row[0].(int64)
		block := (position - 1) / blockSize
		changed[block] = append(changed[block], position)
		return nil
	})
	return changed, err
}
