package webhooks

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	longestPause = 2 * time.Hour
	spread       = 0.2 // of a pause, either way
	longestTry   = longestPause * 12 / 10
)

// A message is tried again after 5 s, then after two and a half times as long
// each time, 2 h at most: about forty times in three days.
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

// rest is how long a webhook rests after rounds in which nothing was
// delivered, so that one that is down is not knocked at by everything new.
func rest(failed int) time.Duration {
	if failed == 0 {
		return 0
	}
	return min(time.Minute, time.Second<<min(failed-1, 10))
}
