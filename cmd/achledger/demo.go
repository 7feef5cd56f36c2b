package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/achledger/achledger/cmd/internal/demo"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/cmd/internal/node"
)

type demoCommand struct {
	Once bool   `help:"Exit when the story is told."`
	Data string `help:"An empty or new folder for it; a temporary one by default." placeholder:"DIR"`
}

func (demoCommand) Help() string {
	return `Takes less than a minute and needs no configuration. The API is at
127.0.0.1:8080 and the broker at 127.0.0.1:4222, or at a free port if another
program uses that one. Afterwards the server stays up until Ctrl-C, and shows
commands to try. The folder is a sandbox and is left where it is.`
}

// Run runs the story.
func (c demoCommand) Run(ctx context.Context, s streams) error {
	dir, err := c.prepare()
	if err != nil {
		return err
	}
	logs, err := os.OpenFile(filepath.Join(string(dir), "demo.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer logs.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ready, ended := make(chan node.Running, 1), make(chan error, 1)
	go func() {
		ended <- node.Serve(ctx, node.Options{
			Folder: dir, Kind: folder.Sandbox, Listen: freeOr("127.0.0.1:8080"),
			Broker: node.BrokerOptions{Listen: freeOr("127.0.0.1:4222")},
			Log:    slog.New(slog.NewTextHandler(logs, nil)),
			Ready:  func(r node.Running) { ready <- r },
		})
	}()
	var running node.Running
	select {
	case running = <-ready:
	case err := <-ended:
		return err
	}
	ops, err := dir.ReadCredential()
	if err != nil {
		return err
	}
	next, err := demo.Demo{Folder: dir, Base: running.Base, Ops: ops, Out: s.out, SignInLink: running.SignInLink}.Run(ctx)
	if err != nil {
		stop()
		return errors.Join(err, <-ended)
	}
	next.Program = os.Args[0]
	if c.Once {
		stop()
		if err := <-ended; err != nil {
			return err
		}
		next.Print(s.out, false)
		return nil
	}
	next.Print(s.out, true)
	return <-ended
}

// prepare makes the folder and refuses one that is in use.
func (c demoCommand) prepare() (folder.Folder, error) {
	if c.Data == "" {
		dir, err := os.MkdirTemp("", "achledger-demo-")
		return folder.Folder(dir), err
	}
	f := folder.Folder(c.Data)
	if has, err := f.HasLog(); has || err != nil {
		if err != nil {
			return f, err
		}
		return f, fmt.Errorf("%s holds a ledger already: name a new folder, or leave out --data", f)
	}
	return f, os.MkdirAll(c.Data, 0o700)
}

// freeOr is the address, or any free port if somebody listens there.
func freeOr(address string) string {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "127.0.0.1:0"
	}
	l.Close()
	return address
}
