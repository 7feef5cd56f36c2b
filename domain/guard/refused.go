package guard

// Refused returns why an entry is refused when it is accepted, because of its
// own amount alone; empty if no such limit forbids it.
func (r Rules) Refused(debit bool, company string, cents int64) string {
	for _, l := range r.Limits {
		c := counter{Limit: l}
		if l.Per == PerEntry && l.Action == Reject && c.concerns(debit, company) && cents > l.Cents {
			return "the limit of $" + Dollars(l.Cents) + " for " + l.String()
		}
	}
	return ""
}
