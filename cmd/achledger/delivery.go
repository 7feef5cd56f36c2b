package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/achledger/achledger/cmd/internal/delivery"
	"github.com/achledger/achledger/cmd/internal/node"
)

type deliveryCommand struct {
	Show deliveryShowCommand `cmd:"" default:"withargs" help:"Show whether files may leave."`
	On   deliveryOnCommand   `cmd:"" help:"Say which files were sent since the backup, and let files leave again."`
	Off  deliveryOffCommand  `cmd:"" help:"Stop files from leaving."`
}

func (deliveryCommand) Help() string {
	return `In a folder that was restored from a backup, entries that left since then seem to
be waiting still. So delivery is off there: nothing is cut and nothing leaves
until a person says which files were sent, ODFI by ODFI.

  achledger delivery                                       the current state
  achledger delivery on --odfi 231380104 --nothing-sent    nothing left since the backup
  achledger delivery on --odfi 231380104 --sent ./sent     the files in ./sent did`
}

type deliveryShowCommand struct {
	placeFlags
	Unknown unknownCommand `arg:"" optional:"" hidden:""`
}

// Validate refuses an unknown command.
func (c deliveryShowCommand) Validate() error {
	return c.Unknown.refused("delivery", "show, on and off")
}

// Run shows the switch.
func (c deliveryShowCommand) Run(ctx context.Context, s streams) error {
	state, err := askAt(ctx, c.placeFlags, "delivery", (*node.Core).DeliveryState, node.Nothing{})
	if err != nil {
		return err
	}
	showDelivery(s.out, state)
	return nil
}

func showDelivery(out io.Writer, state delivery.State) {
	word := map[bool]string{true: "on", false: "off"}
	for _, odfi := range slices.Sorted(maps.Keys(state.ODFIs)) {
		fmt.Fprintf(out, "%s  %s\n", odfi, word[state.ODFIs[odfi]])
	}
	others := "all ODFIs"
	if len(state.ODFIs) > 0 {
		others = "all others"
	}
	fmt.Fprintf(out, "%s  %s\n", others, word[state.Otherwise])
	if !state.Otherwise {
		if state.Reason != "" {
			fmt.Fprintf(out, "why: %s\n", state.Reason)
		}
		fmt.Fprintln(out, "To switch one on: achledger delivery on --odfi ROUTING --sent FOLDER | --nothing-sent")
	}
}

type deliveryOffCommand struct {
	placeFlags
	ODFI   string `name:"odfi" help:"Only this ODFI, by its routing number." placeholder:"ROUTING"`
	Reason string `help:"Why, for the log."`
}

func (deliveryOffCommand) Help() string {
	return `Without --odfi it is off for every ODFI. Payments are still accepted, and wait;
clients' own files are refused (503 delivery-off). To let files leave again, if
no copy of this ledger sent any meanwhile:

  achledger delivery on --odfi 231380104 --nothing-sent`
}

// Run switches delivery off. It needs no confirmation: waiting loses nothing.
func (c deliveryOffCommand) Run(ctx context.Context, s streams) error {
	stopped, err := askAt(ctx, c.placeFlags, "delivery/off", (*node.Core).DeliveryOff, node.DeliveryStop{ODFI: c.ODFI, Reason: c.Reason})
	if err != nil {
		return err
	}
	which := "every ODFI"
	if c.ODFI != "" {
		which = "ODFI " + c.ODFI
	}
	fmt.Fprintf(s.out, "Delivery is off for %s: nothing is cut and nothing leaves.\n", which)
	for _, f := range stopped.Begun {
		fmt.Fprintf(s.out, "The delivery of %s to ODFI %s had begun and has not ended: ask the bank whether it has that file.\n", f.Name, f.ODFI)
	}
	if stopped.Busy {
		fmt.Fprintln(s.out, "A bank's server has not answered yet: what was sent there may still arrive.")
	}
	return nil
}
