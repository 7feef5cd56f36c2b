package restore

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
)

// Restore imports files into a restored ledger. Nothing may cut or deliver
// files of the ODFI meanwhile.
type Restore struct {
	Ledger  *ledger.Ledger
	Views   *projections.Views
	Uploads *workers.Uploads // reads again what clients submitted for their files
	ODFI    string           // nine digits
}

// Report says what was done with the files.
type Report struct {
	Files   int // imported
	Known   int // that the log knew already
	Others  int // of other ODFIs, for runs of their own
	Entries int // filed
	// Unknown are entries that the backup does not have: they were accepted
	// after it. The log has them now under new ids, and their senders must not
	// send them again.
	Unknown []ReportedEntry
	// Corrected are entries that left with another account than the one in the
	// backup.
	Corrected []ReportedEntry
	// Held are waiting entries that look like an unknown one. They do not leave
	// until a person approves them.
	Held []ReportedEntry
}

// ReportedEntry is an entry in a Report.
type ReportedEntry struct {
	Client, TransactionID, File, Trace, Name string
	AmountCents                              int64
}

// Take imports the ODFI's files of a folder. It reads every file first and
// writes nothing if one cannot be read completely.
func (r Restore) Take(ctx context.Context, folder string) (Report, error) {
	all, err := readFolder(folder)
	if err != nil {
		return Report{}, err
	}
	files, report, err := r.ours(folder, all)
	if err != nil {
		return report, err
	}
	ctx = ledger.WithWorker(ctx, "delivery on --sent")
	if err := r.Views.CatchUp(ctx); err != nil {
		return report, err
	}
	if err := r.modifiers(ctx, all); err != nil {
		return report, err
	}
	names, err := r.names(ctx)
	if err != nil {
		return report, err
	}
	var known, unknown []*file
	for _, f := range files {
		if _, ok := names[f.name()]; ok {
			known = append(known, f)
		} else {
			unknown = append(unknown, f)
		}
	}
	if unknown, err = once(unknown); err != nil {
		return report, err
	}
	for _, f := range known {
		report.Known++
		if err := r.delivered(ctx, f, names[f.name()]); err != nil {
			return report, fmt.Errorf("%s: %w", f.path, err)
		}
	}
	return report, r.takeAll(ctx, unknown, &report)
}

// once leaves out the copies of a file, which a folder gathered from several places
// may have: imported twice, its entries would be in the log twice. Of two different
// files of one name the operator took one only, and a person knows which.
func once(files []*file) (list []*file, err error) {
	first := map[string]*file{}
	for _, f := range files {
		switch other := first[f.name()]; {
		case other == nil:
			first[f.name()] = f
			list = append(list, f)
		case other.summary.Hash != f.summary.Hash:
			return nil, fmt.Errorf("%s and %s are different files of one origin, date, time and modifier, of which the bank takes one only: take the other out of the folder", other.path, f.path)
		}
	}
	return list, nil
}

// ours returns the ODFI's files of a folder, in the order in which they were
// cut.
func (r Restore) ours(folder string, all []*file) (files []*file, report Report, err error) {
	for _, f := range all {
		if f.odfi != r.ODFI[:8] {
			report.Others++
			continue
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, report, fmt.Errorf("%s holds no file of ODFI %s; if nothing left since the backup say --nothing-sent", folder, r.ODFI)
	}
	inOrder(files)
	return files, report, nil
}

// takeAll imports files that the log does not know. Everything that must not
// leave is held before the first entry is written.
func (r Restore) takeAll(ctx context.Context, files []*file, report *Report) error {
	if len(files) == 0 {
		return nil
	}
	p, err := r.plan(ctx, files)
	if err != nil {
		return err
	}
	if report.Held, err = p.holdSimilar(ctx); err != nil {
		return fmt.Errorf("hold what looks like an unknown entry: %w", err)
	}
	for _, t := range p.imports {
		if err := t.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", t.file.path, err)
		}
		report.Files++
		report.Entries += len(t.file.entries)
		report.Unknown = append(report.Unknown, t.unknown...)
		report.Corrected = append(report.Corrected, t.corrected...)
		if err := r.delivered(ctx, t.file, t.opened.FileID); err != nil {
			return fmt.Errorf("%s: %w", t.file.path, err)
		}
	}
	return nil
}

// names maps the names of files that the log cut to their ids.
func (r Restore) names(ctx context.Context) (map[string]string, error) {
	files, _, err := r.Views.Files(ctx, projections.FileFilter{})
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, f := range files {
		if f.State != domain.FileOpen {
			names[f.HeaderName] = f.ID
		}
	}
	return names, nil
}
