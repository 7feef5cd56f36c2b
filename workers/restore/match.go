package restore

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// plan is the outcome of matching the entries of files that the log does not
// know.
type plan struct {
	Restore
	waiting   *queue
	imports   []*fileImport
	unmatched map[string]map[string][]unmatchedEntry // by client and keys.similar
}

// unmatchedEntry is an entry of a file that matches nothing in the log.
type unmatchedEntry struct {
	file int // index in imports
	ReportedEntry
}

// collectUnmatched collects the unmatched entries in the order in which they left.
func (p *plan) collectUnmatched() {
	p.unmatched = map[string]map[string][]unmatchedEntry{}
	_ = p.eachUnmatched(func(t *fileImport, e scanned) error {
		client := t.opened.Client
		if p.unmatched[client] == nil {
			p.unmatched[client] = map[string][]unmatchedEntry{}
		}
		p.unmatched[client][e.similar] = append(p.unmatched[client][e.similar], unmatchedEntry{t.position, t.reported(e, "")})
		return nil
	})
}

// sentAgain returns the first unmatched entry that looks like the entry and left in a
// later file: it may be the same payment, sent again because the operator
// rejected the first file.
func (p *plan) sentAgain(t *fileImport, e scanned) (ReportedEntry, bool) {
	for _, s := range p.unmatched[t.opened.Client][e.similar] {
		if e.similar != "" && s.file > t.position {
			return s.ReportedEntry, true
		}
	}
	return ReportedEntry{}, false
}

// plan matches all files before anything is written of them. The exact match of
// every entry, in all files, comes before any loose one, so that an entry with
// a corrected account does not take the match of another entry.
//
// An entry that matches nothing may be in a file that never left, which
// operations released after the backup. Such a file is released here too, and
// the matching begins again.
func (r Restore) plan(ctx context.Context, files []*file) (*plan, error) {
	if err := r.Views.CatchUp(ctx); err != nil {
		return nil, err
	}
	// A release that the backup interrupted was finished after the backup.
	if err := r.Uploads.Files.FinishReleases(ctx, r.Views, r.ODFI); err != nil {
		return nil, err
	}
	for {
		if err := r.Views.CatchUp(ctx); err != nil {
			return nil, err
		}
		p, err := r.match(ctx, files)
		if err != nil {
			return nil, err
		}
		released, err := p.takeBack(ctx)
		if err != nil {
			return nil, err
		}
		if !released {
			p.collectUnmatched()
			return p, p.check()
		}
	}
}

func (r Restore) match(ctx context.Context, files []*file) (*plan, error) {
	waiting, err := r.waiting(ctx)
	if err != nil {
		return nil, err
	}
	p := &plan{Restore: r, waiting: waiting}
	claimed := map[string]bool{}
	for n, f := range files {
		t := &fileImport{Restore: r, plan: p, position: n, file: f, waiting: waiting}
		if err := t.begin(ctx, claimed); err != nil {
			return nil, fmt.Errorf("%s: %w", f.path, err)
		}
		t.found = make([]*item, len(f.entries))
		t.find(waiting.exact, func(k keys) string { return k.exact })
		p.imports = append(p.imports, t)
	}
	for _, t := range p.imports {
		t.find(waiting.loose, func(k keys) string { return k.loose })
	}
	return p, nil
}

// find matches the entries that have no match yet with what waits, by one key.
func (t *fileImport) find(by map[string]map[string][]*item, key func(keys) string) {
	of, at := by[t.opened.Client], t.created().Add(time.Minute)
	for n, e := range t.file.entries {
		if n < t.done || t.asked != nil || t.found[n] != nil || key(e.keys) == "" {
			continue
		}
		if i := best(of[key(e.keys)], at); i != nil {
			i.taken = true
			t.found[n] = i
		}
	}
}

// eachUnmatched calls yield with every entry that has no match.
func (p *plan) eachUnmatched(yield func(*fileImport, scanned) error) error {
	for _, t := range p.imports {
		for n, e := range t.file.entries {
			if n < t.done || t.asked != nil || t.found[n] != nil {
				continue
			}
			if err := yield(t, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// check refuses a return, or another answer, without a match: an entry can
// become a new payment, but the entry that an answer refers to is missing.
func (p *plan) check() error {
	return p.eachUnmatched(func(t *fileImport, e scanned) error {
		if e.Kind() == nacha.KindForward {
			return nil
		}
		return fmt.Errorf("%s: trace %s is a %s the backup knows nothing of: take in what the bank sent since the backup (achledger ingest FILE), "+
			"ask again for what was answered by hand, and repeat this command; nothing leaves meanwhile", t.file.path, e.Trace, e.Kind())
	})
}

// clientOf finds the client of a file: the one with the most waiting entries
// that match or, if none match, the only client with the file's immediate
// origin and the company identification of its first batch.
func (r Restore) clientOf(ctx context.Context, f *file, waiting *queue) (string, error) {
	free := func(items []*item) bool {
		return slices.ContainsFunc(items, func(i *item) bool { return !i.taken })
	}
	chosen, most := "", 0
	for _, client := range slices.Sorted(maps.Keys(waiting.exact)) {
		n := 0
		for _, e := range f.entries {
			if free(waiting.exact[client][e.exact]) || free(waiting.loose[client][e.loose]) {
				n++
			}
		}
		if n > most {
			chosen, most = client, n
		}
	}
	if chosen != "" {
		return chosen, nil
	}
	var fits []string
	for client := range waiting.exact {
		c, err := r.Ledger.Client(ctx, client)
		if err != nil {
			return "", err
		}
		s := c.Settings
		if client != domain.LedgerClient && s.File.ImmediateOrigin == f.summary.Header.ImmediateOrigin && slices.Contains(s.CompanyIdentifications, f.batches[0].CompanyID) {
			fits = append(fits, client)
		}
	}
	if len(fits) != 1 {
		return "", fmt.Errorf("nobody here waits for its entries, and its company %q is that of %d clients: whose it is cannot be told", f.batches[0].CompanyID, len(fits))
	}
	return fits[0], nil
}
