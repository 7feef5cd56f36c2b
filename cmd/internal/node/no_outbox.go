package node

import (
	"context"
	"errors"

	"github.com/achledger/achledger/workers"
)

// noOutbox is the deliverer of nodes that share no outbox: it refuses.
type noOutbox struct{}

var errNoOutbox = errors.New("the nodes share no outbox, and this ODFI delivers there: start them with --outbox, or set up its SFTP server")

// outbox delivers to a folder, or refuses if there is none.
func outbox(path string) workers.Deliverer {
	if path == "" {
		return noOutbox{}
	}
	return workers.Outbox(path)
}

func (noOutbox) Stage(context.Context, string, []byte) error    { return errNoOutbox }
func (noOutbox) Publish(context.Context, string, string) error  { return errNoOutbox }
func (noOutbox) Withdraw(context.Context, string) error         { return errNoOutbox }
func (noOutbox) Remove(context.Context, string) error           { return errNoOutbox }
func (noOutbox) Clear(context.Context, func(string) bool) error { return nil }
func (noOutbox) Close() error                                   { return nil }

func (noOutbox) Find(context.Context, string, string, []byte) (workers.Location, error) {
	return "", errNoOutbox
}
