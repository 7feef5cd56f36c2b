package guard

import (
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// redated collects the files that were dated again since they were last
// examined. It is kept when the evaluator is loaded again, as each such file causes
// that. A new process begins with those that settle from its day on: the one before
// it may have stopped between the event and the warning.
type redated struct {
	position int64 // log position up to which it was read; 0: not yet
	files    []string
}

func (d *redated) note(r *eventstore.Recorded) {
	if d.position == 0 || r.Position <= d.position {
		return
	}
	d.position = r.Position
	if r.Type == (domain.FileRedated{}).Type() {
		d.files = append(d.files, strings.TrimPrefix(r.Stream, domain.FileStream("")))
	}
}

// warnRedated warns of limits that are exceeded on the days to which files were
// moved. The file itself leaves: it was judged before, and its original day is
// over. The caller has loaded the evaluator from views that show the new dates.
func (p *pass) warnRedated(shown *projections.Guarding) error {
	if p.redated.position == 0 {
		files, err := p.redatedBefore(shown)
		if err != nil {
			return err
		}
		p.redated = redated{p.at, files}
	}
	err := eventstore.Scan(p.ctx, p.Ledger.Store, p.redated.position, p.at, p.redated.note)
	if err != nil {
		return err
	}
	for _, id := range p.redated.files {
		uses, err := shown.UsedByFile(id)
		if err != nil {
			return err
		}
		over := p.evaluator.Over(uses)
		if len(over) == 0 {
			continue
		}
		for _, u := range uses {
			p.warned.entries.Add(u.Count)
		}
		for _, v := range over {
			p.Log.Warn("a file that was dated again exceeds a limit", "file", id, "client", uses[0].Client, "rule", v.Rule, "saw", v.SawInAll(), "limit", v.Limit, "why", v.Reason)
		}
	}
	p.redated.files = nil
	return nil
}

// redatedBefore lists the files that were dated again before the evaluator was loaded
// and settle today or later. It looks for them only if a limit is exceeded on one of
// these days.
func (p *pass) redatedBefore(shown *projections.Guarding) (files []string, err error) {
	today := calendar.DateOf(p.Ledger.Now())
	if !slices.ContainsFunc(p.evaluator.Lines(today), func(l guard.Line) bool { return l.Limit.Share(l.Used) > 1 }) {
		return nil, nil
	}
	all, err := shown.FilesFrom(today)
	if err != nil {
		return nil, err
	}
	for _, id := range all {
		f, err := ledger.LoadAsOf(p.ctx, p.Ledger, ledger.FileStream("", id), p.at)
		if err != nil {
			return nil, err
		}
		if len(f.Redated) > 0 {
			files = append(files, id)
		}
	}
	return files, nil
}
