package guard

import (
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/projections"
)

// redated collects the files that were dated again since they were last
// examined. It is kept when the book is loaded again, as each such file causes
// that. A new process does not examine files that were redated before it
// started.
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
// over. The caller has loaded the book from views that show the new dates.
func (p *pass) warnRedated(shown *projections.Guarding) error {
	if p.redated.position == 0 {
		p.redated.position = p.at
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
		over := p.book.Over(uses)
		if len(over) == 0 {
			continue
		}
		for _, u := range uses {
			p.warned.entries.Add(u.Count)
		}
		for _, v := range over {
			p.Log.Warn("a file that was dated again exceeds a limit", "file", id, "client", uses[0].Client, "rule", v.Rule, "saw", v.Saw, "limit", v.Limit, "why", v.Reason)
		}
	}
	p.redated.files = nil
	return nil
}
