package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/node"
)

type streamCommand struct {
	Reset streamResetCommand `cmd:"" help:"Delete the stream, and have it filled again from the log."`
}

type streamResetCommand struct{ placeFlags }

func (streamResetCommand) Help() string {
	return `For a ledger that was restored to an earlier time: the stream then holds events that
the log does not have, and no longer follows it. Find out first what they were, if
nothing else tells you which files were sent. The new stream has another
Ledger-Epoch. The consumers of subscribers end with the old one: they start again at
the first message, and compare Ledger-Hash (docs/nats.md).`
}

// Run resets the stream.
func (c streamResetCommand) Run(ctx context.Context, s streams) error {
	if err := c.mustExist(ctx); err != nil {
		return err
	}
	if _, err := askAt(ctx, c.placeFlags, "stream/reset", needsServer, node.Nothing{}); err != nil {
		return err
	}
	_, err := fmt.Fprintln(s.out, "The stream was deleted. It is filled again from the log, message n with event n.")
	return err
}

// needsServer refuses what only a running server can do.
func needsServer(*node.Core, context.Context, node.Nothing) (node.Nothing, error) {
	return node.Nothing{}, errors.New("no server runs on this folder, and only it reaches the broker: start it")
}
