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

// plan is what becomes of the entries of files that the log does not know.
type plan struct {
	Restore
	waiting *queue
	imports []*fileImport
	strange map[string]map[string][]stranger // by client and look
}

// stranger is an entry that is found nowhere.
type stranger struct {
	file int // in imports
	Told
}

// note gathers the strangers, in the order in which they left.
func (p *plan) note() {
	p.strange = map[string]map[string][]stranger{}
	_ = p.strangers(func(t *fileImport, e scanned) error {
		client := t.opened.Client
		if p.strange[client] == nil {
			p.strange[client] = map[string][]stranger{}
		}
		p.strange[client][e.look] = append(p.strange[client][e.look], stranger{t.position, t.told(e, "")})
		return nil
	})
}

// after is the first stranger that looks like an entry and left in a later
// file: it may be the same, sent again because the operator refused the first.
func (p *plan) after(t *fileImport, e scanned) (Told, bool) {
	for _, s := range p.strange[t.opened.Client][e.look] {
		if e.look != "" && s.file > t.position {
			return s.Told, true
		}
	}
	return Told{}, false
}

// plan decides it for all files before anything is written of them. An entry
// is first looked for by all that its records say, in every file, so that one
// that was corrected takes nothing from another one.
//
// What is found nowhere may lie in a file that never left, which operations
// released after the backup. That file is released here too, and all is looked
// at again.
func (r Restore) plan(ctx context.Context, files []*file) (*plan, error) {
	if err := r.Views.CatchUp(ctx); err != nil {
		return nil, err
	}
	// What a backup caught in the middle of a release has left since.
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
			p.note()
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

// find looks for what waits under a key, for every entry that is not found
// yet.
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

// strangers calls yield with every entry that is not found.
func (p *plan) strangers(yield func(*fileImport, scanned) error) error {
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

// check refuses answers of which the backup knows nothing: an entry by itself
// can become a payment, but not what it answers.
func (p *plan) check() error {
	return p.strangers(func(t *fileImport, e scanned) error {
		if e.Kind() == nacha.KindForward {
			return nil
		}
		return fmt.Errorf("%s: trace %s is a %s the backup knows nothing of: take in what the bank sent since the backup (achledger ingest FILE), "+
			"ask again for what was answered by hand, and repeat this command; nothing leaves meanwhile", t.file.path, e.Trace, e.Kind())
	})
}

// clientOf finds whose file it is: the client of whom most of its entries
// wait or, when none does, the one client whose company identification and
// header fields it bears.
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
