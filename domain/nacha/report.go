package nacha

import "io"

// Report is the result of checking a file: the Summary, and the verdict of each
// batch in order.
type Report struct {
	Summary
	Batches []Verdict
}

// Good returns the ordinals of the batches that may be applied: none when the
// file as a whole cannot be trusted.
func (r *Report) Good() map[int]bool {
	good := make(map[int]bool)
	if !r.OK() {
		return good
	}
	for i := range r.Batches {
		if r.Batches[i].OK() {
			good[r.Batches[i].Ordinal] = true
		}
	}
	return good
}

// Check reads a file and checks it. It keeps only verdicts, so that a second
// Scan can apply the good batches entry by entry.
func Check(r io.Reader) (Report, error) {
	var report Report
	summary, err := Scan(r, Handler{End: func(v *Verdict) error {
		report.Batches = append(report.Batches, *v)
		return nil
	}})
	report.Summary = summary
	return report, err
}
