package answers

import "github.com/achledger/achledger/domain"

// InFlight reports whether an item of ours may still leave, or has left and has
// not settled. Settled items can be returned for weeks; they do not count.
func (c Case) InFlight() bool {
	for _, i := range c.Transaction.Items {
		if i.Direction != domain.ToFed {
			continue
		}
		switch i.State {
		case domain.Pending, domain.Held:
			return true
		case domain.Filed:
			on, sent := c.SettledOn(i)
			if !sent || c.today().Before(on) {
				return true
			}
		}
	}
	return false
}

// Settled reports whether an entry that stands has reached its settlement date:
// the entry itself or, if it came back and was presented again, that presentment.
func (c Case) Settled() bool {
	p := (chain{c.Transaction}).standing()
	if p == nil {
		return false
	}
	on, sent := c.SettledOn(p)
	return sent && !c.today().Before(on)
}
