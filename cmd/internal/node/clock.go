package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
)

// SandboxNow is the business time of a sandbox, asked of the server that runs on its
// folder if there is one. Of a folder without a ledger it is the machine's time; a
// ledger that moves money is refused.
func SandboxNow(ctx context.Context, f folder.Folder) (now time.Time, err error) {
	server, err := control.Dial(ctx, f)
	if err == nil {
		err = server.Call(ctx, "clock", Nothing{}, &now)
		return now, errors.Join(err, server.Close())
	}
	if !errors.Is(err, control.ErrNoServer) {
		return now, err
	}
	kind, err := f.Kind()
	if err == nil && kind != "" {
		err = rehearses(kind, string(f))
	}
	if err != nil || kind == "" {
		return time.Now(), err
	}
	r, err := OpenReader(ctx, f)
	if err != nil {
		return now, err
	}
	return r.Ledger.Now(), r.Close()
}

// clock is SandboxNow in a running server.
func (s *Server) clock(context.Context, Nothing) (time.Time, error) {
	return s.Ledger.Now(), rehearses(s.Kind, "the ledger")
}

// rehearses refuses a ledger whose payments are real: simulated answers would be
// recorded as the bank's.
func rehearses(k folder.Kind, what string) error {
	if k == folder.Sandbox {
		return nil
	}
	return fmt.Errorf("%s was made for production, and the simulated Federal Reserve answers a sandbox only: name one with --data", what)
}
