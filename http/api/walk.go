package api

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/achledger/achledger/domain"
)

// walk finds members that occur twice, or that a type does not have, and texts
// that are none. It reads the text once from left to right, at any depth of nesting.
type walk struct {
	text  string // valid JSON
	known bool   // whether members must be known
	bad   []domain.FieldError

	sought  int    // offset of a byte, for pointerTo
	found   string // pointer of the innermost value that contains the byte
	isFound bool

	refusal  error     // of decoding the text, for refusedBy
	refusing *refusing // the value that made it
}

// pointerTo returns the pointer of the innermost value that contains the byte at an
// offset of an object. The field path in an error of encoding/json does not serve: it
// leaves out indexes of arrays and contains the names of embedded structs.
func pointerTo(object string, t reflect.Type, sought int) string {
	w := walk{text: object, sought: sought}
	w.value(Skip(object, 0), t, &place{})
	return w.found
}

// MaxComplaints bounds how many faults of a body are listed.
const MaxComplaints = 20

// place is the position of a value in a body. Its pointer is built only for a
// complaint.
type place struct {
	in       *place // nil for the whole body
	name     string // of a member
	isMember bool   // or an element
	number   int    // of an element
}

// pointer spells the place as RFC 6901 does.
func (p *place) pointer() string {
	var parts []string
	for ; p.in != nil; p = p.in {
		name := p.name
		if !p.isMember {
			name = strconv.Itoa(p.number)
		}
		parts = append(parts, "/"+name)
	}
	slices.Reverse(parts)
	return strings.Join(parts, "")
}

// value walks the value that begins at i and returns where it ends.
func (w *walk) value(i int, t reflect.Type, at *place) (end int) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if w.refusal != nil && w.refusing == nil && unplaced(t) && refuses(t, w.text[i:valueEnd(w.text, i)], w.refusal) {
		w.refusing = &refusing{i, t}
	}
	switch w.text[i] {
	case '{':
		end = w.object(i, t, at)
	case '[':
		end = w.array(i, t, at)
	default:
		if end = valueEnd(w.text, i); HalfCharacter(w.text[i:end]) && len(w.bad) < MaxComplaints {
			w.bad = append(w.bad, NotText(at.pointer())...)
		}
	}
	if !w.isFound && i <= w.sought && w.sought < end { // the inner ones end first
		w.found, w.isFound = at.pointer(), true
	}
	return end
}

func (w *walk) array(i int, t reflect.Type, at *place) (end int) {
	var of reflect.Type
	if t != nil && t.Kind() == reflect.Slice {
		of = t.Elem()
	}
	here := place{in: at}
	for i = Skip(w.text, i+1); w.text[i] != ']'; here.number++ {
		i = w.next(w.value(i, of, &here))
	}
	if _, objects := membersOf(of); objects && here.number > mostObjects && len(w.bad) < MaxComplaints {
		w.bad = append(w.bad, Wrong(at.pointer(), "count", "has %d elements: a body holds fewer that are whole", here.number)...)
	}
	return i + 1
}

// mostObjects bounds the objects in an array. A body has no room for as many with
// what they need in them, but it has for a multiple of empty ones, each of which
// would take memory as one that is full.
const mostObjects = 20_000

func (w *walk) object(i int, t reflect.Type, at *place) (end int) {
	fields, isStruct := membersOf(t)
	seen := map[string]bool{}
	for i = Skip(w.text, i+1); w.text[i] != '}'; {
		end := valueEnd(w.text, i)
		if HalfCharacter(w.text[i:end]) && len(w.bad) < MaxComplaints {
			w.bad = append(w.bad, NotText(at.pointer())...)
		}
		name, _ := Unquote(w.text[i:end])
		i = Skip(w.text, Skip(w.text, end)+1) // after the colon
		i = w.next(w.member(i, name, fields, isStruct, seen, at))
	}
	return i + 1
}

// member walks the value of a member, or skips it when its name is wrong.
func (w *walk) member(i int, name string, fields map[string]member, isStruct bool, seen map[string]bool, at *place) (end int) {
	if len(w.bad) >= MaxComplaints {
		return valueEnd(w.text, i)
	}
	key, of := name, reflect.Type(nil)
	here := place{in: at, isMember: true, name: SafeName(name)}
	if isStruct {
		key = strings.ToLower(name) // encoding/json ignores letter case
		f, ok := fields[key]
		if !ok && w.known {
			w.bad = append(w.bad, Wrong(here.pointer(), "unknown-field", "there is no such field")...)
			return valueEnd(w.text, i)
		}
		if of = f.of; ok {
			here.name = f.name
		}
	}
	if seen[key] {
		w.bad = append(w.bad, Wrong(here.pointer(), "duplicate", "is given more than once")...)
		return valueEnd(w.text, i)
	}
	seen[key] = true
	return w.value(i, of, &here)
}

// next returns where the next element or member begins, or the closing bracket,
// given the end of the one before.
func (w *walk) next(end int) int {
	i := Skip(w.text, end)
	if w.text[i] == ',' {
		i = Skip(w.text, i+1)
	}
	return i
}

// member is a field of a struct as JSON knows it.
type member struct {
	name  string
	of    reflect.Type
	index []int // of the field
}

var structs sync.Map // reflect.Type to map[string]member, by lower-case name

// Shortened is a struct that may also be written as a string. It decodes
// itself, and its members are those of its struct.
type Shortened interface{ ShortForm() }

// decodesItself reports whether encoding/json leaves the decoding of a type to it.
func decodesItself(t reflect.Type) bool {
	return t != nil && reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}

// unplaced reports whether encoding/json does not say where in a body a value is
// that a type refuses: one that decodes itself, or text that is no number.
func unplaced(t reflect.Type) bool {
	return decodesItself(t) || t == reflect.TypeFor[json.Number]()
}

// membersOf lists the members that encoding/json fills in a struct; ok is false
// for a type that decodes itself or keeps raw text.
func membersOf(t reflect.Type) (map[string]member, bool) {
	if t == nil || t.Kind() != reflect.Struct {
		return nil, false
	}
	if decodesItself(t) && !t.Implements(reflect.TypeFor[Shortened]()) {
		return nil, false
	}
	if known, ok := structs.Load(t); ok {
		return known.(map[string]member), true
	}
	all := map[string]member{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || f.Anonymous && name == "" {
			continue
		}
		name = cmp.Or(name, f.Name)
		all[strings.ToLower(name)] = member{name, f.Type, f.Index}
	}
	structs.Store(t, all)
	return all, true
}
