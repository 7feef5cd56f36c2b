package node

import "context"

// RotateMaster replaces the master key.
func (c *Core) RotateMaster(context.Context, Nothing) (Nothing, error) {
	return Nothing{}, c.Keys.Rotate()
}

// DestroyKeys makes everything sealed for a client unreadable, for good.
func (c *Core) DestroyKeys(_ context.Context, client string) (Nothing, error) {
	return Nothing{}, c.Keys.Destroy(client)
}
