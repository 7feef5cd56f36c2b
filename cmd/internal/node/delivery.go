package node

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain/nacha"
)

// DeliveryState tells how the switch stands.
func (c *Core) DeliveryState(context.Context, Nothing) (folder.DeliveryState, error) {
	return c.Delivery.State(), nil
}

// DeliveryOff stops an ODFI's files; all of them when odfi is empty.
func (c *Core) DeliveryOff(ctx context.Context, odfi string) (Nothing, error) {
	log, err := Identify(ctx, c.Store)
	switch {
	case err != nil:
		return Nothing{}, err
	case odfi == "":
		return Nothing{}, c.Delivery.TurnAllOff(log)
	}
	if err := nacha.ValidRouting(odfi); err != nil {
		return Nothing{}, fmt.Errorf("%s is no routing number: %w", odfi, err)
	}
	return Nothing{}, c.Delivery.Turn(odfi, false, log)
}
