package ledger

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/seal"
)

// QueueKeys names the keys that seal the waiting entries of a file from the
// bank. Until they are decided it is not known to which client they belong. If
// a client's keys are destroyed, these can be destroyed as well, unlike the
// ledger's own.
func QueueKeys(inbound string) string {
	sum := sha256.Sum256([]byte(inbound))
	return fmt.Sprintf("_queue%x", sum[:16])
}

// SealQueued seals the account number, the corrected data and, if given, the
// records of an entry that is going to wait. Texts that repeat the number are
// masked.
func (l *Ledger) SealQueued(q *domain.EntryQueued, number, accountType, data, raw string) (err error) {
	stream, keys := domain.UnmatchedStream(q.EntryID), QueueKeys(q.Inbound)
	q.Account, err = l.SealAccountIn(stream, keys, q.Entry.Routing, number, accountType)
	if errors.Is(err, seal.ErrDestroyed) { // the file was in quarantine in part, and is reviewed again
		keys = domain.LedgerClient
		q.Account, err = l.SealAccountIn(stream, keys, q.Entry.Routing, number, accountType)
	}
	if err != nil {
		return err
	}
	kept := domain.Entry{Header: q.Header, Entry: q.Entry}
	if q.Whole, err = l.SealWhole(stream, keys, &kept, number); err != nil {
		return err
	}
	q.Header, q.Entry = kept.Header, kept.Entry
	if data != "" {
		if q.Data, err = l.SealDataIn(stream, q.EntryID, keys, data); err != nil {
			return err
		}
	}
	if raw != "" {
		q.Raw, err = l.SealDataIn(stream, q.EntryID, keys, raw)
	}
	return err
}

// Queued are the sealed values of a waiting entry, in the clear.
type Queued struct {
	Number, Data, Raw string
	Entry             domain.Entry // with all its texts
}

// OpenQueued is the inverse of SealQueued. Own reports that the values are
// sealed with the ledger's own keys: earlier releases did so, and so does an
// entry that arrives after the keys of its file were destroyed.
func (l *Ledger) OpenQueued(q *domain.EntryQueued) (open Queued, own bool, err error) {
	keys := QueueKeys(q.Inbound)
	open.Number, err = l.OpenAccount(keys, q.Account)
	if errors.Is(err, seal.ErrNoKey) || errors.Is(err, seal.ErrDestroyed) || Exchanged(err) {
		number, e := l.OpenAccount(domain.LedgerClient, q.Account)
		switch {
		case e == nil:
			open.Number, keys, own, err = number, domain.LedgerClient, true, nil
		case errors.Is(err, seal.ErrNoKey):
			err = e
		}
	}
	if err != nil {
		return open, own, err
	}
	open.Entry = domain.Entry{Header: q.Header, Entry: q.Entry}
	if len(q.Whole) > 0 {
		if open.Entry, err = l.OpenWhole(q.Account.In, keys, q.Whole); err != nil {
			return open, own, err
		}
	}
	for _, part := range []struct {
		sealed domain.Sealed
		into   *string
	}{{q.Data, &open.Data}, {q.Raw, &open.Raw}} {
		if len(part.sealed) == 0 {
			continue
		}
		if *part.into, err = l.OpenDataIn(q.Account.In, q.EntryID, keys, part.sealed); err != nil {
			return open, own, err
		}
	}
	return open, own, nil
}
