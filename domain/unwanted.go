package domain

// Why an entry that never came does not leave again by itself.
const (
	toBeReversed = "it was to be reversed, and its file was refused, so it does not leave again by itself: recall it, or have operations approve it"
	toBeReturned = "its receiving bank was asked to return it when its file was refused, so it does not leave again by itself: recall it, or have operations approve it"
)

// unwanted returns why an entry, or what presents it again, should not leave
// once more; empty if nothing says so. A reversal that left and stands is no
// reason: then the entry has to leave, or the reversal would take back what never
// came.
func (t *Transaction) unwanted(i *Item) string {
	if !i.Presents() {
		return ""
	}
	for _, answer := range t.Items {
		switch {
		case answer.Kind == Reversal && (answer.Waits() || answer.State == Filed && t.cameBack(answer)):
			return toBeReversed
		case answer.Kind == ReturnRequest && answer.State == Asked && answer.ReplyTo == i.ID:
			return toBeReturned
		}
	}
	return ""
}

// ReversalLost holds an entry whose reversal has come back from its bank, if the
// entry waits because the operator refused its file: a person wanted it taken back,
// and nothing that left does so any more.
type ReversalLost struct {
	ItemID string // from the bank
}

// Decide holds the entry if the item is a return of a reversal, or contests the
// dishonor of one.
func (c ReversalLost) Decide(t Transaction) []Event {
	i, ok := t.Item(c.ItemID)
	if !ok || i.Direction != FromFed || i.Kind != Return && i.Kind != Contest {
		return nil
	}
	for ; ok && i.Kind != Origination; i, ok = t.Item(i.ReplyTo) {
		if i.Kind == Reversal && t.cameBack(i) {
			if held, waits := t.holdUnwanted(); waits {
				return []Event{&held}
			}
		}
	}
	return nil
}

// takesBack reports whether an item of ours takes the entry back: it is its reversal,
// or the dishonor that lets the reversal stand although it was returned.
func (t *Transaction) takesBack(i *Item) bool {
	if i.Kind == Dishonor {
		if ret, ok := t.Item(i.ReplyTo); ok {
			i, _ = t.Item(ret.ReplyTo)
		}
	}
	return i != nil && i.Kind == Reversal
}

// holdUnwanted holds the entry, or what presents it again, if it waits and may leave
// before a person decides.
func (t *Transaction) holdUnwanted() (held TransactionHeld, waits bool) {
	for _, i := range t.Items {
		if i.Presents() && (i.State == Pending || i.asksEngine()) {
			return TransactionHeld{ItemID: i.ID, Reason: toBeReversed}, true
		}
	}
	return held, false
}

// takenBack returns the reversal that left and stands while the entry, or what
// presents it again, waits to leave once more; nil if there is none.
func (t *Transaction) takenBack(i *Item) *Item {
	if !i.Presents() || !i.Waits() {
		return nil
	}
	for _, r := range t.Items {
		if r.Kind == Reversal && r.State == Filed && !t.cameBack(r) {
			return r
		}
	}
	return nil
}

// cameBack reports whether a return of an item of ours stands.
func (t *Transaction) cameBack(i *Item) bool {
	for _, r := range t.Items {
		if r.Kind == Return && r.Direction == FromFed && r.ReplyTo == i.ID && !t.SentBack(r) {
			return true
		}
	}
	return false
}

// SentBack reports whether a dishonor of a return is in a file and was not
// contested.
func (t *Transaction) SentBack(r *Item) bool {
	return t.Disputed(r, func(d *Item) bool { return d.State == Filed })
}

// Disputed reports whether a return has a dishonor, of those that count, that
// was not contested.
func (t *Transaction) Disputed(r *Item, counts func(*Item) bool) bool {
	contested := func(d *Item) bool {
		for _, i := range t.Items {
			if i.Kind == Contest && i.Direction == FromFed && i.ReplyTo == d.ID {
				return true
			}
		}
		return false
	}
	for _, d := range t.Items {
		if d.Kind == Dishonor && d.Direction == ToFed && d.ReplyTo == r.ID && counts(d) && !contested(d) {
			return true
		}
	}
	return false
}
