package inbound

import (
	"cmp"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// inboundEntry is an entry of a file from the bank.
type inboundEntry struct {
	nacha.ScannedEntry
	id        string
	inbound   string
	header    *nacha.BatchHeader
	created   calendar.Date // of the file
	made      string        // creation time in the file's header, RFC 3339; "" if it has none
	settledOn calendar.Date
}

// settlementDay returns the settlement date of a batch. The operator stamps the
// day of the year only. Without a stamp it is the effective entry date, and
// without that the creation date of the file.
func settlementDay(h *nacha.BatchHeader, created calendar.Date) calendar.Date {
	if day, err := calendar.SettlementFromJulian(h.SettlementDay, created); err == nil {
		return day
	}
	if day, err := calendar.ParseYYMMDD(h.EffectiveOn); err == nil && !day.Before(created) {
		return calendar.OnOrAfter(day)
	}
	return calendar.OnOrAfter(created)
}

// incoming returns the entry as a client's transaction stores it: account
// number and corrected data only sealed. The number is masked where other
// fields repeat it, and so is that of the item it answers, if it is another
// one.
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

// open returns a copy of an entry without what is stored only sealed. The
// caller keeps the account number.
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

// accountType returns the type of account of a transaction code; checking for a
// code that is not in use, which a person may have accepted.
func accountType(code int) string { return cmp.Or(domain.AccountType(code), domain.Checking) }

// receivedEvent returns the event of a payment received for a client.
func (e *inboundEntry) receivedEvent(l *ledger.Ledger, client string, flags ...string) (*domain.TransactionReceived, error) {
	stream := domain.TransactionStream(client, transactionID(e.id))
	in, err := e.incoming(l, stream, client, "", "", flags)
	if err != nil {
		return nil, err
	}
	account, err := l.SealAccountIn(stream, client, e.Entry.Routing, e.Entry.Account, accountType(e.Entry.Code))
	return &domain.TransactionReceived{TransactionID: transactionID(e.id), Incoming: in, Account: account}, err
}
