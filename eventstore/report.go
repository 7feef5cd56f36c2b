package eventstore

import "fmt"

// Report is what Verify found.
type Report struct {
	Head     Head  // the end of the log when Verify began
	Events   int64 // read
	Streams  int64
	Problems []Problem // in the order found, the first maxProblems
	Found    int       // problems in all
}

// maxProblems bounds a report; a log that is broken throughout needs no more.
const maxProblems = 1000

// Sound says that nothing is wrong.
func (r Report) Sound() bool { return r.Found == 0 }

// Problem is one thing wrong with the log.
type Problem struct {
	Position int64  // 0 when it concerns the file as a whole
	Stream   string // when known
	Reason   string
}

func (p Problem) String() string {
	switch {
	case p.Position == 0:
		return p.Reason
	case p.Stream == "":
		return fmt.Sprintf("position %d: %s", p.Position, p.Reason)
	default:
		return fmt.Sprintf("position %d, stream %s: %s", p.Position, p.Stream, p.Reason)
	}
}

// Add adds one thing wrong with the log; position and stream may be unknown.
func (r *Report) Add(position int64, stream, reason string, args ...any) {
	if r.Found++; len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, Problem{position, stream, fmt.Sprintf(reason, args...)})
	}
}
