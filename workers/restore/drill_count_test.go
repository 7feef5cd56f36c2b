package restore

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/workers"
	"github.com/achledger/achledger/workers/kept"
)

// after continues with the restored ledger: the operator's acknowledgements are
// read again, clients upload again what the backup has, and days pass.
func (d *drill) after() {
	d.bank.must(d.bank.views.CatchUp(d.t.Context()))
	for _, a := range d.answers {
		if rows, err := d.bank.views.FilesNamed(d.t.Context(), a.file.name()); err != nil || len(rows) == 0 || rows[0].State == domain.FileIsAcked || rows[0].State == domain.FileIsRefused {
			d.bank.must(err)
			continue
		}
		d.bank.answer(a.file, a.result)
	}
	for _, u := range d.uploads {
		if u.inBackup && d.IntN(2) == 0 {
			var refusal *domain.Refusal // its dates have passed and it made no file here
			if _, err := d.bank.upload(u.client, u.content, 99); !errors.As(err, &refusal) {
				d.bank.must(err)
			}
		}
	}
	for _, o := range d.orders {
		if t, err := d.bank.Transaction(d.t.Context(), o.client, o.id); err == nil && t.Exists() && t.Origination().State == domain.Held && t.Origination().Reason == "look" {
			d.bank.must(d.bank.judge(o.client, o.id, domain.Approve{ItemID: t.Origination().ID}))
		}
	}
	d.pay()
	for range 12 {
		d.bank.sweepAt("10:00")
		d.bank.sweepAt("16:00")
		d.bank.now = d.bank.now.AddDate(0, 0, 1)
	}
}

// count checks, for the bank, how often each order left.
func (d *drill) count() {
	taken, traces := map[string][]string{}, map[string]string{}
	for _, outbox := range []string{d.outbox, d.bank.outbox()} {
		if _, err := os.Stat(outbox); errors.Is(err, os.ErrNotExist) {
			continue
		}
		for _, f := range d.bank.left(outbox) {
			for _, o := range f.offsets {
				if other, used := traces[o.Trace]; used {
					d.t.Errorf("trace %s of an offset is in %s and in %s", o.Trace, other, f.name())
				}
				traces[o.Trace] = f.name()
			}
			for _, e := range f.entries {
				if other, used := traces[e.Trace]; used {
					d.t.Errorf("trace %s is in %s and in %s", e.Trace, other, f.name())
				}
				traces[e.Trace] = f.name()
				if !d.refused[f.name()] {
					taken[e.IndividualID] = append(taken[e.IndividualID], f.name())
				}
			}
		}
	}
	for mark, files := range taken {
		if len(files) > 1 {
			d.t.Errorf("%s left %d times: in %v", mark, len(files), files)
		}
	}
	for _, o := range d.orders {
		if s := d.bank.state(o.client, o.id); o.inBackup && len(taken[o.mark]) == 0 && s != domain.Held {
			d.t.Errorf("%s of the backup never left and is %s", o.mark, s)
		}
	}
	found, err := workers.VerifyFiles(d.t.Context(), workers.Verification{Ledger: d.bank.Ledger, Kept: kept.Folder(filepath.Join(d.bank.folder, "files")), Outbox: d.bank.outbox()})
	d.bank.must(err)
	if len(found.Problems) > 0 {
		d.t.Errorf("verify finds %v", found.Problems)
	}
}
