package verify

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain/text"
)

// stream compares the broker's stream with the log. The broker runs within the
// server; without a server nothing is compared.
func stream(ctx context.Context, s *Subject, _ Progress) (Finding, error) {
	echo, err := s.Stream(ctx)
	if errors.Is(err, ErrNoServer) {
		return Finding{Skipped: true, Says: "the broker is down, as no server runs on this folder"}, nil
	}
	if err != nil {
		return Finding{Says: "the stream cannot be compared with the log", Problems: []string{err.Error()}}, nil
	}
	f := Finding{Says: fmt.Sprintf("message n is event n, up to %d", echo.Messages), Problems: echo.Problems}
	if len(f.Problems) > 0 {
		f.Says = "the stream is not the log's echo"
	} else if behind := echo.Head - echo.Messages; behind > 0 {
		f.Notes = append(f.Notes, text.Count(int(behind), "event is on its way", "events are on their way"))
	}
	return f, nil
}
