package inbound

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/achledger/achledger/domain/nacha"
)

// NotOurs is the code of a batch without one entry for a bank of ours. The
// others are nacha's.
const NotOurs = "not-ours"

// notNACHA tells a person what to do about text that is no NACHA file.
const notNACHA = ". Where it is an acknowledgement in the operator's own words, write it as docs/acknowledgement-format.md says, " +
	"or confirm the file it is about by hand"

const (
	// maxReasons bounds what the log keeps of a hostile file.
	maxReasons = 1_000
	// maxBadBatches is how many batches may be bad before the file as a
	// whole cannot be trusted.
	maxBadBatches = 20_000
)

// judgement is what one reading of a file finds, in memory that grows by some
// bytes a batch only.
type judgement struct {
	nacha.Summary
	batches []judged        // by ordinal from 1
	bad     []int           // ordinals of batches that are not applied
	reasons []reason        // for the file and its batches, in the order of lines
	more    int             // reasons beyond those
	remarks []nacha.Problem // on what is applied nevertheless, as many at most
	tail    tail
}

// judged is a batch.
type judged struct {
	hash [32]byte
	bad  bool
	// stands marks a bad batch whose totals hold: a person may take it.
	stands bool
	// again marks a batch that stands earlier in the same file.
	again bool
}

// reason is why something is in quarantine.
type reason struct {
	nacha.Problem
	batch int // ordinal; 0: the file
}

// judge reads a file to its end. ours knows our banks by the first eight
// digits of their routing numbers.
func judge(r io.Reader, ours func(rdfi8 string) bool) (*judgement, error) {
	j := &judgement{}
	seen := map[[32]byte]struct{}{}
	var header nacha.ScannedBatch
	mine, theirs := false, false
	var err error
	j.Summary, err = nacha.Scan(io.TeeReader(r, &j.tail), nacha.Handler{
		Batch: func(b *nacha.ScannedBatch) error {
			header, mine, theirs = *b, false, false
			return nil
		},
		Entry: func(e *nacha.ScannedEntry) error {
			switch {
			case e.Unsupported:
				return nil
			case e.Kind == nacha.KindForward:
				is := ours(e.Entry.Routing[:8])
				mine, theirs = mine || is, theirs || !is
			case e.Kind == nacha.KindReject:
				is := ours(header.Header.ODFI)
				mine, theirs = mine || is, theirs || !is
			}
			return nil
		},
		End: func(v *nacha.Verdict) error {
			problems := v.Problems
			if theirs && !mine {
				problems = append(slices.Clip(problems), nacha.Problem{Line: header.Line, Scope: nacha.InBatch, Code: NotOurs,
					Message: "no entry of the batch has the RDFI identification of a bank of ours"})
			}
			return j.add(v, problems, seen)
		},
	})
	if err != nil {
		return nil, err
	}
	if len(j.bad) > maxBadBatches {
		j.Problems = append(j.Problems, nacha.Problem{Scope: nacha.InFile, Code: "too-many-bad-batches",
			Message: fmt.Sprintf("%d batches are bad: nothing of the file can be trusted", len(j.bad))})
	}
	if j.Foreign {
		j.Problems[0].Message += notNACHA
	}
	j.explain(0, j.Problems...)
	j.more += j.More
	slices.SortStableFunc(j.reasons, func(a, b reason) int { return a.Line - b.Line })
	return j, nil
}

// add takes the verdict of a batch.
func (j *judgement) add(v *nacha.Verdict, problems []nacha.Problem, seen map[[32]byte]struct{}) error {
	b := judged{bad: len(problems) > 0}
	if _, err := hex.Decode(b.hash[:], []byte(v.Hash)); err != nil {
		return err
	}
	if b.bad {
		j.bad = append(j.bad, v.Ordinal)
		b.stands = v.More == 0 && !slices.ContainsFunc(problems, contradicts)
		j.explain(v.Ordinal, problems...)
		j.more += v.More
	}
	j.remarks = append(j.remarks, v.Remarks[:min(len(v.Remarks), maxReasons-len(j.remarks))]...)
	_, b.again = seen[b.hash]
	seen[b.hash] = struct{}{}
	j.batches = append(j.batches, b)
	return nil
}

func (j *judgement) explain(batch int, problems ...nacha.Problem) {
	room := min(len(problems), maxReasons-len(j.reasons))
	for _, p := range problems[:room] {
		j.reasons = append(j.reasons, reason{p, batch})
	}
	j.more += len(problems) - room
}

// whole reports whether nothing of the file is applied: it cannot be trusted,
// or not one of its batches can.
func (j *judgement) whole() bool {
	return len(j.Problems) > 0 || len(j.bad) > 0 && len(j.bad) == len(j.batches)
}

// reasonsFor are those for some batches, 0 being the file.
func (j *judgement) reasonsFor(which func(batch int) bool) (list []nacha.Problem) {
	for _, r := range j.reasons {
		if which(r.batch) {
			list = append(list, r.Problem)
		}
	}
	return list
}

// allReasons are those for people, with a note when there were more.
func (j *judgement) allReasons() []nacha.Problem {
	all := j.reasonsFor(func(int) bool { return true })
	if j.more == 0 {
		return all
	}
	return append(all, nacha.Problem{Scope: nacha.InFile, Code: "more",
		Message: fmt.Sprintf("and %d problems more", j.more)})
}
