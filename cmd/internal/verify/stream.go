package verify

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/eventstore/relay"
)

// stream asks the running server to compare the broker's stream with the log.
// The broker runs with the server, so without one there is nothing to ask.
func stream(ctx context.Context, r *node.Reader, _ Progress) (Finding, error) {
	server, err := control.Dial(ctx, r.Folder)
	if errors.Is(err, control.ErrNoServer) {
		return Finding{Skipped: true, Says: "the broker is down, as no server runs on this folder"}, nil
	}
	if err != nil {
		return Finding{}, err
	}
	defer server.Close()
	var echo relay.Comparison
	if err := server.Call(ctx, "stream", node.Nothing{}, &echo); err != nil {
		return Finding{Says: "the stream cannot be compared with the log", Problems: []string{err.Error()}}, nil
	}
	f := Finding{Says: fmt.Sprintf("message n is event n, up to %d", echo.Messages), Problems: echo.Problems}
	if len(f.Problems) > 0 {
		f.Says = "the stream is not the log's echo"
	} else if behind := echo.Head - echo.Messages; behind > 0 {
		f.Notes = append(f.Notes, fmt.Sprintf("%d events are on their way", behind))
	}
	return f, nil
}
