package inbound

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
)

// matchOffset recognizes a return or a notification of change of an offset
// entry, which is no client's payment, so that a person handles it. It has to
// match the offset as it would an entry: by trace number, bank and, for a
// return, amount. Trace numbers are reused: if an offset and a payment have the
// same number, the later one counts.
func (e *inboundEntry) matchOffset(b *originals) (m match, ok bool) {
	trace, routing := e.original()
	for _, filed := range b.offsets[trace] {
		file := b.files[filed.FileID]
		o, ok := file.OffsetIn(filed.Batch)
		if !ok || file.Batches[o.Batch-1].Balance.Routing[:8] != routing || e.Entry.Return != nil && e.Entry.AmountCents != o.Cents {
			continue
		}
		c := candidate{item: &domain.Item{Filing: &domain.Filing{File: file.ID, Batch: o.Batch, Trace: trace, At: file.CutAt}}, file: file}
		if !c.left() || file.FiledOn(file.CutAt).After(e.created) || e.settledOn.After(c.settledOn().Add(domain.TraceRestDays)) {
			continue
		}
		later := only(b.under(trace), func(p candidate) bool {
			return p.item.Filing.At.After(file.CutAt) && p.entry().Entry.Routing[:8] == routing
		})
		if len(later) > 0 {
			continue
		}
		return waits(answersOffset, nil, "It answers no payment but the offset of %s that balances batch %d of file %s of client %s. See to the company's account with the bank, then dismiss it with what was done.",
			text.Money(o.Cents), o.Batch, file.Name(), file.Opened.Client), true
	}
	return match{}, false
}

// rejectedOffset finds the offset that the bank did not accept.
func (e *inboundEntry) rejectedOffset(b *originals) (o domain.FileOffset, file domain.File, ok bool) {
	for _, filed := range b.offsets[e.traces()[0]] {
		file = b.files[filed.FileID]
		o, ok = file.OffsetIn(filed.Batch)
		if ok && o.Cents == e.Entry.AmountCents && file.Batches[o.Batch-1].Balance.Routing == e.Entry.Routing {
			return o, file, true
		}
	}
	return o, file, false
}
