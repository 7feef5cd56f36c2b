package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/workers/restore"
)

type deliveryOnCommand struct {
	placeFlags
	ODFI        string `name:"odfi" help:"The ODFI, by its routing number; asked for when left out." placeholder:"ROUTING"`
	Sent        string `help:"Folder with the files that went out since the backup, those that clients downloaded too." placeholder:"FOLDER" xor:"sent"`
	NothingSent bool   `help:"Nothing went out since the backup." xor:"sent"`
}

// Help is the text that --help shows below the flags.
func (deliveryOnCommand) Help() string {
	return `What left since the backup and is not told here is sent a second time. So find
out at the bank, put those files into a folder and name it with --sent: their
entries become filed and their numbers taken. Files of other ODFIs in it wait
for their turn.`
}

// Run switches delivery on.
func (c deliveryOnCommand) Run(ctx context.Context, s streams) (err error) {
	if err := c.mustExist(); err != nil {
		return err
	}
	if c.Sent == "" && !c.NothingSent {
		return errors.New("say which files went out since the backup: --sent FOLDER, or --nothing-sent if none did")
	}
	if c.ODFI == "" {
		question := "Everything of this ODFI that is not told as sent will be sent.\nType its routing number to go on: "
		if c.ODFI, err = typed(s, question); err != nil {
			return err
		}
		if c.ODFI == "" {
			return errors.New("no routing number was typed: nothing was changed")
		}
	}
	order := node.DeliveryOrder{ODFI: c.ODFI}
	if c.Sent != "" {
		if order.Sent, err = filepath.Abs(c.Sent); err != nil {
			return err
		}
	}
	report, err := askAt(ctx, c.placeFlags, "delivery/on", (*node.Core).DeliveryOn, order)
	if err != nil {
		return err
	}
	if order.Sent != "" {
		tellSent(s, report)
	}
	_, err = fmt.Fprintf(s.out, "Delivery is on for ODFI %s.\n", c.ODFI)
	return err
}

func tellSent(s streams, r restore.Report) {
	fmt.Fprintf(s.out, "Taken into the log: %s with %s; it knew %d more.\n", text.Count(r.Files, "file", "files"), text.Count(r.Entries, "entry", "entries"), r.Known)
	if r.Others > 0 {
		fmt.Fprintf(s.out, "%s of other ODFIs: switch those on with the same folder.\n", text.Count(r.Others, "file is", "files are"))
	}
	tell(s, r.Corrected, "sent to another account than the one known here, corrected after the backup:\n"+
		"look whether that is so")
	tell(s, r.Unknown, "accepted after the backup, which knows nothing of that. In the log now under\n"+
		"a new id: whoever sent it must not send it again")
	tell(s, r.Held, "waiting here that looks like one of those, held until somebody approves or\n"+
		"rejects it: POST /v1/ops/events/EVENT/approve or /reject")
	if len(r.Unknown)+len(r.Corrected)+len(r.Held) > 0 {
		fmt.Fprintln(s.out)
	}
}

// tell lists entries that a person has to examine.
func tell(s streams, entries []restore.Told, what string) {
	if len(entries) == 0 {
		return
	}
	fmt.Fprintf(s.out, "\n%s %s:\n", text.Count(len(entries), "entry", "entries"), what)
	for _, e := range entries {
		fmt.Fprintf(s.out, "  %s  %13s  %-22s client %s, transaction %s\n", e.Trace, text.Money(e.AmountCents), e.Name, e.Client, e.TransactionID)
	}
}
