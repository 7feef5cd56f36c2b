package main

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/eventstore/seal"
)

type keysCommand struct {
	Rotate  rotateCommand  `cmd:"" help:"Replace the master key and wrap every client's keys again."`
	Export  exportCommand  `cmd:"" help:"Write the master key to a file, to be kept apart from the backups."`
	Destroy destroyCommand `cmd:"" help:"Make everything sealed for a client unreadable, for good."`
	Ops     opsCommand     `cmd:"" help:"Write a new operations credential to DIR/ops.credential."`
}

// Help is shown behind the flags.
func (keysCommand) Help() string {
	return `Account numbers are sealed with a key of their client, and those keys with
the one in DIR/keys/master. A backup leaves that one out, so export it and
keep it elsewhere: without it no restored ledger can render a file.`
}

type rotateCommand struct{ dataFlag }

// Run rotates the master key.
func (c rotateCommand) Run(ctx context.Context, s streams) error {
	if _, err := ask(ctx, c.folder(), "keys/rotate", (*node.Core).RotateMaster, node.Nothing{}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "The master key is a new one. The old one opens only backups made before.\n"+
		"Export it now: achledger keys export --data %s FILE\n", c.Data)
	return err
}

type exportCommand struct {
	dataFlag
	File string `arg:"" help:"A file that does not exist yet."`
}

// Run exports the master key.
func (c exportCommand) Run(s streams) error {
	if err := c.folder().MustExist(); err != nil {
		return err
	}
	keys, err := seal.OpenReadOnly(c.folder().Keys())
	if err != nil {
		return err
	}
	if err := keys.ExportMaster(c.File); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s holds the master key. Whoever has it and a backup can read every account\n"+
		"number; to restore, copy it to keys/master of the restored folder.\n", c.File)
	return err
}

type destroyCommand struct {
	dataFlag
	Client  string `arg:"" help:"The client's id."`
	Confirm string `help:"The client's id again, instead of typing it." placeholder:"ID"`
}

// Run destroys a client's keys after its id was typed twice.
func (c destroyCommand) Run(ctx context.Context, s streams) error {
	if err := c.folder().MustExist(); err != nil {
		return err
	}
	question := fmt.Sprintf("Every account number of client %s becomes unreadable, here and for ever, and its\n"+
		"pending transactions can never leave. Type the client's id to go on: ", c.Client)
	if err := confirm(s, question, c.Confirm, c.Client); err != nil {
		return err
	}
	if _, err := ask(ctx, c.folder(), "keys/destroy", (*node.Core).DestroyKeys, c.Client); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "The keys of client %s are gone. Backups made before still have them, under\n"+
		"the master key of their day.\n", c.Client)
	return err
}

type opsCommand struct{ dataFlag }

// Run issues an operations credential.
func (c opsCommand) Run(ctx context.Context, s streams) error {
	if _, err := ask(ctx, c.folder(), "keys/ops", (*node.Core).IssueOperations, node.Nothing{}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "%s holds a new operations credential. Earlier ones stay good until they are\n"+
		"revoked: DELETE /v1/ops/credentials/KEY\n", c.folder().CredentialFile())
	return err
}
