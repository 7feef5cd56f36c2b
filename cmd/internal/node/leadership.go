package node

import "context"

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
