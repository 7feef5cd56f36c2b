package guard

import "slices"

// looking are the rules that look at what an entry is, and count nothing: by
// client and ODFI, of which one is empty.
type looking map[[2]string]Owned

func (l looking) add(o Owned) {
	if o.Descriptions != "" || o.Decision != nil || o.LooksBack() {
		l[[2]string{o.Client, o.ODFI}] = o
	}
}

// of are the rules for entries of a client at an ODFI.
func (l looking) of(client, odfi string) (list []Owned) {
	for _, owner := range [][2]string{{client, ""}, {"", odfi}} {
		if o, ok := l[owner]; ok {
			list = append(list, o)
		}
	}
	return list
}

// LooksBack reports whether the rules compare entries with what was sent before.
func (r Rules) LooksBack() bool {
	return r.Duplicates != nil || r.WebDebits == Hold || r.WebDebits == Reject
}

// LooksBack reports whether rules do so for entries of a client at an ODFI.
func (b *Book) LooksBack(client, odfi string) bool {
	return slices.ContainsFunc(b.looking.of(client, odfi), func(o Owned) bool { return o.Rules.LooksBack() })
}

// LookedBack are the verdicts over an entry by what was sent before it, those
// that only warn included.
func (b *Book) LookedBack(e Entry) (list []Verdict) {
	for _, o := range b.looking.of(e.Client, e.ODFI) {
		for _, v := range []*Verdict{o.repeated(e), o.unknown(e)} {
			if v != nil {
				list = append(list, *v)
			}
		}
	}
	return list
}

// Warnings are what rules say that hold nothing, of what LookedBack found too.
func (b *Book) Warnings(u Use, found []Verdict) []Verdict {
	return slices.DeleteFunc(append(b.described(u), found...), func(v Verdict) bool { return v.Action != Warn })
}

// gravest is the verdict of several that ends an entry or, where none does,
// the first that holds it.
func gravest(list []Verdict) *Verdict {
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
