package main

import (
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// openReadOnly opens the log while a server may be running.
func openReadOnly(f folder.Folder) (*sqlite.Store, error) {
	if err := f.MustExist(); err != nil {
		return nil, err
	}
	return sqlite.Open(string(f), sqlite.Options{ReadOnly: true})
}
