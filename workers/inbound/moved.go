package inbound

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/workers/regular"
)

// move takes a file that was processed out of the way: into quarantine with
// its reasons when nothing of it was applied, else to those that are done.
func (b *inbox) move(path string, s *seen) error {
	b.desk.at("before move")
	from, folder := filepath.Join(b.Dir, path), doneFolder
	if s.moving.quarantined() {
		folder = quarantineFolder
	}
	if err := regular.Folder(filepath.Join(b.Dir, folder)); err != nil {
		return err
	}
	err := moveTo(from, filepath.Join(b.Dir, folder, filepath.Base(path)), func(to string) error {
		if folder == doneFolder {
			return nil
		}
		return writeReasons(to+".reasons.txt", s.moving)
	})
	if err != nil {
		return err
	}
	b.desk.at("after move")
	return os.Remove(filepath.Dir(from))
}

// moveTo gives a file the path, or the path with a number when another file
// has that name. before is called with the name it will have. A crash may have
// left the file under both names.
func moveTo(from, path string, before func(to string) error) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		free := path
		if n > 1 {
			free = fmt.Sprintf("%s.%d", path, n)
		}
		there, err := os.Lstat(free)
		switch {
		case err == nil && os.SameFile(info, there):
			return os.Remove(from)
		case err == nil:
			continue
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		if err := before(free); err != nil {
			return err
		}
		if err := place(from, free); !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

// writeReasons explains to a person why a file is in quarantine.
func writeReasons(path string, o *Outcome) error {
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
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text.String())
	return errors.Join(err, file.Close())
}

// Explain puts a reason into words, with its line: "line 3: entry-hash: ...".
func Explain(p nacha.Problem) string {
	where := "file"
	if p.Line > 0 {
		where = fmt.Sprintf("line %d", p.Line)
	}
	return fmt.Sprintf("%s: %s: %s", where, p.Code, sentence(p))
}
