package projections

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// EntryPlace is where an entry from the bank was put first.
type EntryPlace struct {
	Inbound   string // the file that contained it
	Unmatched bool   // in the queue for a person; otherwise in a transaction
}

// FiledItem is an item of ours that was filed under a trace number. Trace
// numbers are used again after years, so several items may have the same.
type FiledItem struct {
	Client, TransactionID, ItemID string
	Kind                          domain.ItemKind
	Trace                         string
}

// Receivers are the clients and banks that may receive payments. Their settings
// are in the log; Position changes whenever any of them does.
type Receivers struct {
	Clients  []string
	Banks    []string // ODFIs with settings of their own, nine digits
	Position int64
}

const (
	findPlace = `SELECT i.id, p.unmatched FROM places@ p LEFT JOIN inbound@ i ON i.position = p.file WHERE p.entry = ?1`
	findTrace = `SELECT client, txn, item, kind FROM items@ INDEXED BY items_trace@
		WHERE trace = ?1 AND trace <> '' AND file IS NOT NULL ORDER BY position DESC`
	findOffset = `SELECT f.id, o.batch FROM offsets@ o INDEXED BY offsets_trace@ JOIN files@ f ON f.position = o.file
		WHERE o.trace = ?1 ORDER BY o.position DESC`
	allClients      = `SELECT client FROM clients@ ORDER BY client`
	allBanks        = `SELECT routing FROM banks@ ORDER BY routing`
	settingsChanged = `SELECT coalesce(max(position), 0) FROM settings_changed@`
)

// Places returns the places of entries, by their ids. An entry without a place
// is not in the result.
func (v *Views) Places(ctx context.Context, entries []string) (map[string]EntryPlace, error) {
	places := map[string]EntryPlace{}
	err := v.read(ctx, func(s snapshot) error {
		for _, id := range entries {
			err := s.query(findPlace, values(entryKey(id)), func(row []value) error {
				var at EntryPlace
				scan(row, &at.Inbound, &at.Unmatched)
				places[id] = at
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return places, err
}

// FiledUnder finds the items that were filed under trace numbers, newest first
// for each. An item that was released because its file was rejected is not
// included.
func (v *Views) FiledUnder(ctx context.Context, traces []string) (map[string][]FiledItem, error) {
	found := map[string][]FiledItem{}
	err := v.eachOf(ctx, findTrace, traces, func(trace string, row []value) {
		item := FiledItem{Trace: trace}
		scan(row, &item.Client, &item.TransactionID, &item.ItemID, &item.Kind)
		found[trace] = append(found[trace], item)
	})
	return found, err
}

// FiledOffset is the offset of a batch of a file of ours.
type FiledOffset struct {
	FileID string
	Batch  int
}

// OffsetsUnder finds the offsets that were filed under trace numbers, newest
// first for each. Most numbers have none.
func (v *Views) OffsetsUnder(ctx context.Context, traces []string) (map[string][]FiledOffset, error) {
	found := map[string][]FiledOffset{}
	err := v.eachOf(ctx, findOffset, traces, func(trace string, row []value) {
		var o FiledOffset
		scan(row, &o.FileID, &o.Batch)
		found[trace] = append(found[trace], o)
	})
	return found, err
}

// SettingsChanged returns the position of the newest change of any client or
// bank.
func (v *Views) SettingsChanged(ctx context.Context) (position int64, err error) {
	err = v.each(ctx, settingsChanged, nil, func(row []value) { scan(row, &position) })
	return position, err
}

// Receivers lists clients and banks.
func (v *Views) Receivers(ctx context.Context) (r Receivers, err error) {
	err = v.read(ctx, func(s snapshot) error {
		row, err := s.c.Row(settingsChanged)
		if err != nil {
			return err
		}
		scan(row, &r.Position)
		if r.Clients, err = column[string](s, allClients); err != nil {
			return err
		}
		r.Banks, err = column[string](s, allBanks)
		return err
	})
	return r, err
}
