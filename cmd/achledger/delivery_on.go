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
	ODFI        string `name:"odfi" help:"The ODFI's routing number; you are asked for it if it is left out." placeholder:"ROUTING"`
	Sent        string `help:"Folder with the files that were sent since the backup, including those that clients downloaded." placeholder:"FOLDER" xor:"sent"`
	NothingSent bool   `help:"Nothing was sent since the backup." xor:"sent"`
}

func (deliveryOnCommand) Help() string {
	return `Whatever left since the backup and is not named here is sent a second time. So
ask the bank, put those files into a folder, and name it with --sent: their
entries are then recorded as sent, and their trace numbers as used. Files of
other ODFIs in it are left until you switch those on.

Without a restore, after achledger delivery off alone, the log has everything
that was sent: say --nothing-sent.`
}

// Run switches delivery on.
func (c deliveryOnCommand) Run(ctx context.Context, s streams) (err error) {
	if err := c.mustExist(ctx); err != nil {
		return err
	}
	if c.Sent == "" && !c.NothingSent {
		return errors.New("say which files were sent since the backup: --sent FOLDER, or --nothing-sent if none were")
	}
	if c.ODFI == "" {
		question := "Everything of this ODFI that you have not named as sent will be sent.\nType its routing number to continue: "
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
		printSent(s, report)
	}
	_, err = fmt.Fprintf(s.out, "Delivery is on for ODFI %s.\n", c.ODFI)
	return err
}

func printSent(s streams, r restore.Report) {
	fmt.Fprintf(s.out, "Recorded in the log: %s with %s. Already known: %d.\n", text.Count(r.Files, "file", "files"), text.Count(r.Entries, "entry", "entries"), r.Known)
	if r.Others > 0 {
		fmt.Fprintf(s.out, "%s of other ODFIs: switch those on with the same folder.\n", text.Count(r.Others, "file is", "files are"))
	}
	printEntries(s, r.Corrected, "sent to an account other than the one known here, as if it had been corrected\n"+
		"after the backup: check that")
	printEntries(s, r.Unknown, "accepted after the backup and unknown to it. It is in the log now under a new id:\n"+
		"whoever sent it must not send it again")
	printEntries(s, r.Held, "waiting here that resembles one of those, and is held until somebody approves or\n"+
		"rejects it: POST /v1/ops/events/EVENT/approve or /reject")
	if len(r.Unknown)+len(r.Corrected)+len(r.Held) > 0 {
		fmt.Fprintln(s.out)
	}
}

// printEntries lists entries that a person has to examine.
func printEntries(s streams, entries []restore.ReportedEntry, what string) {
	if len(entries) == 0 {
		return
	}
	fmt.Fprintf(s.out, "\n%s %s:\n", text.Count(len(entries), "entry", "entries"), what)
	for _, e := range entries {
		fmt.Fprintf(s.out, "  %s  %13s  %-22s client %s, transaction %s\n", e.Trace, text.Money(e.AmountCents), e.Name, e.Client, e.TransactionID)
	}
}
