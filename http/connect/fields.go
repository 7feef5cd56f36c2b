package connect

import (
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// fieldSet decodes a JSON object by a table of fields, in any letter case.
// Unlike encoding/json it refuses an unknown field and one that occurs twice,
// since either may be money that goes astray, and it reports all faults at
// once.
type fieldSet[T any] struct {
	fields   []field[T]
	pointers []string
	byName   map[string]int // as documented, and in lower case
}

// field is one row of the table. Read takes the JSON text of the value and
// returns nil or what is wrong; at is the field's pointer.
type field[T any] struct {
	name string
	read func(into *T, value, at string) []domain.FieldError
}

func newFieldSet[T any](fields ...field[T]) fieldSet[T] {
	s := fieldSet[T]{fields, make([]string, len(fields)), make(map[string]int, 2*len(fields))}
	for i, f := range fields {
		s.pointers[i] = "/" + f.name
		s.byName[f.name] = i
		s.byName[strings.ToLower(f.name)] = i
	}
	return s
}

// decode reads a whole body.
func (s fieldSet[T]) decode(body []byte, into *T) error {
	if err := api.OneObject(body); err != nil {
		return err
	}
	object := string(body) // names and values are substrings of it: one allocation for all
	if bad := s.read(into, object, ""); len(bad) > 0 {
		return &domain.Refusal{Code: domain.Invalid, Fields: bad}
	}
	return nil
}

// read reads an object that is valid JSON. Of members that do not belong there it
// names the first api.MaxComplaints.
func (s fieldSet[T]) read(into *T, object, at string) (bad []domain.FieldError) {
	var seen [2]uint64 // tables are short
	extra := 0
	complain := func(pointer, code, message string) {
		if extra++; extra <= api.MaxComplaints {
			bad = append(bad, domain.FieldError{Pointer: pointer, Code: code, Message: message})
		}
	}
	ok := api.Members(object, func(name, value string) {
		i, known := s.byName[name]
		if !known {
			i, known = s.byName[strings.ToLower(name)]
		}
		if !known {
			complain(at+"/"+api.SafeName(name), "unknown-field", "there is no such field")
			return
		}
		f, pointer := s.fields[i], s.pointers[i]
		if at != "" {
			pointer = at + pointer
		}
		if seen[i/64]&(1<<(i%64)) != 0 {
			complain(pointer, "duplicate", "is given more than once")
			return
		}
		seen[i/64] |= 1 << (i % 64)
		switch {
		case value == "null":
		case api.HalfCharacter(value):
			bad = append(bad, api.NotText(pointer)...)
		default:
			bad = append(bad, f.read(into, value, pointer)...)
		}
	})
	if !ok {
		return api.Wrong(at, "type", "must be a JSON object")
	}
	return bad
}
