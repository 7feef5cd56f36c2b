package guard

import (
	"sync/atomic"

	"github.com/achledger/achledger/domain/guard"
)

// warned tells for which entries warnings were given. It is kept when the evaluator
// is loaded again, so that an entry is not warned of twice; after a restart it
// is.
type warned struct {
	position int64 // log position up to which warnings were given
	entries  atomic.Int64
}

func (w *warned) upTo(position int64) { w.position = max(w.position, position) }

// Warned counts the entries for which a rule gave a warning, since the process
// started.
func (g *Guard) Warned() int64 { return g.warned.entries.Load() }

// warn logs the verdicts of rules that only warn, for an entry that began to
// wait at a position. A rule that is newer than the last warning is applied to
// all waiting entries.
func (g *Guard) warn(at int64, u guard.Use, found []guard.Verdict, what ...any) {
	if at <= g.warned.position && !g.ruledAfter(g.warned.position, u) {
		return
	}
	list := g.evaluator.Warnings(u, found)
	if len(list) == 0 {
		return
	}
	g.warned.entries.Add(u.Count)
	for _, v := range list {
		g.Log.Warn("a rule warns of what leaves", append(what, "client", u.Client, "rule", v.Rule, "saw", v.Saw, "why", v.Reason, "entries", u.Count)...)
	}
}

// ruledAfter reports whether rules for an entry were set after a position.
func (g *Guard) ruledAfter(position int64, u guard.Use) bool {
	for _, o := range g.owners {
		if o.Position > position && (o.Client != "" && o.Client == u.Client || o.ODFI != "" && o.ODFI == u.ODFI) {
			return true
		}
	}
	return false
}
