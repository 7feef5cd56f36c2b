package inbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/workers/regular"
)

// move takes a file that was processed out of the way: into quarantine with
// its reasons when nothing of it was applied, else to those that are done.
func (b *inbox) move(ctx context.Context, path string, f *inboxFile) error {
	b.intake.at("before move")
	if err := eventstore.StillLeads(ctx); err != nil {
		return err
	}
	folder := doneFolder
	if f.moving.quarantined() {
		folder = quarantineFolder
	}
	if err := b.in.IsFolder(folder); err != nil {
		return err
	}
	err := moveTo(b.in, path, filepath.Join(folder, filepath.Base(path)), func(to string) error {
		if folder == doneFolder {
			return nil
		}
		return writeReasons(b.in, to+".reasons.txt", f.moving)
	})
	if err != nil {
		return err
	}
	b.intake.at("after move")
	return b.in.Remove(filepath.Dir(path))
}

// moveTo gives a file the path, or the path with a number when another file
// has that name. before is called with the name it will have. A crash may have
// left the file under both names.
func moveTo(in regular.Folder, from, path string, before func(to string) error) error {
	info, err := in.Lstat(from)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		free := path
		if n > 1 {
			free = fmt.Sprintf("%s.%d", path, n)
		}
		there, err := in.Lstat(free)
		switch {
		case err == nil && os.SameFile(info, there):
			return in.Remove(from)
		case err == nil:
			continue
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		if err := before(free); err != nil {
			return err
		}
		if err := renameNew(in, from, free); !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

// writeReasons explains to a person why a file is in quarantine.
func writeReasons(in regular.Folder, path string, o *Outcome) error {
	var text strings.Builder
	text.WriteString("Nothing of this file was applied.\n")
	for _, o := range o.Files() {
		if o.ID != "" {
			fmt.Fprintf(&text, "The log knows it as %s.\nWhen what was missing is set up, have it judged again: POST /v1/ops/inbound/%s/judge\n", o.ID, o.ID)
		}
		text.WriteString("\n")
		for _, p := range o.Reasons {
			fmt.Fprintln(&text, Explain(p))
		}
	}
	// One of a move that a crash cut short is written again; a link that
	// somebody put there is not followed.
	if err := in.Take(path); err != nil {
		return err
	}
	return in.WriteNew(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text.String())
		return err
	})
}

// Explain puts a reason into words, with its line: "line 3: entry-hash: ...".
func Explain(p nacha.Problem) string {
	where := "file"
	if p.Line > 0 {
		where = fmt.Sprintf("line %d", p.Line)
	}
	return fmt.Sprintf("%s: %s: %s", where, p.Code, sentence(p))
}
