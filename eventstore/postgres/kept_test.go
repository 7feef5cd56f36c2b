package postgres_test

import (
	"errors"
	"io"
	"io/fs"
	"testing"

	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// A commit is made and not answered: the file has taken the place of the one before.
func TestAKeptFileStaysWhoseCommitWasNotAnswered(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	k, err := s.Kept().Keep("out")
	must(t, err)
	content := make([]byte, 1<<20) // whole chunks are there before the commit
	_, err = k.Write(content)
	must(t, err)
	execIn(t, postgrestest.Shared(t), url, `UPDATE achledger.kept SET name = 'f1', size = 1048576`)
	must(t, k.Drop())
	file, err := s.Kept().Open("out", "f1")
	must(t, err)
	if got, err := io.ReadAll(file); err != nil || len(got) != len(content) {
		t.Errorf("%d bytes are left, %v", len(got), err)
	}
}

func TestWhatNobodyFinishedIsSweptAway(t *testing.T) {
	s, url := fresh(t, postgres.Options{})
	for _, f := range [][2]string{{"out", ""}, {"out", "f1"}, {"asks", "a1"}} {
		k, err := s.Kept().Keep(f[0])
		must(t, err)
		_, err = k.Write(make([]byte, 1<<20))
		must(t, err)
		if f[1] != "" {
			must(t, k.Commit(f[1]))
		}
	}
	must(t, s.Kept().Sweep("asks"))
	if _, err := s.Kept().Open("asks", "a1"); err != nil {
		t.Errorf("what was begun just now: %v", err)
	}
	execIn(t, postgrestest.Shared(t), url, `UPDATE achledger.kept SET begun = now() - interval '25 hours'`)
	must(t, s.Kept().Sweep("asks"))
	if _, err := s.Kept().Open("asks", "a1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an ask of yesterday: %v", err)
	}
	if _, err := s.Kept().Open("out", "f1"); err != nil {
		t.Errorf("a file that was kept: %v", err)
	}
	var left int
	must(t, postgrestest.QueryIn(t, url, `SELECT (SELECT count(*) FROM achledger.kept) * 100 + (SELECT count(*) FROM achledger.kept_chunks)`, &left))
	if left != 101 {
		t.Errorf("%d files and %d chunks are left, want one each", left/100, left%100)
	}
}
