// Package testseed is for tests that draw at random. What runs for every change
// draws from printed, fixed seeds, so that it is green or red for a reason;
// make explore sets ACHLEDGER_SEED to others.
package testseed

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// variable names the environment variable that replaces every fixed seed.
const variable = "ACHLEDGER_SEED"

// Of is the seed of a test: the everyday one, or the environment's. It is
// printed, so that a failure can be repeated.
func Of(t testing.TB, everyday uint64) uint64 {
	t.Helper()
	s, _ := chosen(everyday)
	t.Logf("seed %d (%s=%d repeats it)", s, variable, s)
	return s
}

// Explores reports whether the environment sets the seed.
func Explores() bool {
	_, explores := chosen(0)
	return explores
}

func chosen(everyday uint64) (s uint64, explores bool) {
	s, err := strconv.ParseUint(os.Getenv(variable), 10, 64)
	if err != nil || s == 0 {
		return everyday, false
	}
	return s, true
}

// Rapid gives pgregory.net/rapid its seed for a package whose tests use it;
// they call it in an init function. The flag -rapid.seed still wins.
func Rapid() {
	s, _ := chosen(20261128)
	if f := flag.Lookup("rapid.seed"); f != nil {
		_ = f.Value.Set(strconv.FormatUint(s, 10)) // a number: cannot fail
	}
}
