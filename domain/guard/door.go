package guard

// Refused says why an entry is refused at the door: by its own amount alone.
// It is empty where no such limit is in its way.
func (r Rules) Refused(debit bool, company string, cents int64) string {
	for _, l := range r.Limits {
		c := counter{Limit: l}
		if l.Per == PerEntry && l.Action == Reject && c.concerns(debit, company) && cents > l.Cents {
			return "the limit of " + Dollars(l.Cents) + " for " + l.String()
		}
	}
	return ""
}
