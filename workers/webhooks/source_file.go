package webhooks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// entriesAtOnce is how many entries of a file are read at once.
const entriesAtOnce = 500

// ofFile returns the messages of a file's event, in pages. Ordinal 0 is the
// message about the file; its entries follow in the order of the log, if the
// event changes their status: its delivery does, and the cut of a file made by
// the client, which makes its entries visible.
func (s *source) ofFile(ctx context.Context, r eventstore.Recorded, first int64, room int, want wants) (list []message, then int64, err error) {
	if r.Type == (domain.FileFilled{}).Type() || r.Type == (domain.FileOffset{}).Type() {
		return nil, 0, nil // frequent, and they change nothing that a client sees
	}
	id := strings.TrimPrefix(r.Stream, "file/")
	before, err := s.files.at(ctx, id, r.Position-1)
	if err != nil {
		return nil, 0, err
	}
	f, err := s.files.at(ctx, id, r.Position)
	if err != nil {
		return nil, 0, err
	}
	if first == 0 {
		if list, err = s.fileItself(r, before, f, want); err != nil {
			return nil, 0, err
		}
	}
	status := entriesBecome(before, f)
	if status == "" || !slices.ContainsFunc(domain.StatusTypes(status), want) {
		return list, 0, nil
	}
	if len(list) >= room {
		return list, 1, nil
	}
	more, then, err := s.ofEntries(ctx, r, f, max(1, first), room-len(list), want)
	return append(list, more...), then, err
}

// fileItself returns the message about the file, if its state changed.
func (s *source) fileItself(r eventstore.Recorded, before, f domain.File, want wants) ([]message, error) {
	_, was := s.shows.File(before)
	shown, state := s.shows.File(f)
	if state == "" || state == was || !want("file."+state) {
		return nil, nil
	}
	m, err := newMessage(r, 0, "file."+state, shown)
	return []message{m}, err
}

// entriesBecome returns the status that an event of a file gives to its
// entries; "" if it does not change that.
func entriesBecome(before, f domain.File) string {
	switch {
	case !before.Transmitted() && f.Transmitted():
		return "transmitted"
	case before.Cut == nil && f.Cut != nil && f.Opened.MadeByClient():
		return "released" // they were not visible before
	default:
		return ""
	}
}

// ofEntries returns the messages of a file's entries from an ordinal on.
func (s *source) ofEntries(ctx context.Context, r eventstore.Recorded, f domain.File, first int64, room int, want wants) (list []message, then int64, err error) {
	filed, last, err := s.filed(ctx, f, first)
	if err != nil {
		return nil, 0, err
	}
	for n, e := range filed {
		if len(list) >= room {
			return list, first + int64(n), nil
		}
		m, ok, err := s.ofEntry(ctx, r, f.ID, e, first+int64(n), want)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			list = append(list, m)
		}
	}
	if last {
		return list, 0, nil
	}
	return list, first + int64(len(filed)), nil
}

// filed returns events that filed entries of the file, from an ordinal on, and
// whether they include the last one. Ordinals begin at 1.
func (s *source) filed(ctx context.Context, f domain.File, first int64) (filed []eventstore.Recorded, last bool, err error) {
	skip := first - 1
	for n, at := range f.Ranges {
		count := at.Last - at.First + 1
		if skip >= count {
			skip -= count
			continue
		}
		most := min(count-skip, entriesAtOnce)
		filed, err = s.ledger.Store.ReadAll(ctx, at.First+skip-1, int(most))
		if err == nil && len(filed) == 0 {
			err = fmt.Errorf("file %s has no entry at position %d", f.ID, at.First+skip)
		}
		return filed, n == len(f.Ranges)-1 && int64(len(filed)) == count-skip, err
	}
	return nil, true, nil
}

// ofEntry returns the message of one entry; ok is false if the entry has left
// the file again, or the message is not wanted.
func (s *source) ofEntry(ctx context.Context, r eventstore.Recorded, file string, filed eventstore.Recorded, ordinal int64, want wants) (m message, ok bool, err error) {
	fact, err := ledger.FactWithoutMeta(filed)
	if err != nil {
		return m, false, err
	}
	e, ok := fact.Event.(*domain.TransactionFiled)
	if !ok {
		return m, false, fmt.Errorf("position %d is a %s and should file an entry", filed.Position, filed.Type)
	}
	events, then, err := s.ledger.StreamAsOf(ctx, filed.Stream, r.Position)
	if err != nil {
		return m, false, err
	}
	t, err := ledger.TransactionOf(events[:then])
	if err != nil {
		return m, false, err
	}
	i, ok := t.Item(e.ItemID)
	if !ok || i.State != domain.Filed || i.Filing.File != file || i.Filing.Trace != e.Trace {
		return m, false, nil
	}
	shown, err := s.itemsAt(ctx, t, r.Position)
	if err != nil {
		return m, false, err
	}
	item, ok := shown[i.ID]
	if kind := domain.ItemType(i, item.Status); ok && want(kind) {
		m, err = newMessage(r, ordinal, kind, s.shows.Item(item))
		return m, err == nil, err
	}
	return m, false, nil
}
