package verify

import (
	"context"
	"fmt"
)

// chain checks the log's hash chain from end to end.
func chain(ctx context.Context, s *Subject, progress Progress) (Finding, error) {
	report, err := s.Store.Verify(ctx, progress)
	if err != nil {
		return Finding{}, err
	}
	f := Finding{Says: fmt.Sprintf("%d events in %d streams, no gap, every hash follows from the one before", report.Events, report.Streams)}
	if !report.Sound() {
		f.Says = fmt.Sprintf("%d problems in %d events", report.Found, report.Events)
	}
	for _, p := range report.Problems {
		f.Problems = append(f.Problems, s.Log+": "+p.String())
	}
	return f, nil
}
