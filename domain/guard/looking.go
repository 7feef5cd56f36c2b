package guard

import "slices"

// looking has the rules that examine single entries and count nothing, by
// client and ODFI, one of which is empty.
type looking map[[2]string]Owned

func (l looking) add(o Owned) {
	if o.Descriptions != "" || o.Decision != nil || o.LooksBack() {
		l[[2]string{o.Client, o.ODFI}] = o
	}
}

// of returns the rules for entries of a client at an ODFI.
func (l looking) of(client, odfi string) (list []Owned) {
	for _, owner := range [][2]string{{client, ""}, {"", odfi}} {
		if o, ok := l[owner]; ok {
			list = append(list, o)
		}
	}
	return list
}

// LooksBack reports whether the rules compare entries with earlier ones.
func (r Rules) LooksBack() bool {
	return r.Duplicates != nil || r.WebDebits == Hold || r.WebDebits == Reject
}

// LooksBack reports whether rules for entries of a client at an ODFI do so.
func (b *Evaluator) LooksBack(client, odfi string) bool {
	return slices.ContainsFunc(b.looking.of(client, odfi), func(o Owned) bool { return o.Rules.LooksBack() })
}

// LookedBack returns the verdicts over an entry that follow from earlier
// entries, including those that only warn.
func (b *Evaluator) LookedBack(e Entry) (list []Verdict) {
	for _, o := range b.looking.of(e.Client, e.ODFI) {
		for _, v := range []*Verdict{o.repeated(e), o.unknown(e)} {
			if v != nil {
				list = append(list, *v)
			}
		}
	}
	return list
}

// Warnings returns the verdicts of rules that only warn, including those among
// found.
func (b *Evaluator) Warnings(u Use, found []Verdict) []Verdict {
	return slices.DeleteFunc(append(b.described(u), found...), func(v Verdict) bool { return v.Action != Warn })
}

// strictest returns the first verdict that rejects an entry or, if there is none,
// the first that holds it.
func strictest(list []Verdict) *Verdict {
	var held *Verdict
	for i, v := range list {
		switch {
		case v.Action == Reject:
			return &list[i]
		case v.Action == Hold && held == nil:
			held = &list[i]
		}
	}
	return held
}
