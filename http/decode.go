package http

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/achledger/achledger/domain"
)

// fieldSet reads a JSON object by a table of fields, in any letter case.
// Unlike encoding/json it refuses a field it does not know and one that is
// there twice, since either may be money gone astray, and it reports all that
// is wrong at once.
type fieldSet[T any] struct {
	fields   []field[T]
	pointers []string
	byName   map[string]int // as documented, and in lower case
}

// field is one row of the table. Read takes the value as its JSON text and
// answers nil, or what is wrong; at is the field's pointer.
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
	if !utf8.Valid(body) {
		return problem(codeBadRequest, "the body is not UTF-8")
	}
	if !json.Valid(body) {
		return problem(codeBadRequest, "the body is not JSON")
	}
	object := string(body) // names and values are parts of it: one allocation for all
	if object[skip(object, 0)] != '{' {
		return problem(codeBadRequest, "the body is not a JSON object")
	}
	if bad := s.read(into, object, ""); len(bad) > 0 {
		return &domain.Refusal{Code: domain.Invalid, Fields: bad}
	}
	return nil
}

// read reads an object that is valid JSON.
func (s fieldSet[T]) read(into *T, object, at string) (bad []domain.FieldError) {
	var seen [2]uint64 // tables are short
	ok := members(object, func(name, value string) {
		i, known := s.byName[name]
		if !known {
			i, known = s.byName[strings.ToLower(name)]
		}
		if !known {
			bad = append(bad, wrong(at+"/"+shown(name), "unknown-field", "there is no such field")...)
			return
		}
		f, pointer := s.fields[i], s.pointers[i]
		if at != "" {
			pointer = at + pointer
		}
		if seen[i/64]&(1<<(i%64)) != 0 {
			bad = append(bad, wrong(pointer, "duplicate", "is there more than once")...)
			return
		}
		seen[i/64] |= 1 << (i % 64)
		if value != "null" {
			bad = append(bad, f.read(into, value, pointer)...)
		}
	})
	if !ok {
		return wrong(at, "type", "must be a JSON object")
	}
	return bad
}

// wrong says what is wrong with one field.
func wrong(at, code, format string, args ...any) []domain.FieldError {
	return []domain.FieldError{{Pointer: at, Code: code, Message: fmt.Sprintf(format, args...)}}
}

// shown is an unknown field's name as it may be repeated: somebody may have
// put a value in its place.
func shown(name string) string {
	const most = 40
	name = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '#'
		}
		return r
	}, name)
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "..."
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) // RFC 6901
}

// members walks the members of an object that is valid JSON. It answers false
// for anything but an object.
func members(object string, each func(name, value string)) bool {
	i := skip(object, 0)
	if object[i] != '{' {
		return false
	}
	for i = skip(object, i+1); object[i] != '}'; {
		end := valueEnd(object, i)
		name, _ := unquote(object[i:end])
		i = skip(object, skip(object, end)+1) // behind the colon
		end = valueEnd(object, i)
		each(name, object[i:end])
		if i = skip(object, end); object[i] == ',' {
			i = skip(object, i+1)
		}
	}
	return true
}

// elements walks the elements of an array that is valid JSON.
func elements(array string, each func(value string)) bool {
	i := skip(array, 0)
	if array[i] != '[' {
		return false
	}
	for i = skip(array, i+1); array[i] != ']'; {
		end := valueEnd(array, i)
		each(array[i:end])
		if i = skip(array, end); array[i] == ',' {
			i = skip(array, i+1)
		}
	}
	return true
}

// blanks are JSON's white space.
const blanks = " \t\r\n"

// skip is where the next thing that is not blank begins.
func skip(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
		i++
	}
	return i
}

// valueEnd is where the value that begins at i ends.
func valueEnd(s string, i int) int {
	switch s[i] {
	case '"':
		return stringEnd(s, i)
	case '{', '[':
		return nestEnd(s, i)
	}
	for i < len(s) { // a number or a word
		switch s[i] {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			return i
		}
		i++
	}
	return i
}

func stringEnd(s string, i int) int {
	for i++; s[i] != '"'; i++ {
		if s[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func nestEnd(s string, i int) int {
	for depth := 0; ; i++ {
		switch s[i] {
		case '"':
			i = stringEnd(s, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
}

// unquote reads a JSON string; ok is false for another value.
func unquote(value string) (s string, ok bool) {
	if len(value) < 2 || value[0] != '"' {
		return "", false
	}
	if strings.IndexByte(value, '\\') < 0 {
		return value[1 : len(value)-1], true
	}
	return unescape(value)
}

// unescape is apart so that strings without a backslash allocate nothing.
func unescape(value string) (string, bool) {
	var s string
	err := json.Unmarshal([]byte(value), &s)
	return s, err == nil
}
