package node

import "context"

// Leadership decides when this node does what only one node may do.
type Leadership interface {
	// RunAsLeader runs work whenever this node is the leader, until ctx ends. The
	// context of work ends when leadership is lost. Each term has one leader.
	RunAsLeader(ctx context.Context, work func(ctx context.Context, term int64) error) error
}

// soleNode is the leadership of a data folder: the process that holds the folder's lock is
// the only node.
type soleNode struct{}

// RunAsLeader implements Leadership.
func (soleNode) RunAsLeader(ctx context.Context, work func(context.Context, int64) error) error {
	return work(ctx, 0)
}
