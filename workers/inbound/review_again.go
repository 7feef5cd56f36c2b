package inbound

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers/pgp"
)

// Rejudge is a request to judge quarantined batches again.
type Rejudge struct {
	Reason string // why, for the log
	Batch  int    // ordinal from 1; 0: the whole file
	AsIs   bool   // accepts bad batches whose totals are consistent
}

// Judge judges a quarantined file, or a batch of it, again, by the kept file
// and the current banks and clients, and lets Run apply what is good. With AsIs
// a person overrides the review, but not the totals: a batch that contradicts
// its own totals stays in quarantine. Repeating an accepted request changes
// nothing.
//
// Refusals: not-found, invalid, conflict if nothing is in quarantine,
// rule-broken with the reasons if nothing of it can be accepted.
func (t *Intake) Judge(ctx context.Context, id string, c Rejudge) (state string, err error) {
	if c.Reason == "" {
		return "", badField("/reason", "required", "say why the file is judged again")
	}
	if c.Batch < 0 {
		return "", badField("/batch", "invalid", "batches are counted from 1")
	}
	give, err := t.applying.take(ctx) // a file that is being applied would miss what is accepted now
	if err != nil {
		return "", err
	}
	defer give()
	var judged *domain.InboundJudged
	in, err := ledger.Execute(ctx, t.Ledger, t.stream("judged", id).Existing("inbound file %q", id), func(in domain.Inbound) (events []domain.Event, err error) {
		judged, events, err = t.judgeNow(ctx, in, id, c)
		return events, err
	})
	if err != nil {
		return "", err
	}
	if judged != nil {
		t.Log.Warn("file of the bank judged again", "id", id, "reason", c.Reason, "as_is", c.AsIs, "still_bad", len(judged.Batches))
	}
	t.wakeRun()
	return in.State(), nil
}

// judgeNow judges a file in its current state. It returns nil if the same
// request was accepted before.
func (t *Intake) judgeNow(ctx context.Context, in domain.Inbound, id string, c Rejudge) (*domain.InboundJudged, []domain.Event, error) {
	switch {
	case c.Batch > in.Received.Totals.Batches:
		return nil, nil, badField("/batch", "unknown", "the file has %d batches", in.Received.Totals.Batches)
	case !in.Held(c.Batch) && (c.Batch > 0 || len(in.Quarantined) == 0):
		if slices.ContainsFunc(in.Judged, func(e domain.InboundJudged) bool { return e.Reason == c.Reason && e.AsIs == c.AsIs }) {
			return nil, nil, nil // asking twice is asking once
		}
		return nil, nil, domain.Refuse(domain.Conflict, "nothing of it is in quarantine: the file is %s", in.State())
	}
	rv, err := t.reviewKept(ctx, in, id)
	if err != nil {
		return nil, nil, err
	}
	judged, err := rv.again(in, c)
	if err != nil {
		return nil, nil, err
	}
	events := []domain.Event{judged}
	owner, err := t.keyOwner(ctx, rv.Key())
	if owner != "" && owner != id && in.KeyReusedBy == "" {
		events = append(events, domain.InboundKeyReused{Other: owner})
	}
	return &judged, events, err
}

// reviewKept reviews the kept file by the current settings.
func (t *Intake) reviewKept(ctx context.Context, in domain.Inbound, id string) (*review, error) {
	known, err := t.known(ctx)
	if err != nil {
		return nil, err
	}
	was := provenance{source: in.Received.Source, signed: &pgp.Signature{ODFIs: in.SignedBy}}
	rv, err := t.reviewAgain(id, reviewer{known.ours, known.signatures(was)})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, domain.Refuse(domain.Conflict, "the file was kept, and its bytes are lost: hand it in once more")
	}
	return rv, err
}

// again decides which quarantined batches are accepted. Batches with the same
// records are treated as one.
func (rv *review) again(in domain.Inbound, c Rejudge) (domain.InboundJudged, error) {
	judged, let := domain.InboundJudged{Reason: c.Reason, AsIs: c.AsIs}, 0
	trusted := len(rv.Problems) == 0 || c.AsIs && rv.More == 0 && !slices.ContainsFunc(rv.Problems, contradicts)
	for n := 1; n <= len(rv.batches); n++ {
		b := rv.batches[n-1]
		if !in.Held(n) {
			continue
		}
		asked := c.Batch == 0 || c.Batch <= len(rv.batches) && b.hash == rv.batches[c.Batch-1].hash
		if trusted && asked && (!b.bad || c.AsIs && b.stands) {
			let++
		} else {
			judged.Batches = append(judged.Batches, n)
		}
	}
	held := func(batch int) bool { return batch == 0 && !c.AsIs || slices.Contains(judged.Batches, batch) }
	judged.Reasons = rv.reasonsFor(held)
	if let == 0 && (!trusted || len(rv.batches) > 0) {
		return judged, domain.Refuse(domain.RuleBroken, "nothing of it can be let in: %s", firstFew(rv.reasonsFor(func(batch int) bool {
			return batch == 0 || c.Batch == 0 || batch == c.Batch
		})))
	}
	return judged, nil
}

// firstFew puts some reasons into a sentence.
func firstFew(list []nacha.Problem) string {
	const few = 3
	var words []string
	for _, p := range list[:min(few, len(list))] {
		words = append(words, Explain(p))
	}
	if len(list) > few {
		words = append(words, fmt.Sprintf("and %d more", len(list)-few))
	}
	return strings.Join(words, "; ")
}

// contradicts reports whether a problem means that the money or the entries
// differ from what the records claim, or that this cannot be known. A person
// cannot override that.
func contradicts(p nacha.Problem) bool {
	switch p.Code {
	case NotOurs, NotSigned, nacha.HeaderConstant, nacha.SendingPoint, nacha.CreationTime, nacha.BadModifier, nacha.BlockCount,
		nacha.EntryClass, nacha.ServiceClassBad, nacha.CompanyField, nacha.EffectiveDate, nacha.SettlementDay, nacha.StatusCode,
		nacha.ODFIField, nacha.BatchNumberBad, nacha.IATHeaderField, nacha.ControlMismatch, nacha.MixedKinds,
		nacha.CodeNotAllowed, nacha.TraceOrder, nacha.TracePrefix:
		return false
	default:
		return true
	}
}
