package nacha

// addenda reads the records 7 of the entry in their order, each by its type.
func (r *entryReader) addenda() {
	last := ""
	for i := 1; i < len(r.lines); i++ {
		rec := r.record(i)
		kind := at(rec, 2, 3)
		if kind < last || kind == last && !repeats(kind) {
			r.hold(i, AddendaField, "R25", "addenda type", "%s does not follow %s", kind, last)
		}
		last = kind
		switch {
		case kind == "98":
			r.change(i, rec)
		case kind == "99":
			r.answer(i, rec)
		case kind == "02" && r.batch.class.addenda02:
			r.out.Entry.Addenda02 = textAt(rec, 4, 79)
			r.sameTrace(i, at(rec, 80, 94))
		case kind == "05" && r.batch.class.layout != foreign:
			r.out.Entry.Addenda05 = append(r.out.Entry.Addenda05, at(rec, 4, 83))
			r.numbered(i, rec, len(r.out.Entry.Addenda05))
		case kind >= "10" && kind <= "18" && r.batch.class.layout == foreign:
			r.international(i, kind, rec)
		default:
			r.hold(i, AddendaField, "R25", "addenda type", "%s does not go with %s", kind, r.batch.header.SEC)
		}
	}
	r.out.Entry.Addenda05.trim()
	if iat := r.out.Entry.IAT; iat != nil {
		iat.Remittance.trim()
	}
}

// repeats reports whether an entry may have several addenda of a type.
func repeats(kind string) bool { return kind == "05" || kind == "17" || kind == "18" }

// sameTrace checks that the addenda has the trace number of its entry.
func (r *entryReader) sameTrace(i int, trace string) {
	if trace != r.out.Entry.Trace {
		r.hold(i, TraceField, "R27", "trace number", "of the addenda is not that of its entry")
	}
}

// sameSequence checks that the addenda has the last seven digits of the entry's
// trace number.
func (r *entryReader) sameSequence(i int, rec string) {
	if at(rec, 88, 94) != r.out.Entry.Trace[8:] {
		r.hold(i, TraceField, "R27", "entry detail sequence number", "is not that of the entry")
	}
}

// numbered checks that the addenda of one type are numbered from 0001.
func (r *entryReader) numbered(i int, rec string, want int) {
	if n, ok := number(at(rec, 84, 87)); !ok || int(n) != want {
		r.hold(i, AddendaField, "R25", "addenda sequence number", "is %s, want %04d", at(rec, 84, 87), want)
	}
	r.sameSequence(i, rec)
}

// zeros checks, for Compare only, that a field that may be blank is not filled
// with zeros.
func (r *entryReader) zeros(i int, rec string, from, to int) {
	if field := at(rec, from, to); r.exact && !blank(field) && blankOrZero(field) {
		r.hold(i, Rendering, "", "blank", "positions %d-%d are zeros", from, to)
	}
}

// reserved checks, for Compare only, that reserved positions are blank.
func (r *entryReader) reserved(i int, rec string, from, to int) {
	if r.exact && !blank(at(rec, from, to)) {
		r.hold(i, Rendering, "", "reserved", "positions %d-%d are not blank", from, to)
	}
}
