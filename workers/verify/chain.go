package verify

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain/text"
)

// chain checks the log's hash chain from end to end.
func chain(ctx context.Context, s *Subject, progress Progress) (Finding, error) {
	report, err := s.Store.Verify(ctx, progress)
	if err != nil {
		return Finding{}, err
	}
	f := Finding{Says: fmt.Sprintf("%s in %s, no gap, every hash follows from the one before", text.Count(int(report.Events), "event", "events"), text.Count(int(report.Streams), "stream", "streams"))}
	if !report.Sound() {
		f.Says = fmt.Sprintf("%s in %s", text.Count(report.Found, "problem", "problems"), text.Count(int(report.Events), "event", "events"))
	}
	for _, p := range report.Problems {
		f.Problems = append(f.Problems, s.Log+": "+p.String())
	}
	return f, nil
}
