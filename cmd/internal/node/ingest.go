package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
	"github.com/achledger/achledger/workers/inbound"
)

// Ingested is the result of taking in a file.
type Ingested struct {
	ID    string // hash of its canonical records; of an acknowledgement, the id of our file
	State string // applied, partly_quarantined, quarantined, duplicate, or acknowledged
	Of    string // of a duplicate: the place of the original in its file

	Applied, Unmatched, Skipped int // entries
	Reasons                     []string
	More                        []Ingested // further files that followed it in the same physical file
}

// Ingest takes in a file from the bank by its absolute path. The file stays
// where it is; taking it in again changes nothing.
func (c *Core) Ingest(ctx context.Context, path string) (_ Ingested, err error) {
	views, err := projections.Open(ctx, c.Folder.Views(), c.Store, projections.Options{})
	if err != nil {
		return Ingested{}, err
	}
	defer func() { err = errors.Join(err, views.Close()) }()
	files, err := workers.NewFiles(workers.FilesConfig{Ledger: c.Ledger, Kept: c.Kept, Switch: c.Switch, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return Ingested{}, err
	}
	intake, err := newIntake(c, views, inbound.Config{Acknowledge: func(ctx context.Context, a ack.Acknowledgement) (domain.File, error) {
		return files.AcknowledgeByHand(ctx, views, a)
	}})
	if err != nil {
		return Ingested{}, err
	}
	return c.ingest(ctx, intake, files, views, path)
}

// Ingest is the same in a running server.
func (s *Server) Ingest(ctx context.Context, path string) (Ingested, error) {
	return s.ingest(ctx, s.workers().intake, s.workers().files, s.views, path)
}

func (c *Core) ingest(ctx context.Context, intake *inbound.Intake, files *workers.Files, views *projections.Views, path string) (Ingested, error) {
	file, err := os.Open(path)
	if err != nil {
		return Ingested{}, err
	}
	defer file.Close()
	answer, ok, err := inbound.ReadAcknowledgement(file)
	if err != nil {
		return Ingested{}, fmt.Errorf("%s: %w", path, err)
	}
	action := domain.ActInbound
	if ok {
		action = domain.ActAcknowledge
	}
	if err := c.recordActedAlone(ctx, action, filepath.Base(path)); err != nil {
		return Ingested{}, err
	}
	if ok {
		return acknowledged(ctx, files, views, answer)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return Ingested{}, err
	}
	o, err := intake.Take(ctx, filepath.Base(path), inbound.FromIngest, file)
	if err != nil {
		return Ingested{}, err
	}
	return ingested(o), nil
}

func ingested(o inbound.Outcome) Ingested {
	in := Ingested{ID: o.ID, State: o.State, Of: o.Of, Applied: o.Counts.Applied, Unmatched: o.Counts.Unmatched, Skipped: o.Counts.Skipped}
	for _, p := range o.Reasons {
		in.Reasons = append(in.Reasons, inbound.Explain(p))
	}
	for _, more := range o.More {
		in.More = append(in.More, ingested(more))
	}
	return in
}

func acknowledged(ctx context.Context, files *workers.Files, views *projections.Views, a ack.Acknowledgement) (Ingested, error) {
	file, err := files.AcknowledgeByHand(ctx, views, a)
	if err != nil {
		return Ingested{}, err
	}
	return Ingested{ID: file.ID, State: string(file.State)}, nil
}
