// Command cluster runs three nodes of a ledger on this machine, with a
// PostgreSQL primary and its standby, three NATS servers and a proxy. It makes
// them from nothing and removes them at the end. It sends a payment, shows the
// file in which it leaves, and prints how to kill each part.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/achledger/achledger/cmd/internal/cluster"
)

type options struct {
	Program string `help:"achledger." default:"bin/achledger"`
	Broker  string `help:"nats-server." default:"bin/nats-server"`
	Listen  string `help:"Address of the proxy." default:"127.0.0.1:8080"`
	Folder  string `help:"An empty or new folder for it; a temporary one by default, which is removed." placeholder:"DIR"`
	Once    bool   `help:"End when the payment is in a file."`
	Faults  int    `help:"Send payments while so many parts are killed, stopped and cut off, and check what was acknowledged." placeholder:"N"`
	Seed    uint64 `help:"Draws the faults; by chance when 0."`
}

func main() {
	var o options
	kong.Parse(&o, kong.Name("cluster"), kong.Description("Run three nodes of a ledger on this machine, and say how to kill each part."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run := o.show
	if o.Faults > 0 {
		run = o.chaos
	}
	if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "cluster:", err)
		os.Exit(1)
	}
}

// with starts a cluster, calls do and removes the cluster. A folder that the
// user named remains.
func (o options) with(ctx context.Context, say slog.Level, do func(*cluster.Cluster) error) (err error) {
	if o.Folder == "" {
		if o.Folder, err = os.MkdirTemp("", "achledger-cluster-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.Folder)) }()
	}
	fmt.Printf("Starting PostgreSQL with a standby, three NATS servers, three nodes and a proxy in %s\n", o.Folder)
	c, err := cluster.Start(ctx, cluster.Options{
		Folder: o.Folder, Program: o.Program, Broker: o.Broker, Listen: o.Listen,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: say})),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Stop()) }()
	return do(c)
}

// show sends a payment, and prints how to kill each part.
func (o options) show(ctx context.Context) error {
	return o.with(ctx, slog.LevelInfo, func(c *cluster.Cluster) error {
		harbor, err := pay(ctx, c)
		if err != nil || o.Once {
			return err
		}
		instruct(c, harbor)
		<-ctx.Done()
		fmt.Println("\nEnding every part.")
		return nil
	})
}
