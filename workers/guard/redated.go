package guard

import (
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/projections"
)

// redated is which files were dated again since they were last looked at. It
// outlives the book, which is made anew for each of them. A process that begins
// to guard looks at none of before.
type redated struct {
	position int64 // of the log, up to which it was read; 0: not yet
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
// moved. A file leaves whatever it fills: it was judged, and its day is over. The
// book has been made from views that show the move.
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
