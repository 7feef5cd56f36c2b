package main

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/seal"
)

type keysCommand struct {
	Rotate  rotateCommand  `cmd:"" help:"Replace the master key, or one client's data key."`
	Make    makeKeyCommand `cmd:"" help:"Write a new master key to a file, for the nodes of a ledger in a database."`
	Export  exportCommand  `cmd:"" help:"Write the master key to a file, to be kept apart from the backups."`
	Destroy destroyCommand `cmd:"" help:"Make everything sealed for a client unreadable, for good."`
	Ops     opsCommand     `cmd:"" help:"Write a new operations credential to DIR/ops.credential."`
}

func (keysCommand) Help() string {
	return `Account numbers are sealed with a key of their client, and those keys with
the one in DIR/keys/master. A backup leaves that one out, so export it and
keep it elsewhere: without it no restored ledger can render a file.`
}

type rotateCommand struct {
	placeFlags
	Client string `help:"Make a new data key for this client instead: it seals what comes from now on." placeholder:"ID"`
}

func (rotateCommand) Help() string {
	return `The new master key takes the place of the old one in DIR/keys/master, beside a
running server too; account numbers are not sealed again. Export it at once:
backups made from now on are opened by the new one alone, and earlier ones by
the old one.

With --store the master key is on every node, so the next one is there first:

  achledger keys make master-next          copy that file to every node, and start each
  achledger serve --master-key-file-next master-next ...          with its name
  achledger keys rotate --store URL        refused while a node does not have it

All keys are wrapped again in one step, and each node puts the new master key in the
place of the old one.`
}

// Run rotates the master key, or a client's data key.
func (c rotateCommand) Run(ctx context.Context, s streams) error {
	if _, err := askAt(ctx, c.placeFlags, "keys/rotate", (*node.Core).RotateKeys, node.Rotation{Client: c.Client}); err != nil {
		return err
	}
	if c.Client != "" {
		_, err := fmt.Fprintf(s.out, "Client %s has a new data key, which seals everything from now on. Make a backup:\n"+
			"older ones cannot open what it seals, whatever their master key.\n", c.Client)
		return err
	}
	if c.Store != "" {
		_, err := fmt.Fprint(s.out, "The master key is the one that the nodes were given as their next. They take it by\n"+
			"themselves; one that is away now takes it when it starts with --master-key-file-next,\n"+
			"or with a copy in keys/master. The old one opens only base backups made before: keep\n"+
			"the new one apart from them.\n")
		return err
	}
	_, err := fmt.Fprintf(s.out, "The master key was replaced. The old one opens only backups made before.\n"+
		"Export it now: achledger keys export --data %s FILE\n", c.Data)
	return err
}

type makeKeyCommand struct {
	File string `arg:"" help:"A file that does not exist yet."`
}

// Run makes a master key.
func (c makeKeyCommand) Run(s streams) error {
	if err := seal.MakeNext(c.File); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "%s holds a new master key. Copy it to every node, start each with\n"+
		"--master-key-file-next, and then: achledger keys rotate --store URL\n", c.File)
	return err
}

type exportCommand struct {
	placeFlags
	File string `arg:"" help:"A file that does not exist yet."`
}

// Run exports the master key.
func (c exportCommand) Run(ctx context.Context, s streams) error {
	if err := c.mustExist(ctx); err != nil {
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
	placeFlags
	Client  string `arg:"" help:"The client's id."`
	Confirm string `help:"The client's id again, instead of typing it." placeholder:"ID"`

	Undelivered bool `help:"Also take back files that are cut and did not leave, and remove from the outbox those that the bank has not acknowledged."`
}

func (destroyCommand) Help() string {
	return `The client is suspended, its waiting entries are rejected, and its keys are
overwritten. Its files in the outbox are removed, and so are those in inbox/done
and the kept files from the bank that have entries of it, and the keys of entries
that waited for a person and turned out to be its own. The command refuses while a
file of the client has not left, and while such an entry, or another one of the
same file from the bank, waits.
What it cannot destroy is in docs/security.md: what the bank has, backups whose
master key still exists, names and addenda.`
}

// Run destroys a client's keys after its id was typed twice.
func (c destroyCommand) Run(ctx context.Context, s streams) error {
	if err := c.mustExist(ctx); err != nil {
		return err
	}
	question := fmt.Sprintf("Every account number of client %s becomes unreadable here, permanently, and its\n"+
		"pending transactions are rejected. Type the client's id to continue: ", c.Client)
	if err := confirm(s, question, c.Confirm, c.Client); err != nil {
		return err
	}
	order := node.Destruction{Client: c.Client, Undelivered: c.Undelivered}
	done, err := askAt(ctx, c.placeFlags, "keys/destroy", (*node.Core).DestroyKeys, order)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "The keys of client %s are gone. %s rejected, %s taken back, %s removed.\n"+
		"Earlier backups still have the keys, sealed with the master key of their time.\n",
		c.Client, text.Count(done.Rejected, "item", "items"), text.Count(done.Released, "file", "files"), text.Count(done.Removed, "file", "files"))
	for _, left := range done.Left {
		if _, err := fmt.Fprintf(s.out, "Not destroyed: %s.\n", left); err != nil {
			return err
		}
	}
	return nil
}

type opsCommand struct{ placeFlags }

func (opsCommand) Help() string {
	return `For a folder whose credential was lost or became known. The first start writes one
by itself. The file is replaced; the earlier credential stays valid until it is
revoked: DELETE /v1/ops/credentials/KEY`
}

// Run issues an operations credential.
func (c opsCommand) Run(ctx context.Context, s streams) error {
	if _, err := askAt(ctx, c.placeFlags, "keys/ops", (*node.Core).IssueOperations, node.Nothing{}); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "%s holds a new operations credential. It revokes no earlier one:\n"+
		"DELETE /v1/ops/credentials/KEY does\n", c.folder().CredentialFile())
	return err
}
