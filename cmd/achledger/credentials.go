package main

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/domain/text"
)

type credentialsCommand struct {
	Accept acceptCommand `cmd:"" help:"Let a restored ledger accept its credentials again."`
}

func (credentialsCommand) Help() string {
	return `A folder that was restored from a backup does not know which credentials were
revoked since then. It accepts none from before the restore until a person says
which those are. List them with a new operations credential, which it accepts:

  achledger keys ops                          writes one to DIR/ops.credential
  GET /v1/ops/credentials, GET /v1/ops/clients/ID/credentials
  achledger credentials accept --revoked KEY --revoked KEY
  achledger credentials accept --none-revoked`
}

type acceptCommand struct {
	placeFlags
	Revoked     []string `help:"The key of a credential that was revoked since the backup; it is revoked again. May be repeated." placeholder:"KEY" xor:"revoked" required:""`
	NoneRevoked bool     `help:"None was revoked since the backup." xor:"revoked" required:""`
}

func (acceptCommand) Help() string {
	return `Say one of the two: --revoked for each credential that was, or --none-revoked.
First suspend again the clients that were suspended since the backup: from now
on, the requests of all others are accepted.`
}

// Run reactivates the credentials of a restored ledger.
func (c acceptCommand) Run(ctx context.Context, s streams) error {
	if err := c.mustExist(ctx); err != nil {
		return err
	}
	if _, err := askAt(ctx, c.placeFlags, "credentials/accept", (*node.Core).AcceptCredentials, node.Acceptance{Revoked: c.Revoked}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "Credentials are accepted as they are in the backup; %s again.\n",
		text.Count(len(c.Revoked), "credential was revoked", "credentials were revoked"))
	return err
}
