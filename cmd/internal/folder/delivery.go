package folder

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/delivery"
	"github.com/achledger/achledger/eventstore/durable"
)

// OpenDelivery reads the delivery switch stored beside the open log. It is on
// in a folder that was just made: its log is empty, and nothing in it shows
// that there was another. Contradiction, if any, is how the log differs from the
// one that was known here.
func (f Folder) OpenDelivery(log delivery.Log, contradiction string) (*delivery.Switch, error) {
	i, reason, err := f.readInstance(log)
	if err != nil {
		return nil, err
	}
	reason = cmp.Or(reason, contradiction)
	if log.Head == 0 {
		if reason, err = f.lostLog(i); err != nil {
			return nil, err
		}
	}
	now := i.Record
	switch {
	case log.Head == 0 && reason == "":
		now = delivery.Record{Otherwise: true}
	case reason != "":
		now = i.Off(reason, log) // only a person ends this
	}
	s := delivery.New(now, keeper{f})
	return s, s.Note(log)
}

// keeper stores the switch in the file instance.
type keeper struct{ folder Folder }

// Version implements delivery.Keeper: the holder of the folder's lock is the
// only writer.
func (keeper) Version() int64 { return 0 }

// Save implements delivery.Keeper.
func (k keeper) Save(r delivery.Record, log delivery.Log) error {
	here, err := k.folder.identify(log)
	if err != nil {
		return err
	}
	here.Record = r
	content, err := json.MarshalIndent(here, "", "  ")
	if err != nil {
		return err
	}
	if err := durable.Replace(k.folder.instance(), append(content, '\n')); err != nil {
		return fmt.Errorf("write the delivery switch: %w", err)
	}
	return nil
}

// Arrived sets the switch of a folder to its state where the ledger was copied
// from, durably: the copy is not a restored backup.
func (f Folder) Arrived(r delivery.Record, log delivery.Log) error { return keeper{f}.Save(r, log) }
