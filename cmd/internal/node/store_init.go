package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/seal"
)

// StoreInit is the input of InitStore.
type StoreInit struct {
	URL    string        // of the database, with the owner's role
	Role   string        // the serving role
	Folder folder.Folder // contains the master key, or will
	Kind   folder.Kind   // of a new ledger
}

// StoreMade is the result of InitStore.
type StoreMade struct {
	postgres.Made
	MasterMade bool // a new master key was written to the folder
	HasMaster  bool // the folder contains the ledger's master key
}

// InitStore creates a ledger in a database, or migrates its schema. A master
// key is made only for a new ledger, before anything is written to the
// database: if it is interrupted in between, the next attempt uses that key.
func InitStore(ctx context.Context, o StoreInit) (made StoreMade, err error) {
	has, err := o.Folder.HasLog()
	if has {
		err = fmt.Errorf("%s holds a ledger of its own: name another folder with --data", o.Folder)
	}
	if err != nil {
		return made, err
	}
	made.Made, err = postgres.Init(ctx, o.URL, o.Role, func(found *postgres.Ledger) (l postgres.Ledger, err error) {
		if found != nil {
			made.HasMaster, err = o.fits(*found)
			return *found, err
		}
		made.HasMaster = true
		if made.MasterMade, err = seal.MakeMaster(o.Folder.Keys()); err != nil {
			return l, err
		}
		l = postgres.Ledger{ID: uuid.NewString(), Kind: string(o.Kind)}
		l.Mark, err = seal.Mark(o.Folder.Keys())
		return l, err
	})
	return made, err
}

// fits refuses a folder with a different master key, and a ledger of another
// kind than requested. The master key may be elsewhere.
func (o StoreInit) fits(l postgres.Ledger) (hasMaster bool, err error) {
	if err := o.Kind.MustBe(folder.Kind(l.Kind)); err != nil {
		return false, err
	}
	switch err := seal.CheckMark(o.Folder.Keys(), l.Mark); {
	case errors.Is(err, seal.ErrNoMaster):
		return false, nil
	default:
		return err == nil, err
	}
}
