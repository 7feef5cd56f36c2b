// Package sent tells a restored ledger which files had gone out since its
// backup. Their entries become filed and their numbers taken, under the
// names and traces the bank knows, so that nothing leaves a second time.
//
// Whatever is written can be written again: a run that stopped half-way is
// repeated as a whole and goes on where it was.
package sent

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// Books is the restored ledger. Nothing may cut or deliver files of the ODFI
// meanwhile.
type Books struct {
	Ledger *ledger.Ledger
	Views  *projections.Views
	ODFI   string // nine digits
}

// Report says what became of the files.
type Report struct {
	Files   int // taken into the log
	Known   int // of which the log knew already
	Others  int // of other ODFIs, left for their turn
	Entries int // filed
	// Unknown are entries of which the backup knows nothing: they were
	// accepted after it. The log has them now, under ids of its own, and
	// whoever sent them must not send them again.
	Unknown []Unknown
}

// Unknown is an entry the backup does not know.
type Unknown struct {
	Client, TransactionID, File, Trace, Name string
	AmountCents                              int64
}

// Take reads every file in a folder and takes those of the ODFI into the log.
// A file that cannot be read whole stops it before anything is written.
func (b Books) Take(ctx context.Context, folder string) (Report, error) {
	all, err := readFolder(folder)
	if err != nil {
		return Report{}, err
	}
	var report Report
	var files []*file
	for _, f := range all {
		if f.odfi != b.ODFI[:8] {
			report.Others++
			continue
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return report, fmt.Errorf("%s holds no file of ODFI %s; if nothing left since the backup say --nothing-sent", folder, b.ODFI)
	}
	inOrder(files)

	ctx = ledger.WithRequest(ctx, "", "delivery on --sent")
	if err := b.Views.CatchUp(ctx); err != nil {
		return report, err
	}
	waiting, err := b.waiting(ctx)
	if err != nil {
		return report, err
	}
	known, err := b.known(ctx)
	if err != nil {
		return report, err
	}
	for _, f := range files {
		if err := b.take(ctx, f, known, waiting, &report); err != nil {
			return report, fmt.Errorf("%s: %w", f.path, err)
		}
	}
	return report, nil
}

func (b Books) take(ctx context.Context, f *file, known map[string]string, waiting *queue, report *Report) error {
	if id, ok := known[f.name()]; ok {
		report.Known++
		return b.delivered(ctx, f, id)
	}
	client, err := b.clientOf(ctx, f, waiting)
	if err != nil {
		return err
	}
	opened, err := b.opened(ctx, f, client)
	if err != nil {
		return err
	}
	t := taking{Books: b, file: f, opened: opened, waiting: waiting}
	if err := t.run(ctx); err != nil {
		return err
	}
	report.Files++
	report.Entries += len(f.entries)
	report.Unknown = append(report.Unknown, t.unknown...)
	return b.delivered(ctx, f, opened.FileID)
}

// known are the files that the log cut, by name.
func (b Books) known(ctx context.Context) (map[string]string, error) {
	files, _, err := b.Views.Files(ctx, projections.FileFilter{})
	if err != nil {
		return nil, err
	}
	known := map[string]string{}
	for _, f := range files {
		if f.State != domain.FileOpen {
			known[f.Name] = f.ID
		}
	}
	return known, nil
}
