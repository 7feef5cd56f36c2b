package inbound

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/achledger/achledger/domain/nacha"
)

// NotOurs is the code of a batch without any entry for one of our banks. The
// other codes are package nacha's.
const NotOurs = "not-ours"

// reviewer reviews files. It has our banks, by the first eight digits of their
// routing numbers, and their signature check; nil: no signatures needed.
type reviewer struct {
	ours   func(rdfi8 string) bool
	signed *signing
}

// whose returns the eight digits of our bank that an entry is for.
func (r reviewer) whose(h *nacha.ScannedBatch, e *nacha.ScannedEntry) string {
	if e.Kind == nacha.KindReject || e.Kind != nacha.KindForward && !r.ours(e.Entry.Routing[:8]) {
		return h.Header.ODFI
	}
	return e.Entry.Routing[:8]
}

// unsigned returns the problem of a batch with an entry that a bank of ours should have
// signed; nil if there is none. An answer also needs the signature of the bank whose
// trace number it names: it is booked there, whatever receiving bank it has.
func (r reviewer) unsigned(h *nacha.ScannedBatch, e *nacha.ScannedEntry) *nacha.Problem {
	if r.signed == nil || len(e.Entry.Routing) < 8 {
		return nil
	}
	if p := r.signed.missing(r.whose(h, e), h.Line); p != nil || e.Kind == nacha.KindForward {
		return p
	}
	for _, trace := range (&inboundEntry{ScannedEntry: *e, header: &h.Header}).traces() {
		if len(trace) < 8 {
			continue
		}
		if p := r.signed.missing(trace[:8], h.Line); p != nil {
			return p
		}
	}
	return nil
}

// notNACHA is what to do about text that is not a NACHA file.
const notNACHA = ". Where it is an acknowledgement in the operator's own words, write it as docs/acknowledgement-format.md says, " +
	"or confirm the file it is about by hand"

const (
	// maxReasons bounds the reasons that are stored of a hostile file.
	maxReasons = 1_000
	// maxBadBatches is how many batches may be bad before the file as a
	// whole cannot be trusted.
	maxBadBatches = 20_000
)

// everyBank reviews without asking whose the entries are.
var everyBank = reviewer{ours: func(string) bool { return true }}

// review is the result of reading a file, in memory that grows by only a few
// bytes per batch.
type review struct {
	nacha.Summary
	batches []reviewedBatch // by ordinal from 1
	bad     []int           // ordinals of batches that are not applied
	reasons []reason        // for the file and its batches, in the order of lines
	more    int             // reasons beyond those
	remarks []nacha.Problem // on what is applied nevertheless, as many at most
	end     fileEnd
}

// reviewedBatch is a batch.
type reviewedBatch struct {
	hash [32]byte
	bad  bool
	// stands marks a bad batch with consistent totals: a person may accept it.
	stands bool
	// again marks a batch that is a copy of an earlier one in the same file.
	again bool
}

// reason is why something is in quarantine.
type reason struct {
	nacha.Problem
	batch int // ordinal; 0: the file
}

// review reads a file to its end.
func (r reviewer) review(file io.Reader) (*review, error) {
	rv, seen := &review{}, map[[32]byte]struct{}{}
	var batch batchUnderReview
	var err error
	rv.Summary, err = nacha.Scan(io.TeeReader(file, &rv.end), nacha.Handler{
		Batch: func(b *nacha.ScannedBatch) error {
			batch = batchUnderReview{reviewer: r, header: *b}
			return nil
		},
		Entry: func(e *nacha.ScannedEntry) error {
			batch.entry(e)
			return nil
		},
		End: func(v *nacha.Verdict) error { return rv.add(v, batch.problems(v), seen) },
	})
	if err != nil {
		return nil, err
	}
	if len(rv.bad) > maxBadBatches {
		rv.Problems = append(rv.Problems, nacha.Problem{Scope: nacha.InFile, Code: "too-many-bad-batches",
			Message: fmt.Sprintf("%d batches are bad: nothing of the file can be trusted", len(rv.bad))})
	}
	if rv.Foreign {
		rv.Problems[0].Message += notNACHA
	}
	rv.explain(0, rv.Problems...)
	rv.more += rv.More
	slices.SortStableFunc(rv.reasons, func(a, b reason) int { return a.Line - b.Line })
	return rv, nil
}

