package domain

import (
	"bytes"
	"cmp"
	"time"

	"github.com/achledger/achledger/domain/nacha"
)

// ProbeFile is a small file in the form that a bank would get.
type ProbeFile struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

// Probe renders a file of two entries as the bank would get it, with PROBE in
// the fields of the client. The error is a *nacha.FieldError.
func (b Bank) Probe() (ProbeFile, error) {
	settings := FileSettings{
		ImmediateDestination: probePoint, ImmediateDestinationName: probeText, ImmediateOrigin: probePoint, ImmediateOriginName: probeText,
	}
	if b.File.ImmediateOrigin != "" {
		settings = b.File
	}
	f := File{ID: "00000000-0000-7000-8000-000000000000", Opened: b.Open(FileOpened{Client: "probe", ODFI: b.Routing, Settings: settings})}
	taken, sequence := Modifiers{}.Next(probeInstant)
	f.Cut = &FileCut{CreatedOn: taken.Date, CreatedAt: taken.Time, Modifier: taken.Modifier, Sequence: sequence}
	var out bytes.Buffer
	w, err := nacha.NewWriter(&out, f.Header(), lineEnds[cmp.Or(settings.LineEnding, "LF")])
	if err != nil {
		return ProbeFile{}, err
	}
	for n, entry := range []nacha.Entry{
		{Code: 22, Routing: b.Routing, Account: probeText, AmountCents: 1, Name: probeText},
		{Code: 27, Routing: b.Routing, Account: probeText, AmountCents: 1, Name: probeText},
	} {
		h, debit := batchProbe(), nacha.TransactionCode(entry.Code).Debit()
		h.Number, h.ServiceClass, h.ODFI = n+1, nacha.ServiceClass(debit, !debit), b.Routing[:8]
		entry.Trace = h.ODFI + "000000" + string(rune('1'+n))
		entries := []*nacha.Entry{&entry}
		if b.Balance == BalanceRequired {
			h.ServiceClass = nacha.MixedClass
			entries = append(entries, b.probeOffset(h, &entry, n))
		}
		if err := w.Begin(h); err != nil {
			return ProbeFile{}, err
		}
		for _, e := range entries {
			if err := w.Entry(e); err != nil {
				return ProbeFile{}, err
			}
		}
		if err := w.End(); err != nil {
			return ProbeFile{}, err
		}
	}
	if _, err := w.Close(); err != nil {
		return ProbeFile{}, err
	}
	return ProbeFile{f.Name(), out.String()}, nil
}

// probeOffset balances a batch of a probe.
func (b Bank) probeOffset(h nacha.BatchHeader, e *nacha.Entry, n int) *nacha.Entry {
	batch := FileBatch{BatchHeader: h, Balance: &OffsetAccount{Routing: b.Routing, AccountType: Checking}}
	holds := BatchHolds{CreditCents: e.AmountCents}
	if nacha.TransactionCode(e.Code).Debit() {
		holds = BatchHolds{DebitCents: e.AmountCents}
	}
	o, _ := batch.OffsetOf(holds)
	o.Trace = h.ODFI + "000000" + string(rune('3'+n))
	offset := o.Entry(batch, probeText)
	return &offset
}

// probeInstant is when a probe says it was made.
var probeInstant = time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)

// lineEnds are the line ends of records, by FileSettings.LineEnding.
var lineEnds = map[string]string{"LF": "\n", "CRLF": "\r\n"}
