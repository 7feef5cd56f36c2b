package sent

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// clientOf finds whose file it is: the client of whom most of its entries
// wait or, when none does, the one client whose company identification and
// header fields it bears.
func (b Books) clientOf(ctx context.Context, f *file, waiting *queue) (string, error) {
	best, most := "", 0
	for _, client := range slices.Sorted(maps.Keys(waiting.of)) {
		n := 0
		for _, e := range f.entries {
			if len(waiting.of[client][e.key]) > 0 {
				n++
			}
		}
		if n > most {
			best, most = client, n
		}
	}
	if best != "" {
		return best, nil
	}
	var fits []string
	for client := range waiting.of {
		c, err := b.Ledger.Client(ctx, client)
		if err != nil {
			return "", err
		}
		s := c.Settings
		if s.File.ImmediateOrigin == f.summary.Header.ImmediateOrigin && slices.Contains(s.CompanyIdentifications, f.batches[0].CompanyID) {
			fits = append(fits, client)
		}
	}
	if len(fits) != 1 {
		return "", fmt.Errorf("nobody here waits for its entries, and its company %q is that of %d clients: whose it is cannot be told", f.batches[0].CompanyID, len(fits))
	}
	return fits[0], nil
}

// opened is the file's first event: the one it has if the backup was made, or
// an earlier run ended, while it was being filled.
func (b Books) opened(ctx context.Context, f *file, client string) (domain.FileOpened, error) {
	sum := sha256.Sum256(f.content)
	opened := domain.FileOpened{
		FileID: uuid.NewSHA1(uuid.NameSpaceOID, sum[:]).String(), Client: client, ODFI: b.ODFI,
		Why: "sent", Settings: f.settings(), Method: domain.ToOutbox,
	}
	files, err := b.Views.UnfinishedFiles(ctx)
	if err != nil {
		return opened, err
	}
	for _, row := range files {
		if row.State != domain.FileOpen || row.ODFI != b.ODFI {
			continue
		}
		same := false
		err := b.Views.FileEntries(ctx, row.ID, func(e projections.FileEntry) error {
			same = same || e.Trace == f.entries[0].Trace
			return nil
		})
		if err != nil {
			return opened, err
		}
		if same {
			file, err := b.Ledger.File(ctx, row.ID)
			return file.Opened, err
		}
	}
	return opened, nil
}
