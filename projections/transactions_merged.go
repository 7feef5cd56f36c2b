package projections

import (
	"slices"

	"github.com/achledger/achledger/domain"
)

// The newest transaction of each part of a merged list, before ?1 and not
// before ?2.
const (
	waitingOfAll = `SELECT position FROM pending@ WHERE ` + newestBefore
	// waitingOfGroup is a part of a client's queue; entryGroups lists all
	// parts.
	waitingOfGroup = `SELECT position FROM pending@ INDEXED BY pending_due@
		WHERE client = ?3 AND odfi = ?4 AND answers = 0 AND due = ?5 AND ` + newestBefore
	entryGroups    = `SELECT odfi, due FROM queue@ WHERE client = ?1 AND answers = 0`
	listedOfAll    = `SELECT position FROM items@ INDEXED BY items_listed@ WHERE listed = ?3 AND ` + newestBefore
	listedOfClient = `SELECT position FROM items@ INDEXED BY items_listed_of@ WHERE listed = ?3 AND client = ?4 AND ` + newestBefore

	// shownInFile are the transactions whose origination, or newest retry, is
	// in a file.
	shownInFile   = `SELECT position FROM items@ INDEXED BY items_shown_in@ WHERE shown_in = ?3 AND ` + newestBefore
	newestBefore  = `position < ?1 AND position >= ?2 ORDER BY position DESC LIMIT 1`
	transactionAt = transactionColumns + transactionJoins + onDays + `AND i.position = ?7 LIMIT ?4`
)

// source is a part of a merged list: the query for its newest transaction
// before another, and the transaction to be listed next, 0 for none.
type source struct {
	newest string
	of     []value
	next   int64
}

func (r *source) seek(s snapshot, before, first int64) error {
	r.next = 0
	return s.query(r.newest, append(values(before, first), r.of...), func(row []value) error {
		r.next = row[0].(int64)
		return nil
	})
}

// merged merges several sources and the transactions in files, newest first.
// Each row takes a seek or two, however large the log is. A file becomes a
// source when the list reaches its newest transaction.
func (l *transactionList) merged(s snapshot, sources []source, files *filesShown) error {
	first, before, ok, err := l.stretch(s)
	if err != nil || !ok {
		return err
	}
	for i := range sources {
		if err := sources[i].seek(s, before, first); err != nil {
			return err
		}
	}
	for {
		newest := int64(0)
		sources = slices.DeleteFunc(sources, func(r source) bool { return r.next == 0 })
		for _, r := range sources {
			newest = max(newest, r.next)
		}
		for file, ok := files.next(s, max(newest, first), before); ok; file, ok = files.next(s, max(newest, first), before) {
			r := source{newest: shownInFile, of: values(file)}
			if err := r.seek(s, before, first); err != nil {
				return err
			}
			if r.next > 0 {
				sources, newest = append(sources, r), max(newest, r.next)
			}
		}
		if files.failed() != nil || newest == 0 {
			return files.failed()
		}
		if err := l.one(s, newest); err != nil || l.page.more {
			return err
		}
		before = newest
		for i := range sources {
			if sources[i].next == newest {
				if err := sources[i].seek(s, before, first); err != nil {
					return err
				}
			}
		}
	}
}

// listed is the source of a list of listed.go, of one client or of all.
func (l *transactionList) listed(list string) source {
	if l.f.Client == "" {
		return source{newest: listedOfAll, of: values(list)}
	}
	return source{newest: listedOfClient, of: values(list, l.f.Client)}
}

// pending lists the transactions that wait for a file or are held. A client's
// queue has a part for each day on which entries fall due.
func (l *transactionList) pending(s snapshot) error {
	var sources []source
	waits, isHeld := l.f.Status != PendingHeld, l.f.Status != PendingUnheld
	if isHeld {
		sources = append(sources, l.listed(PendingHeld))
	}
	if waits && l.f.Client == "" {
		sources = append(sources, source{newest: waitingOfAll})
	}
	if !waits || l.f.Client == "" {
		return l.merged(s, sources, nil)
	}
	err := s.query(entryGroups, values(l.f.Client), func(row []value) error {
		sources = append(sources, source{newest: waitingOfGroup, of: values(l.f.Client, row[0], row[1])})
		return nil
	})
	if err != nil {
		return err
	}
	return l.merged(s, sources, nil)
}

// transmitted lists the transactions in delivered files. The delivery is in the
// row of the file, not in those of its items.
func (l *transactionList) transmitted(s snapshot) error {
	return l.merged(s, nil, l.filesShown(sentOfAll, sentOfOne))
}

// released lists the transactions from the bank, and those in files that are
// not delivered.
func (l *transactionList) released(s snapshot) error {
	var sources []source
	for _, d := range []domain.Direction{domain.FromFed, domain.ToFed} {
		if l.f.Direction == "" || l.f.Direction == d {
			sources = append(sources, l.listed(inHandList(d)))
		}
	}
	if l.f.Direction == domain.FromFed {
		return l.merged(s, sources, nil)
	}
	return l.merged(s, sources, l.filesShown(unsentOfAll, unsentOfOne))
}