// batchUnderReview is the batch that is being read.
type batchUnderReview struct {
	reviewer
	header       nacha.ScannedBatch
	mine, theirs bool           // entries for a bank of ours, and for others
	missing      *nacha.Problem // the first missing signature
}

func (b *batchUnderReview) entry(e *nacha.ScannedEntry) {
	if b.missing == nil {
		b.missing = b.unsigned(&b.header, e)
	}
	if e.Unsupported {
		return
	}
	var is bool
	switch e.Kind {
	case nacha.KindForward:
		is = b.ours(e.Entry.Routing[:8])
	case nacha.KindReject:
		is = b.ours(b.header.Header.ODFI)
	default:
		return // an answer names its bank by the trace number
	}
	b.mine, b.theirs = b.mine || is, b.theirs || !is
}

// problems are those of the verdict and those that its reviewer finds.
func (b *batchUnderReview) problems(v *nacha.Verdict) []nacha.Problem {
	problems := slices.Clip(v.Problems)
	if b.theirs && !b.mine {
		problems = append(problems, nacha.Problem{Line: b.header.Line, Scope: nacha.InBatch, Code: NotOurs,
			Message: "no entry of the batch has the RDFI identification of a bank of ours"})
	}
	if b.missing != nil {
		problems = append(problems, *b.missing)
	}
	return problems
}

// add adds the verdict about a batch.
func (rv *review) add(v *nacha.Verdict, problems []nacha.Problem, seen map[[32]byte]struct{}) error {
	b := reviewedBatch{bad: len(problems) > 0}
	if _, err := hex.Decode(b.hash[:], []byte(v.Hash)); err != nil {
		return err
	}
	if b.bad {
		rv.bad = append(rv.bad, v.Ordinal)
		b.stands = v.More == 0 && !slices.ContainsFunc(problems, contradicts)
		rv.explain(v.Ordinal, problems...)
		rv.more += v.More
	}
	rv.remarks = append(rv.remarks, v.Remarks[:min(len(v.Remarks), maxReasons-len(rv.remarks))]...)
	_, b.again = seen[b.hash]
	seen[b.hash] = struct{}{}
	rv.batches = append(rv.batches, b)
	return nil
}

func (rv *review) explain(batch int, problems ...nacha.Problem) {
	room := min(len(problems), maxReasons-len(rv.reasons))
	for _, p := range problems[:room] {
		rv.reasons = append(rv.reasons, reason{p, batch})
	}
	rv.more += len(problems) - room
}

// unreadable replaces the review of an encrypted file by the reason why it
// cannot be decrypted.
func (rv *review) unreadable(why string) {
	rv.Problems, rv.reasons, rv.more = nil, nil, 0
	rv.Problems = []nacha.Problem{{Scope: nacha.InFile, Code: NotDecrypted, Message: why}}
	rv.explain(0, rv.Problems...)
}

// whole reports whether nothing of the file is applied: it cannot be trusted,
// or all of its batches are bad.
func (rv *review) whole() bool {
	return len(rv.Problems) > 0 || len(rv.bad) > 0 && len(rv.bad) == len(rv.batches)
}

// reasonsFor returns the reasons for some batches; 0 is the file.
func (rv *review) reasonsFor(which func(batch int) bool) (list []nacha.Problem) {
	for _, r := range rv.reasons {
		if which(r.batch) {
			list = append(list, r.Problem)
		}
	}
	return list
}

// allReasons returns all reasons that are stored, and how many more there were.
func (rv *review) allReasons() []nacha.Problem {
	all := rv.reasonsFor(func(int) bool { return true })
	if rv.more == 0 {
		return all
	}
	return append(all, nacha.Problem{Scope: nacha.InFile, Code: "more",
		Message: fmt.Sprintf("and %d problems more", rv.more)})
}
