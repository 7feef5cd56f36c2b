package ledger

import (
	"encoding/json"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// wholeIn is the purpose of an entry as it came. It is bound to its stream.
func wholeIn(stream string) string { return "entry/" + stream }

// SealWhole masks what of an entry the log may not show: dates of birth, and
// account numbers where other texts repeat them. It returns the entry as it
// came, sealed for a stream of the log; nil where nothing had to be masked.
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

// unhide puts into the entry of an item the texts that the log has masked.
func (l *Ledger) unhide(t *domain.Transaction, i *domain.Item, sealed domain.Sealed, e *domain.Entry) error {
	whole, err := l.OpenWhole(domain.TransactionStream(t.Client, t.ID), t.Client, sealed)
	if err != nil {
		return err
	}
	opened, err := t.EntryFrom(i, whole.Entry)
	opened.Entry.Trace = e.Entry.Trace // given when it was filed
	e.Entry = opened.Entry
	return err
}
