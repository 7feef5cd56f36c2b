package restore

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/workers/pgp"
)

// file is a file that went out.
type file struct {
	path    string
	content []byte
	summary nacha.Summary
	odfi    string // first eight digits
	batches []domain.FileBatch
	entries []scanned // without the offsets
	offsets []scanned
}

// scanned is an entry of a file, with the keys by which it is matched.
type scanned struct {
	batch int // from 1
	nacha.Entry
	keys
}

// readFolder reads every file in a folder, except those whose name begins with
// a dot: they are incomplete. It refuses a folder with files in another folder in
// it: what a person sorted by day went out, and what the bank rejected did not.
func readFolder(folder string) ([]*file, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var files []*file
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if e.IsDir() {
			if inside, err := os.ReadDir(path); err != nil || len(inside) > 0 {
				return nil, errors.Join(err, fmt.Errorf("%s is a folder, and nothing in it is read: put the files of it that went out beside the others, and take it away", path))
			}
			continue
		}
		f, err := readFile(path)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// readFile reads a whole file with the strict reader.
func readFile(path string) (*file, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if pgp.Is(content) {
		return nil, fmt.Errorf("%s is encrypted for the bank, and only the bank reads it: put the plain file in its place, which the bank or the client has, or which another copy of this folder renders (achledger files cat --clear)", path)
	}
	f := &file{path: path, content: content}
	var problems []nacha.Problem
	header := ""
	f.summary, err = nacha.Scan(bytes.NewReader(content), nacha.Handler{
		Batch: func(b *nacha.ScannedBatch) error {
			header = b.Raw
			f.batches = append(f.batches, domain.FileBatch{BatchHeader: b.Header})
			f.odfi = cmp.Or(f.odfi, b.Header.ODFI)
			if f.odfi != b.Header.ODFI {
				return fmt.Errorf("%s holds batches of ODFI %s and of ODFI %s: it is none of ours", path, f.odfi, b.Header.ODFI)
			}
			return nil
		},
		Entry: func(e *nacha.ScannedEntry) error {
			problems = append(problems, e.Problems...)
			f.batches[e.Batch-1].Answers = e.Kind != nacha.KindForward
			f.entries = append(f.entries, scanned{e.Batch, e.Entry, keysOf(header, &f.batches[e.Batch-1].BatchHeader, e)})
			return nil
		},
		End: func(v *nacha.Verdict) error {
			problems = append(problems, v.Problems...)
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	if problems = append(f.summary.Problems, problems...); len(problems) > 0 {
		p := problems[0]
		return nil, fmt.Errorf("%s is not a whole NACHA file: line %d: %s; take it out of the folder if it did not go out", path, p.Line, p.Message)
	}
	if len(f.entries) == 0 {
		return nil, fmt.Errorf("%s holds no entry", path)
	}
	f.split()
	return f, nil
}

// name returns the file's name in the log, which follows from its header.
func (f *file) name() string {
	h := f.summary.Header
	return domain.HeaderName(h.ImmediateOrigin, h.CreatedOn, h.CreatedAt, h.Modifier)
}

// effective returns the effective entry dates of the batches.
func (f *file) effective() (dates []string) {
	for _, b := range f.batches {
		dates = append(dates, b.EffectiveOn)
	}
	return dates
}

func (f *file) settings() domain.FileSettings {
	h, ending := f.summary.Header, "LF"
	if bytes.Contains(f.content, []byte("\r\n")) {
		ending = "CRLF"
	}
	return domain.FileSettings{
		ImmediateDestination: h.ImmediateDestination, ImmediateDestinationName: h.ImmediateDestinationName,
		ImmediateOrigin: h.ImmediateOrigin, ImmediateOriginName: h.ImmediateOriginName, LineEnding: ending,
	}
}
