package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/cmd/internal/terminal"
	"github.com/achledger/achledger/domain/text"
)

type backupCommand struct {
	placeFlags
	To string `arg:"" name:"folder" help:"A new or empty folder."`
}

func (backupCommand) Help() string {
	return `Works beside a running server. The copy is a data folder without the master
key, so nobody can read an account number in it; export that key on its own
and keep it elsewhere.

  achledger backup /backup/monday
  achledger keys export /elsewhere/master

To restore: copy the folder, put the exported key into its keys/master, start
the server on it, and say which credentials were revoked and which files were sent
since then: achledger credentials --help, achledger delivery --help

A ledger in a database is backed up as the database is: with pg_basebackup and the
archived write-ahead log, or by the service that runs it. The master key is not in
there either.`
}

// errBackedUpElsewhere refuses a backup of a log in a database: several nodes
// write it, so a copy would lack what they have answered since, and the
// database has better tools.
var errBackedUpElsewhere = errors.New("a ledger in a database is backed up with the database, by pg_basebackup and its archived write-ahead log; keep its master key apart: achledger keys export --data DIR FILE")

// Run backs up.
func (c backupCommand) Run(ctx context.Context, s streams) error {
	if c.Store != "" {
		return errBackedUpElsewhere
	}
	reader, err := node.OpenReader(ctx, c.folder())
	if err != nil {
		return err
	}
	defer reader.Close()
	bar := terminal.NewProgress(s.errs, "reading the copy back")
	report, err := reader.Backup(ctx, folder.Folder(c.To), bar.At)
	bar.Done()
	if err != nil {
		return err
	}
	if !report.Sound() {
		for _, p := range report.Problems {
			fmt.Fprintf(s.out, "%s\n", p)
		}
		fmt.Fprintln(s.errs, "achledger: the copy equals the log, but the log is not sound: run achledger verify")
		return errReported
	}
	_, err = fmt.Fprintf(s.out, "%s holds %s, checked, and no master key. Delivery will be off where it is restored.\n",
		c.To, text.Count(int(report.Events), "event", "events"))
	return err
}
