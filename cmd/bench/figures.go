package main

import (
	"fmt"
	"math"
	"slices"
	"syscall"
	"time"

	"github.com/achledger/achledger/domain/text"
)

// percentiles are the median, the 99th and the 99.9th percentile of latencies.
type percentiles struct{ p50, p99, p999 time.Duration }

func percentilesOf(waits []time.Duration) percentiles {
	if len(waits) == 0 {
		return percentiles{}
	}
	sorted := slices.Sorted(slices.Values(waits))
	return percentiles{sorted[len(sorted)/2], sorted[len(sorted)*99/100], sorted[len(sorted)*999/1000]}
}

// String formats them for the table.
func (p percentiles) String() string {
	return fmt.Sprintf("p50 %s, p99 %s, p99.9 %s", milliseconds(p.p50), milliseconds(p.p99), milliseconds(p.p999))
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
}

// thousands formats 12345.6 as 12,346.
func thousands(f float64) string { return text.Grouped(int64(math.Round(f))) }

// cpu is the CPU time used by this process, the load generator.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
