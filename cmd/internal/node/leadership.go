package node

import (
	"context"
	"net/http"
	"time"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/eventstore"
)

// Leadership says when this node does what only one may do.
type Leadership interface {
	// Lead runs work whenever this node leads, until ctx ends. The context of
	// work ends when it does not lead any more. A term is led by one node.
	Lead(ctx context.Context, work func(ctx context.Context, term int64) error) error
}

// alone leads a data folder: whoever has its lock is the only node.
type alone struct{}

// Lead implements Leadership.
func (alone) Lead(ctx context.Context, work func(context.Context, int64) error) error {
	return work(ctx, 0)
}

// untilLed is how long a node that does not lead waits whether it will in a
// moment: it started just now, or the leader stopped.
const untilLed = 4 * time.Second

// leads refuses what only the leader may do. A folder has no other node.
func (s *Server) leads(ctx context.Context) error {
	if _, ok := s.Leadership.(alone); ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, untilLed)
	defer cancel()
	for !s.leading.Load() {
		if !pause(ctx) {
			return eventstore.ErrNotLeader
		}
	}
	return nil
}

// anyNode are the commands that need no leader.
var anyNode = map[string]bool{"/delivery": true, "/stream": true, "/clock": true}

// onLeader refuses the commands that only the leader may do.
func (s *Server) onLeader(commands http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !anyNode[r.URL.Path] {
			if err := s.leads(r.Context()); err != nil {
				control.Refuse(w, err)
				return
			}
		}
		commands.ServeHTTP(w, r)
	})
}
