package main

import (
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
)

// openReadOnly opens the log beside a server that may be running.
func openReadOnly(f folder.Folder) (*eventstore.SQLite, error) {
	if err := f.MustExist(); err != nil {
		return nil, err
	}
	return eventstore.OpenSQLite(string(f), eventstore.SQLiteOptions{ReadOnly: true})
}
