package verify

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/workers"
)

// files renders every file again and compares it with the stored content and
// the log.
func files(ctx context.Context, s *Subject, progress Progress) (Finding, error) {
	found, err := workers.VerifyFiles(ctx, workers.Verification{
		Ledger: s.Ledger, Kept: s.Kept, Outbox: s.Outbox,
		NotCheckable: seal.NotCheckable, Progress: progress,
	})
	if err != nil {
		return Finding{}, err
	}
	s.files = found
	checked := found.Files - len(found.NotCheckable)
	says := fmt.Sprintf("%s with %s, each entry in one; %s to the same bytes", text.Count(found.Files, "file", "files"),
		text.Count(found.Entries, "entry", "entries"), rendersAgain(checked))
	if n := len(found.NotCheckable); n > 0 {
		says += fmt.Sprintf(", %d not checkable", n)
	}
	f := Finding{Says: says, Problems: found.Problems, Skipped: checked == 0 && found.Files > 0}
	if found.Unopened > 0 {
		f.Notes = append(f.Notes, text.Count(found.Unopened, "sealed account is", "sealed accounts are")+" not checkable: the clients' keys are not here")
	}
	for _, id := range found.NotCheckable {
		f.Notes = append(f.Notes, fmt.Sprintf("file %s is not checkable: its client's key is not here", id))
	}
	return f, nil
}

func rendersAgain(files int) string {
	if files == 1 {
		return "1 renders"
	}
	return fmt.Sprintf("%d render", files)
}

// outbox looks for files that the log does not know: they would mean that the
// log is older than the folder around it.
func outbox(_ context.Context, s *Subject, _ Progress) (Finding, error) {
	if s.Outbox == "" {
		return Finding{Skipped: true, Says: "nobody said where it is: name it with --outbox"}, nil
	}
	paths, err := filepath.Glob(filepath.Join(s.Outbox, "*"))
	if err != nil {
		return Finding{}, err
	}
	var f Finding
	there := 0
	for _, path := range paths {
		name := filepath.Base(path)
		info, err := os.Stat(path)
		if err != nil || info.IsDir() || strings.HasPrefix(name, ".") {
			continue
		}
		if !s.files.Names[name] {
			f.Problems = append(f.Problems, fmt.Sprintf("%s: the log made no file of that name", path))
			continue
		}
		there++
	}
	f.Says = text.Count(there, "file", "files") + ", all of them made by this log"
	if len(f.Problems) > 0 {
		f.Says = "it holds files this log did not make"
	}
	return f, nil
}
