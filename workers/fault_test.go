package workers

import "errors"

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

// stopAtNth dies at the n-th step, from 1, and counts the steps it let pass.
func stopAtNth(n int, seen *int) func(string) error {
	return func(string) error {
		if *seen++; *seen >= n {
			return errCrash
		}
		return nil
	}
}
