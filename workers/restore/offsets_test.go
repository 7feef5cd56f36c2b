package restore

import (
	"path/filepath"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/workers"
	"github.com/achledger/achledger/workers/kept"
)

// An offset in a file that the backup does not know is an offset again and no
// payment, whether the file's payments wait or are lost.
func TestOffsetsThatHadLeftAreNoPayments(t *testing.T) {
	b := openBank(t, filepath.Join(t.TempDir(), "original"), tuesday, workers.Limits{AppendEvents: 2})
	b.client(gym, companies[gym])
	b.balanced(gym)
	known := b.pay(gym, func(p *domain.Proposal) { p.ToID = "KNOWN" })
	r := b.restored()
	for _, description := range []string{"RENT", "FUEL", "FOOD"} {
		b.pay(gym, func(p *domain.Proposal) { p.Description = description })
	}
	b.sweepAt("10:00")
	r.now = b.now
	report, err := r.restore().Take(t.Context(), b.outbox())
	r.must(err)
	if report.Files != 1 || report.Entries != 4 || len(report.Unknown) != 3 {
		t.Errorf("told: %s, and %d unknown", report, len(report.Unknown))
	}
	tx, err := r.Transaction(t.Context(), gym, known)
	r.must(err)
	file, err := r.File(t.Context(), tx.Origination().Filing.File)
	r.must(err)
	if len(file.Offsets) != 4 || file.State != domain.FileIsDelivered || file.Cut.Totals.DebitCents != file.Cut.Totals.CreditCents {
		t.Errorf("the file is %s with offsets %+v and totals %+v", file.State, file.Offsets, file.Cut.Totals)
	}
	found, err := workers.VerifyFiles(t.Context(), workers.Verification{Ledger: r.Ledger, Kept: kept.Folder(filepath.Join(r.folder, "files")), Outbox: b.outbox()})
	r.must(err)
	if len(found.Problems) > 0 {
		t.Errorf("verify finds %v", found.Problems)
	}
}
