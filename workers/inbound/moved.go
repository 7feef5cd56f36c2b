package inbound

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// move takes a file that was processed out of the way: into quarantine with
// its reasons when nothing of it was applied, else to those that are done.
func (b *inbox) move(name string, s *seen) error {
	folder := doneFolder
	state := cmp.Or(s.moving.Of, s.moving.State)
	if state == "quarantined" {
		folder = quarantineFolder
	}
	to, err := freeName(filepath.Join(b.Dir, folder, name))
	if err != nil {
		return err
	}
	if folder == quarantineFolder {
		if err := writeReasons(to+".reasons.txt", s.moving); err != nil {
			return err
		}
	}
	return os.Rename(filepath.Join(b.Dir, name), to)
}

// freeName is the path, or the path with a number when another file of the
// same name is there.
func freeName(path string) (string, error) {
	for n := 1; ; n++ {
		free := path
		if n > 1 {
			free = fmt.Sprintf("%s.%d", path, n)
		}
		if _, err := os.Lstat(free); errors.Is(err, fs.ErrNotExist) {
			return free, nil
		} else if err != nil {
			return "", err
		}
	}
}

// writeReasons explains to a person why a file is in quarantine.
func writeReasons(path string, o *Outcome) error {
	var text strings.Builder
	text.WriteString("Nothing of this file was applied.")
	if o.ID != "" {
		fmt.Fprintf(&text, " The log knows it as %s.", o.ID)
	}
	text.WriteString("\n\n")
	for _, p := range o.Reasons {
		fmt.Fprintln(&text, Explain(p))
	}
	return os.WriteFile(path, []byte(text.String()), 0o600)
}

// Explain puts a reason into words, with its line: "line 3: entry-hash: ...".
func Explain(p nacha.Problem) string {
	where := "file"
	if p.Line > 0 {
		where = fmt.Sprintf("line %d", p.Line)
	}
	return fmt.Sprintf("%s: %s: %s", where, p.Code, sentence(p))
}
