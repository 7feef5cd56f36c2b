package eventstore

import "fmt"

// Report is the result of Verify.
type Report struct {
	Head     Head  // the end of the log when Verify began
	Events   int64 // read
	Streams  int64
	Problems []Problem // in the order found, the first maxProblems
	Found    int       // problems in all
}

// maxProblems bounds the list in a report.
const maxProblems = 1000

// Sound reports whether no problem was found.
func (r Report) Sound() bool { return r.Found == 0 }

// Problem is a fault of the log.
type Problem struct {
	Position int64  // 0 if it concerns the file as a whole
	Stream   string // empty if unknown
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

// Add adds a problem; position and stream may be unknown.
func (r *Report) Add(position int64, stream, reason string, args ...any) {
	if r.Found++; len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, Problem{position, stream, fmt.Sprintf(reason, args...)})
	}
}
