package inbound

import (
	"cmp"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// inboundEntry is an entry of a file from the bank on its way to its place.
type inboundEntry struct {
	nacha.ScannedEntry
	id        string
	inbound   string
	header    *nacha.BatchHeader
	created   calendar.Date // of the file
	made      string        // the file, RFC 3339; empty where its header does not say when
	settledOn calendar.Date
}

// settlementDay is the day the operator stamped on a batch, which has no
// year. Without a stamp it is the effective entry date, and without that the
// day of the file.
func settlementDay(h *nacha.BatchHeader, created calendar.Date) calendar.Date {
	if day, err := calendar.SettlementFromJulian(h.SettlementDay, created); err == nil {
		return day
	}
	if day, err := calendar.ParseYYMMDD(h.EffectiveOn); err == nil && !day.Before(created) {
		return calendar.OnOrAfter(day)
	}
	return calendar.OnOrAfter(created)
}

// incoming is the entry as a client's transaction keeps it: account number
// and corrected data only sealed. The number is masked where other texts repeat
// it, and so is that of the item it answers, if it is another one.
func (e *inboundEntry) incoming(l *ledger.Ledger, stream, client, replyTo, number string, flags []string) (domain.Incoming, error) {
	entry, data, masked := open(e.Entry, e.header)
	kept := domain.Entry{Header: *e.header, Entry: entry}
	whole, err := l.SealWhole(stream, client, &kept, e.Entry.Account, number)
	if err != nil {
		return domain.Incoming{}, err
	}
	in := domain.Incoming{
		ItemID: e.id, ReplyTo: replyTo, Inbound: e.inbound, Header: kept.Header, Entry: kept.Entry, Whole: whole,
		SettledOn: e.settledOn.String(), FileMadeAt: e.made, DataMasked: masked, Flags: flags,
	}
	if data != "" {
		in.Data, err = l.SealDataIn(stream, e.id, client, data)
	}
	return in, err
}

// open takes out of an entry what is kept sealed only; it leaves the entry it
// is given as it was. The account number is the caller's to keep.
func open(e nacha.Entry, h *nacha.BatchHeader) (without nacha.Entry, data, masked string) {
	e.Account = ""
	switch {
	case e.Correction != nil:
		c := *e.Correction
		data, c.Data, e.Correction = c.Data, "", &c
		masked = domain.MaskChange(c.Code, data, h.IAT != nil)
	case e.RefusedChange != nil:
		c := *e.RefusedChange
		data, c.Data, e.RefusedChange = c.Data, "", &c
		masked = domain.MaskChange(c.ChangeCode, data, h.IAT != nil)
	}
	return e, data, masked
}

// accountType is the kind of account as stored names call it; that of a code
// not in use, which a person let in, is checking.
func accountType(code int) string { return cmp.Or(domain.AccountType(code), domain.Checking) }

// receivedEvent is the event of a payment that came for a client.
func (e *inboundEntry) receivedEvent(l *ledger.Ledger, client string, flags ...string) (*domain.TransactionReceived, error) {
	stream := domain.TransactionStream(client, transactionID(e.id))
	in, err := e.incoming(l, stream, client, "", "", flags)
	if err != nil {
		return nil, err
	}
	account, err := l.SealAccountIn(stream, client, e.Entry.Routing, e.Entry.Account, accountType(e.Entry.Code))
	return &domain.TransactionReceived{TransactionID: transactionID(e.id), Incoming: in, Account: account}, err
}
