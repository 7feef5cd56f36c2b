package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/achledger/achledger/cmd/internal/fedsim"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/domain/fed"
	"github.com/achledger/achledger/eventstore/follow"
)

type fedCommand struct {
	dataFlag
	Outbox   string        `help:"Folder that the ledger puts files into; DATA/outbox by default." placeholder:"DIR"`
	Inbox    string        `help:"Folder that the ledger takes answers from; DATA/inbox by default." placeholder:"DIR"`
	Rule     []string      `help:"What receiving banks answer: account=NUMBER:PLAN, amount=12.34:PLAN or name=PART:PLAN." placeholder:"RULE" sep:"none"`
	Seed     uint64        `help:"Seed of everything random." default:"1"`
	Truncate int           `help:"One answer in N comes broken first." placeholder:"N"`
	Repeat   int           `help:"One answer in N comes twice." placeholder:"N"`
	Once     bool          `help:"Look once and exit."`
	Every    time.Duration `help:"Time between two looks." default:"2s"`
}

func (fedCommand) Help() string {
	return `Plays the Federal Reserve and the banks behind it. It takes every file of the
outbox once, checks it as an operator does, and puts answers into the inbox:
an acknowledgement at once, returns and corrections on the banking day after
settlement. It follows the clock of the ledger in DATA, which has to be a sandbox.
What it knows is in the inbox, in .fed.journal; remove that file to make it forget.

A receiver's name, or identification, says what its bank does. So does a rule:

  R01 ... R53   returns the entry with this code (R01: insufficient funds);
                R80 to R85 too
  C01 ... C09   corrects it (C01: another account number); C13 and C14 too
  LATE          with a return: after its time frame
  TWICE         with a return: once more the next day
  R71 ... R77   contests when you dishonor the return

  achledger serve --sandbox --data play &     a bank to rehearse with
  achledger fed --data play                   answers until Ctrl-C
  achledger fed --data play --rule 'account=7720455110:C01' --rule 'amount=987.34:R01'
  achledger fed --data play --once --repeat 5 --truncate 10 --seed 42

A payee called 'Sam Okafor R01' has no money on the banking day after. Then
move the clock: PUT /v1/simulations/clock {"advance":"96h"}.`
}

// Run answers until a signal comes.
func (c fedCommand) Run(ctx context.Context, s streams) (err error) {
	o, err := c.options()
	if err != nil {
		return err
	}
	o.Tell = func(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }
	// Whatever --data says, an outbox or inbox in the folder of a ledger is that ledger's.
	for _, f := range []folder.Folder{c.folder(), folder.Folder(filepath.Dir(o.Outbox)), folder.Folder(filepath.Dir(o.Inbox))} {
		if _, err := node.SandboxNow(ctx, f); err != nil {
			return err
		}
	}
	f, err := fedsim.Open(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for {
		if err := c.pass(ctx, f); err != nil && ctx.Err() == nil {
			return err
		}
		if c.Once || !follow.Sleep(ctx, c.Every) {
			return f.Conserved()
		}
	}
}

// options checks the flags; outbox and inbox are those of the ledger by default.
func (c fedCommand) options() (fedsim.Options, error) {
	o := fedsim.Options{
		Outbox: cmp.Or(c.Outbox, c.folder().Outbox()), Inbox: cmp.Or(c.Inbox, c.folder().Inbox()),
		Seed: c.Seed, Faults: fed.Faults{Repeat: c.Repeat, Truncate: c.Truncate},
	}
	has, err := c.folder().HasLog()
	switch {
	case err != nil:
		return o, err
	case (c.Outbox == "" || c.Inbox == "") && !has:
		return o, fmt.Errorf("%s holds no ledger: name one with --data, or folders with --outbox and --inbox", c.Data)
	case filepath.Clean(o.Outbox) == filepath.Clean(o.Inbox):
		return o, errors.New("outbox and inbox are the same folder")
	case c.Every <= 0:
		return o, errors.New("--every must be above zero")
	}
	for _, text := range c.Rule {
		rule, err := fedsim.ParseRule(text)
		if err != nil {
			return o, err
		}
		o.Rules = append(o.Rules, rule)
	}
	return o, nil
}

// pass works once, by the ledger's clock if there is a ledger.
func (c fedCommand) pass(ctx context.Context, f *fedsim.Fed) error {
	now, err := node.SandboxNow(ctx, c.folder())
	if err != nil {
		return err
	}
	return f.Pass(ctx, now)
}
