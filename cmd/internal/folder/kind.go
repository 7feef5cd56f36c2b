package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/achledger/achledger/eventstore/durable"
)

// Kind says whether a folder's payments are real or a test.
type Kind string

// Kinds of folders. In 2021 test data left a bank as 2.3 billion dollars of
// real debits, so a folder's kind never changes and a sandbox never delivers by
// SFTP.
const (
	Production Kind = "production"
	Sandbox    Kind = "sandbox"
)

// Kind reads what the folder was made as; "" for one not made yet.
func (f Folder) Kind() (Kind, error) {
	content, err := os.ReadFile(f.kindFile())
	if errors.Is(err, fs.ErrNotExist) {
		if has, unknown := f.HasLog(); !has {
			return "", unknown
		}
	}
	switch kind := Kind(strings.TrimSpace(string(content))); {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("%s is missing, so nobody can tell a sandbox from production: put it back from a backup", f.kindFile())
	case err != nil:
		return "", fmt.Errorf("read the folder's kind: %w", err)
	case kind != Production && kind != Sandbox:
		return "", fmt.Errorf("%s holds neither %q nor %q: put it back from a backup", f.kindFile(), Production, Sandbox)
	default:
		return kind, nil
	}
}

// Settle makes the folder of a kind, or refuses if it was made as the other
// kind. It must run before the log is first opened.
func (f Folder) Settle(want Kind) error {
	is, err := f.Kind()
	switch {
	case err != nil:
		return err
	case is == "":
		return f.mark(want)
	case is == want:
		return nil
	case is == Sandbox:
		return fmt.Errorf("%s was made as a sandbox and stays one: start it with --sandbox, or name another folder with --data", f)
	default:
		return fmt.Errorf("%s was made for production and stays so: leave out --sandbox, or name another folder with --data", f)
	}
}

// MustBe refuses a ledger in a database that was made as the other kind.
func (k Kind) MustBe(is Kind) error {
	switch {
	case k == is:
		return nil
	case is == Sandbox:
		return errors.New("the database's ledger was made as a sandbox and stays one: add --sandbox, or name another database with --store")
	default:
		return errors.New("the database's ledger was made for production and stays so: leave out --sandbox, or name another database with --store")
	}
}

// CopyKind makes another folder the same kind, for a backup.
func (f Folder) CopyKind(to Folder) error {
	kind, err := f.Kind()
	if err != nil {
		return err
	}
	return to.mark(kind)
}

func (f Folder) mark(kind Kind) error {
	if err := durable.Replace(f.kindFile(), []byte(kind+"\n")); err != nil {
		return fmt.Errorf("write the folder's kind: %w", err)
	}
	return nil
}
