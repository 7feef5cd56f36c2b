package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
)

// disk maps each part of the ledger's folder (log, views, stream (nats), kept
// files, outbox) to its size in bytes.
type disk map[string]float64

var diskParts = []string{"ledger", "views", "nats", "files", "outbox"}

// disk measures the parts once all followers of the log have caught up.
func (s *sizing) disk(ctx context.Context) (disk, error) {
	s.ledger.settle(ctx)
	parts := disk{}
	err := filepath.WalkDir(s.ledger.folder, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the server deletes files meanwhile
		}
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return nil //nolint:nilerr // likewise
		}
		first, _, _ := strings.Cut(strings.TrimPrefix(path, s.ledger.folder+"/"), "/")
		part, _, _ := strings.Cut(first, ".db")
		parts[part] += float64(info.Sys().(*syscall.Stat_t).Blocks * 512)
		return nil
	})
	return parts, err
}

// each is the growth since before, per payment.
func (d disk) each(before disk, payments int) disk {
	share := disk{}
	for part, bytes := range d {
		share[part] = (bytes - before[part]) / float64(payments)
	}
	return share
}

func (d disk) all() (bytes float64) {
	for _, part := range diskParts {
		bytes += d[part]
	}
	return bytes
}

func (d disk) String() string {
	var out []string
	for _, part := range diskParts {
		out = append(out, fmt.Sprintf("%s %.0f", part, d[part]))
	}
	return strings.Join(out, ", ")
}

// weigh reports the disk space of a waiting payment.
func (s *sizing) weigh(ctx context.Context) error {
	now, err := s.disk(ctx)
	if err != nil {
		return err
	}
	s.unsent = now.each(nil, s.Size)
	s.add(row{path: "disk, waiting", against: s.sized(), measured: thousands(s.unsent.all()) + " bytes a payment", kept: true, details: s.unsent.String()})
	return nil
}

// weighFiled reports the disk space of a filed payment, by the growth while
// one half was filed.
func (s *sizing) weighFiled(ctx context.Context, before disk) error {
	now, err := s.disk(ctx)
	if err != nil {
		return err
	}
	added := now.each(before, s.Size/2)
	all := s.unsent.all() + added.all()
	s.add(row{
		path: "disk, filed and sent", against: s.sized(), measured: thousands(all) + " bytes a payment", budget: "at most 2,000", kept: all <= 2000,
		details: "beyond those of one that waits: " + added.String(),
	})
	return nil
}
