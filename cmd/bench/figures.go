package main

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"time"
)

// percentiles are the median and the 99th of waiting times.
func percentiles(waits []time.Duration) (p50, p99 time.Duration) {
	if len(waits) == 0 {
		return 0, 0
	}
	sorted := slices.Sorted(slices.Values(waits))
	return sorted[len(sorted)/2], sorted[len(sorted)*99/100]
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
}

// thousands writes 12345.6 as 12,346.
func thousands(f float64) string {
	digits := fmt.Sprintf("%.0f", f)
	var out strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out.WriteByte(',')
		}
		out.WriteRune(d)
	}
	return out.String()
}

// cpu is the processor time this process has used: the load generator's own.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
