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

// move moves a file that was taken: into quarantine, with the reasons, if
// nothing of it was applied, otherwise into done.
func (b *inbox) move(ctx context.Context, path string, f *inboxFile) error {
	b.intake.at("before move")
	if err := eventstore.CheckLeader(ctx); err != nil {
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

// moveTo moves a file to the path, or to the path with a number if another file
// has that name. It calls before with the new path. If a crash left the file
// under both names, it removes the old one.
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

// writeReasons writes a text for people about why a file is in quarantine.
func writeReasons(in regular.Folder, path string, o *Outcome) error {
	var text strings.Builder
	text.WriteString("Nothing of this file was applied.\n")
	for _, o := range o.Files() {
		if o.ID != "" {
			fmt.Fprintf(&text, "The log knows it as %s.\nWhen what was missing is set up, have it judged again: POST /v1/ops/inbound/%s/judge\n"+
				"If the bank has sent it again, correctly, or it is none of its files: POST /v1/ops/inbound/%s/dismiss\n", o.ID, o.ID, o.ID)
		}
		text.WriteString("\n")
		for _, p := range o.Reasons {
			fmt.Fprintln(&text, Explain(p))
		}
	}
	// A text that a crash left incomplete is replaced. A symbolic link in its
	// place is not followed.
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
