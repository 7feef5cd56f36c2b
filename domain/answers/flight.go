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

// Settled reports whether the origination has reached its settlement date.
func (c Case) Settled() bool {
	o := c.Transaction.Origination()
	if o == nil {
		return false
	}
	on, sent := c.SettledOn(o)
	return sent && !c.today().Before(on)
}
