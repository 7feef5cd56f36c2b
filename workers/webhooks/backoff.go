package webhooks

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	longestPause = 2 * time.Hour
	spread       = 0.2 // each pause varies by this share in either direction
	longestTry   = longestPause * 12 / 10
)

// nextTry returns the wait after the given number of failed tries: 5 s after
// the first, then 2.5 times as long each time, 2 h at most. That is about forty
// tries in three days.
func nextTry(tries int) time.Duration {
	b := &backoff.ExponentialBackOff{
		InitialInterval: 5 * time.Second, RandomizationFactor: spread, Multiplier: 2.5, MaxInterval: longestPause,
	}
	b.Reset()
	wait := b.NextBackOff()
	for range min(tries, 20) - 1 {
		wait = b.NextBackOff()
	}
	return wait
}

// pauseAfter returns how long a webhook pauses after so many rounds in a row in which
// nothing was delivered, so that new messages do not keep calling a server that
// is down.
func pauseAfter(failed int) time.Duration {
	if failed == 0 {
		return 0
	}
	return min(time.Minute, time.Second<<min(failed-1, 10))
}
