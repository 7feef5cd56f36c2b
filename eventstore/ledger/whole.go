package ledger

import (
	"encoding/json"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// wholeIn is the purpose of an entry as it arrived. It is bound to its stream.
func wholeIn(stream string) string { return "entry/" + stream }

// SealWhole masks the parts of an entry that the log may not show: dates of
// birth, and account numbers that other texts repeat. It returns the entry as
// it arrived, sealed for a stream of the log; nil if nothing had to be masked.
func (l *Ledger) SealWhole(stream, client string, e *domain.Entry, numbers ...string) (domain.Sealed, error) {
	whole := *e
	hidden := domain.HideBirths(e)
	for _, number := range numbers {
		hidden = domain.HideRepeats(number, e) || hidden
	}
	if !hidden {
		return nil, nil
	}
	text, err := json.Marshal(whole)
	if err != nil {
		return nil, err
	}
	sealed, err := l.Keys.Seal(client, text, wholeIn(stream))
	if err != nil {
		return nil, fmt.Errorf("seal an entry of client %s: %w", client, err)
	}
	return sealed, nil
}

// OpenWhole is the inverse of SealWhole.
func (l *Ledger) OpenWhole(stream, client string, sealed domain.Sealed) (e domain.Entry, err error) {
	text, err := l.Keys.Open(client, sealed, wholeIn(stream))
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err != nil {
		err = fmt.Errorf("open an entry of client %s: %w", client, err)
	}
	return e, err
}

// unhide restores the masked texts of an item's entry.
func (l *Ledger) unhide(t *domain.Transaction, i *domain.Item, sealed domain.Sealed, e *domain.Entry) error {
	whole, err := l.OpenWhole(domain.TransactionStream(t.Client, t.ID), t.Client, sealed)
	if err != nil {
		return err
	}
	opened, err := t.EntryFrom(i, whole.Entry)
	opened.Entry.Trace = e.Entry.Trace // assigned when it was filed
	e.Entry = opened.Entry
	return err
}
