package eventstore

import (
	"context"
	"encoding/json"
)

// VerifyChain reads the whole log up to position last, in order, and adds
// faults of the chain to the report: missing positions, hashes that do not
// follow from the event and the hash before it, times that go back, data that
// is not JSON. It calls advance with the position reached after each page. An
// error means that the log could not be read to its end.
func (r *Report) VerifyChain(ctx context.Context, log Store, last int64, advance func(position int64)) error {
	var before Recorded
	var hashes Chain
	for before.Position < last {
		page, err := log.ReadAll(ctx, before.Position, 1000)
		if err != nil {
			return err
		}
		for i := range page {
			if page[i].Position > last {
				break
			}
			r.event(&hashes, &before, &page[i])
			before = page[i]
		}
		if len(page) == 0 {
			r.Add(last, "", "it is the newest position and cannot be read in order")
			return nil
		}
		advance(min(before.Position, last))
	}
	return nil
}

// event compares an event with the previous one. It uses the previous hash as
// stored in the log, so one changed event is one problem.
func (r *Report) event(hashes *Chain, before, e *Recorded) {
	r.Events++
	missing := e.Position - before.Position - 1
	switch {
	case missing == 1:
		r.Add(e.Position-1, "", "the event is missing")
	case missing > 1:
		r.Add(before.Position+1, "", "%d events are missing from here", missing)
	case hashes.Hash(before.Hash, e) != e.Hash:
		r.Add(e.Position, e.Stream, "the event and the one before it do not give its hash: one of them was changed")
	}
	if e.RecordedAt.Before(before.RecordedAt) {
		r.Add(e.Position, e.Stream, "it was recorded at %s, before the event before it", e.RecordedAt)
	}
	if !json.Valid(e.Data) || !json.Valid(e.Meta) {
		r.Add(e.Position, e.Stream, "its data or meta is not JSON")
	}
}

// Place is the place of an event in the index of streams.
type Place struct {
	Stream   string
	Version  int64
	Position int64
}

// VerifyVersion compares an entry of the index of streams with the previous
// one, in the order of streams and versions: versions begin at 1 and have no
// gaps, and positions ascend.
func (r *Report) VerifyVersion(before, p Place) {
	expected := int64(1)
	if p.Stream == before.Stream {
		expected = before.Version + 1
	} else {
		r.Streams++
	}
	switch {
	case p.Version != expected:
		r.Add(p.Position, p.Stream, "it has version %d where %d belongs", p.Version, expected)
	case p.Version > 1 && p.Position < before.Position:
		r.Add(p.Position, p.Stream, "version %d stands before version %d, which is at %d", p.Version, before.Version, before.Position)
	}
}
