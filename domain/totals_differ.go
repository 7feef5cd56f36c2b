package domain

import (
	"slices"

	"github.com/achledger/achledger/domain/ack"
)

// FileTotalsDiffer raises an alarm: the operator's totals of the file differ
// from ours. The acknowledgement is applied nevertheless.
type FileTotalsDiffer struct {
	Result ack.Result `json:"result"` // of the acknowledgement
	Theirs ack.Totals `json:"theirs"` // as far as the operator stated them
	Ours   ack.Totals `json:"ours"`
}

// Type names the event in the log.
func (FileTotalsDiffer) Type() string { return "file.totals_differ" }

func init() { register(empty[FileTotalsDiffer]) }

// differing records a difference in totals, once for each acknowledgement and
// its totals.
func (c Acknowledge) differing(f File) []Event {
	before := slices.ContainsFunc(f.Answered.Differing, func(e *FileTotalsDiffer) bool {
		return e.Result == c.Result && e.Theirs.Equal(c.Totals)
	})
	if before || !c.Totals.Contradict(f.Cut.Totals) {
		return nil
	}
	return []Event{FileTotalsDiffer{Result: c.Result, Theirs: c.Totals, Ours: ack.Counted(f.Cut.Totals)}}
}
