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

// StoreInit is what InitStore is told.
type StoreInit struct {
	URL    string        // of the database, with the owner's role
	Role   string        // that serves
	Folder folder.Folder // with the master key, or where it will be
	Kind   folder.Kind   // of a ledger that is made
}

// StoreMade is what InitStore found and did.
type StoreMade struct {
	postgres.Made
	MasterMade bool // the folder has a new master key
	HasMaster  bool // the folder has the ledger's master key
}

// InitStore makes a ledger in a database, or brings its schema up to date. A
// master key is made for a new ledger only, before anything is in the database:
// a stop in between leaves a key that the next try takes.
func InitStore(ctx context.Context, o StoreInit) (made StoreMade, err error) {
	if has, err := o.Folder.HasLog(); err != nil || has {
		return made, errors.Join(err, fmt.Errorf("%s holds a ledger of its own: name another folder with --data", o.Folder))
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

// fits refuses a folder with another master key, and another kind of ledger than
// was asked for. The master key may be elsewhere.
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
