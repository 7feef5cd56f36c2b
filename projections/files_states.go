package projections

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// fewStates is how many states are looked up one by one; for more, all files
// are scanned.
const fewStates = 3

const (
	filesInState   = fileColumns + `INDEXED BY files_state@ WHERE state = ?1 AND position < ?2 ORDER BY position DESC LIMIT ?3`
	filesInStateOf = fileColumns + `INDEXED BY files_state_of@ WHERE client = ?4 AND state = ?1 AND position < ?2 ORDER BY position DESC LIMIT ?3`

	stateOfFile = `SELECT state FROM files@ WHERE position = ?1`
	addState    = `INSERT INTO file_states@(state, files) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET files = files + ?2`
	countStates = `SELECT state, files FROM file_states@`

	answeredFile = `state IN ('acknowledged', 'refused')`
	nextAnswered = `SELECT min(odfi) FROM files@ INDEXED BY files_answered@ WHERE ` + answeredFile + ` AND odfi > ?1`
	unanswered   = fileColumns + `INDEXED BY files_unanswered@ WHERE state = 'delivered' AND odfi = ?1 AND delivered_at <= ?2 ORDER BY delivered_at`
)

// filesInStates lists the files of a few states, newest first.
func (s snapshot) filesInStates(f FileFilter, at cursor, p *page[File]) error {
	type placed struct {
		row  int64
		file File
	}
	var found []placed
	for _, state := range f.States {
		sql, args := filesInState, values(string(state), at.Row, p.room())
		if f.Client != "" {
			sql, args = filesInStateOf, append(args, f.Client)
		}
		err := s.query(sql, args, func(row []value) error {
			found = append(found, placed{row[0].(int64), scanFile(row)})
			return nil
		})
		if err != nil {
			return err
		}
	}
	slices.SortFunc(found, func(a, b placed) int { return cmp.Compare(b.row, a.row) })
	for _, f := range found {
		if !p.add(f.file, cursor{Filter: at.Filter, Row: f.row}) {
			break
		}
	}
	return nil
}

// countState moves a file to the count of its new state. The file's row must
// still have the old one.
func (p *projector) countState(file int64, state string) error {
	before, err := p.c.Row(stateOfFile, file)
	if err != nil || before != nil && before[0] == state {
		return err
	}
	if before != nil {
		if err := p.exec(addState, before[0], int64(-1)); err != nil {
			return err
		}
	}
	return p.exec(addState, state, int64(1))
}

// FileCounts counts files by state.
func (v *Views) FileCounts(ctx context.Context) (counts map[string]int, err error) {
	counts = map[string]int{}
	err = v.each(ctx, countStates, nil, func(row []value) {
		if n := row[1].(int64); n > 0 {
			counts[row[0].(string)] = int(n)
		}
	})
	return counts, err
}

// UnacknowledgedFiles lists the files that were delivered by an instant and
// that the operator has not acknowledged, by ODFI and then the oldest first.
// ODFIs whose operator has never acknowledged anything are left out.
func (v *Views) UnacknowledgedFiles(ctx context.Context, until time.Time) (files []File, err error) {
	err = v.read(ctx, func(s snapshot) error {
		for odfi := ""; ; {
			row, err := s.c.Row(nextAnswered, odfi)
			if err != nil || row[0] == nil {
				return err
			}
			odfi = row[0].(string)
			more, err := collect(s, unanswered, values(odfi, until.UnixMicro()), readFile)
			if err != nil {
				return err
			}
			files = append(files, more...)
		}
	})
	return files, err
}
