package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

func TestAnErrorIsOneLine(t *testing.T) {
	var said strings.Builder
	exitCode(errors.Join(errors.New("connect:\n\tno such host"), errors.New("close")), &said)
	if said.String() != "achledger: connect: no such host; close\n" {
		t.Errorf("it prints %q", said.String())
	}
}

func TestTheExitCodeSaysHowItEnded(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want int
	}{
		"well":                         {nil, 0},
		"with a failure":               {errors.New("no"), 1},
		"with a report of its own":     {errReported, 1},
		"with a log that failed":       {fmt.Errorf("append: %w", eventstore.ErrFailed), 3},
		"with an outcome nobody knows": {fmt.Errorf("append: %w", eventstore.ErrUnknownOutcome), 3},
	} {
		t.Run(name, func(t *testing.T) {
			if got := exitCode(tt.err, io.Discard); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}
