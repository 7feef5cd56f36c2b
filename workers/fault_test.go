package workers

import (
	"errors"
	"fmt"
	"testing"
)

// errCrash is where a test lets the process die.
var errCrash = errors.New("the process died here")

// stopAt dies when a step comes for the first time; the dead do nothing more.
func stopAt(step string) func(string) error {
	dead := false
	return func(s string) error {
		if dead = dead || s == step; dead {
			return errCrash
		}
		return nil
	}
}

// stopAtNth dies at the n-th step, from 1.
func stopAtNth(n int) func(string) error {
	seen := 0
	return func(string) error {
		if seen++; seen >= n {
			return errCrash
		}
		return nil
	}
}

// atEveryStep tells a story in which the process dies at its n-th step, for n from
// 1 until it survives, and returns how many steps there are. The story returns the
// error of what died.
func atEveryStep(t *testing.T, story func(t *testing.T, n int) error) (steps int) {
	t.Helper()
	for n := 1; ; n++ {
		var died error
		t.Run(fmt.Sprintf("step %d", n), func(t *testing.T) { died = story(t, n) })
		if died == nil || t.Failed() {
			return n - 1
		}
	}
}

// cutDyingAt cuts what is due at half past two with a process that dies at the n-th
// step, and lets the next process go on from there.
func (b *bank) cutDyingAt(n int) (died error) {
	b.t.Helper()
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = stopAtNth(n)
	if died = b.batcher.Sweep(b.t.Context()); died != nil && !errors.Is(died, errCrash) {
		b.t.Fatal(died)
	}
	b.restart()
	b.sweep()
	return died
}
