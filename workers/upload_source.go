package workers

import (
	"bytes"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// upload reads the entries of a client's own file.
type upload struct {
	scan    scan
	batches []domain.FileBatch
	decided time.Time // when the file was taken: a batch dated that day asks for same-day settlement
	odfi    string
	terms   *calendar.Terms // of the bank
	record  *ACHFileRecord  // nil for a NACHA file
	client  domain.Settings // for what is wrong with a description
}

// scan passes the records of a client's file to a handler: nacha.Scan of its
// text, or File.Scan of its values.
type scan func(nacha.Handler) (nacha.Summary, error)

func scanOf(text []byte) scan {
	return func(h nacha.Handler) (nacha.Summary, error) { return nacha.Scan(bytes.NewReader(text), h) }
}

// decodeUpload decodes a kept input.
func decodeUpload(file domain.File, input []byte) (*upload, error) {
	content, record, err := readKept(input)
	if err != nil {
		return nil, err
	}
	u := &upload{scan: scanOf(content), decided: file.DatedAt, odfi: file.Opened.ODFI, record: record}
	c := uploadCheck{}
	_, err = u.scan(nacha.Handler{
		Batch: c.batch,
		Entry: func(e *nacha.ScannedEntry) error {
			c.side(e)
			return nil
		},
		End: func(v *nacha.Verdict) error {
			c.classed(v.Ordinal)
			return nil
		},
	})
	u.batches = c.batches
	return u, err
}

// beside returns the changes that are written together with the file's cut.
func (u *upload) beside(opened domain.FileOpened) []ledger.Change {
	if u.record == nil {
		return nil
	}
	return []ledger.Change{u.record.made(opened)}
}

// check checks the file against a client's settings, as of the day on which it
// was taken.
func (u *upload) check(client domain.Client, bank *calendar.Terms) error {
	c := uploadCheck{client: client, now: u.decided, terms: func(string) *calendar.Terms { return bank }}
	summary, err := u.scan(c.handler())
	if err != nil {
		return err
	}
	return c.refusal(summary)
}

// each calls yield with every entry, batch by batch. The argument of yield is
// valid until yield returns.
func (u *upload) each(yield func(Asked) error) error {
	var header nacha.BatchHeader
	n := 0
	_, err := u.scan(nacha.Handler{
		Batch: func(b *nacha.ScannedBatch) error {
			header = b.Header
			return nil
		},
		Entry: func(e *nacha.ScannedEntry) error {
			p := u.proposal(header, e.Entry)
			if u.record != nil && n < len(u.record.Originals) {
				p.Originals = u.record.Originals[n]
			}
			var named *domain.Named
			if u.record != nil && n < len(u.record.Named) {
				named = u.record.Named[n]
			}
			n++
			return yield(Asked{
				Batch: e.Batch - 1, Number: e.Entry.Account,
				Originated: domain.TransactionOriginated{
					Proposal: p, CompanyName: header.CompanyName, Raw: rawEntry(header, e.Entry), Named: named, Misdescribed: p.Misdescribed(u.client, u.decided),
				},
			})
		},
	})
	return err
}

// rawEntry is the entry as sent, without the fields that the log must not show
// and those that we assign.
func rawEntry(h nacha.BatchHeader, e nacha.Entry) *domain.RawEntry {
	raw := &domain.RawEntry{Header: h, Entry: e, Trace: e.Trace}
	raw.Entry.Account, raw.Entry.Trace = "", ""
	return raw
}

// proposal is the entry in the form in which a transaction shows it.
func (u *upload) proposal(h nacha.BatchHeader, e nacha.Entry) domain.Proposal {
	p := domain.ProposalOf(u.odfi, h, e)
	if on, err := calendar.ParseYYMMDD(h.EffectiveOn); err == nil {
		p.SameDay = calendar.OnOrAfter(on) == u.terms.ProcessingDay(u.decided)
	}
	return p
}
