package projections

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/eventstore/testseed"
)

// TestMain makes the test binary a projector when it is started as one, so
// that there is a process to kill.
func TestMain(m *testing.M) {
	if folder := os.Getenv("ACHLEDGER_TEST_PROJECT"); folder != "" {
		if err := projectAsAChild(folder, os.Getenv("ACHLEDGER_TEST_HOW")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func projectAsAChild(folder, how string) error {
	store, err := sqlite.Open(folder, sqlite.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	if how == "rebuild" {
		return Rebuild(context.Background(), folder+"/views.db", store, nil)
	}
	v, err := Open(context.Background(), folder+"/views.db", store, Options{Log: silent, BatchSize: 50})
	if err != nil {
		return err
	}
	if err := v.CatchUp(context.Background()); err != nil {
		return err
	}
	return v.Close()
}

func child(w *world, how string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "ACHLEDGER_TEST_PROJECT="+w.folder, "ACHLEDGER_TEST_HOW="+how)
	c.Stderr = os.Stderr
	w.must(c.Start())
	return c
}

func TestAKilledProjectorLosesNothing(t *testing.T) {
	seed := testseed.Of(t, 20261128)
	random := rand.New(rand.NewPCG(seed, 0))
	w := newWorld(t)
	w.payroll("gym", 4000, true)
	for _, how := range []string{"project", "rebuild"} {
		for range 6 {
			c := child(w, how)
			time.Sleep(time.Duration(20+random.IntN(150)) * time.Millisecond)
			w.must(c.Process.Kill())
			c.Wait()
			v := w.open(Options{ReadOnly: how == "rebuild"})
			w.same(v) // as far as it came
			w.must(v.Close())
		}
	}
	w.must(child(w, "rebuild").Wait())
	v := w.caughtUp(Options{})
	w.same(v)
	w.must(v.read(w.ctx, func(s snapshot) error {
		row, err := s.c.Row("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name LIKE 'items%'")
		if err == nil && row[0].(int64) != 1 {
			t.Errorf("%d generations are left", row[0])
		}
		return err
	}))
}
