package node

import (
	"context"
	"errors"
	"time"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
)

// Now is the current time of a folder: the business time of its sandbox, asked
// of the node that runs there if there is one, or the machine's.
func Now(ctx context.Context, f folder.Folder) (now time.Time, err error) {
	server, err := control.Dial(ctx, f)
	if err == nil {
		err = server.Call(ctx, "clock", Nothing{}, &now)
		return now, errors.Join(err, server.Close())
	}
	if !errors.Is(err, control.ErrNoServer) {
		return now, err
	}
	if has, err := f.HasLog(); err != nil || !has {
		return time.Now(), err
	}
	r, err := OpenReader(ctx, f)
	if err != nil {
		return now, err
	}
	return r.Ledger.Now(), r.Close()
}

// clock is Now in a running server.
func (s *Server) clock(context.Context, Nothing) (time.Time, error) { return s.Ledger.Now(), nil }
