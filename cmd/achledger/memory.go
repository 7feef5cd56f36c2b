package main

import (
	"os"
	"runtime/debug"
)

const (
	// memoryGoal is the soft memory limit of the garbage collector, in bytes. The
	// caches of the databases, some 100 MiB, come on top.
	memoryGoal = 264 << 20
	// garbage is how much of it may lie about before it is collected, in percent of
	// what is in use. With Go's 100 the collector takes a tenth of the processor of
	// a payment more.
	garbage = 200
)

// collectLess has the garbage collector run less often than Go's default would,
// as long as little memory is in use. What the environment says counts instead.
func collectLess() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
}
