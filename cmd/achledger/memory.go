package main

import (
	"os"
	"runtime/debug"
)

const (
	// memoryGoal is the soft memory limit of the garbage collector, in bytes. The
	// caches of the databases, some 100 MiB, come on top.
	memoryGoal = 264 << 20
	// garbage is the value of GOGC: the heap may grow by this percentage of the
	// memory in use before a collection. With Go's default, 100, a payment takes a
	// tenth more processor time.
	garbage = 200
)

// collectLess makes the garbage collector run less often than by default as long as
// little memory is in use. The variables GOMEMLIMIT and GOGC take precedence.
func collectLess() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}
