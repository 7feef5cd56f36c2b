package verify

import (
	"context"
	"fmt"
	"os"

	"github.com/achledger/achledger/domain/text"
)

// views builds the views again from the log and compares them row by row.
func views(ctx context.Context, s *Subject, progress Progress) (Finding, error) {
	if _, err := os.Stat(s.ViewsFile); os.IsNotExist(err) {
		return Finding{Skipped: true, Says: "there are none yet; the next start makes them from the log"}, nil
	}
	v, err := s.Views(ctx)
	if err != nil {
		return Finding{Says: "they cannot be read", Problems: []string{err.Error()}}, nil
	}
	defer v.Close()
	differences, n, err := v.Compare(ctx, progress)
	if err != nil {
		return Finding{}, err
	}
	f := Finding{Says: "they say what the log says, row for row"}
	if n > 0 {
		f.Says = fmt.Sprintf("%s what the log says; to rebuild them: %s", text.Count(n, "row does not say", "rows do not say"), s.Rebuild)
	}
	for _, d := range differences {
		f.Problems = append(f.Problems, fmt.Sprintf("%s %s\nviews: %s\nlog:   %s", d.Table, d.Key, d.Live, d.Log))
	}
	return f, nil
}
