package http

import (
	"bytes"
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
	fields []field[T]
	byName map[string]int // as documented, and in lower case
}

// field is one row of the table. Read answers nil, or what is wrong; at is
// the field's pointer.
type field[T any] struct {
	name string
	read func(into *T, value json.RawMessage, at string) []domain.FieldError
}

func newFieldSet[T any](fields ...field[T]) fieldSet[T] {
	s := fieldSet[T]{fields, make(map[string]int, 2*len(fields))}
	for i, f := range fields {
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
	if trimmed := bytes.TrimLeft(body, blanks); !json.Valid(body) || trimmed[0] != '{' {
		return problem(codeBadRequest, "the body is not a JSON object")
	}
	if bad := s.read(into, body, ""); len(bad) > 0 {
		return &domain.Refusal{Code: domain.Invalid, Fields: bad}
	}
	return nil
}

// read reads an object that is valid JSON.
func (s fieldSet[T]) read(into *T, object json.RawMessage, at string) (bad []domain.FieldError) {
	var seen [2]uint64 // tables are short
	ok := members(object, func(name string, value json.RawMessage) {
		i, known := s.byName[name]
		if !known {
			i, known = s.byName[strings.ToLower(name)]
		}
		if !known {
			bad = append(bad, wrong(at+"/"+shown(name), "unknown-field", "there is no such field")...)
			return
		}
		f := s.fields[i]
		if seen[i/64]&(1<<(i%64)) != 0 {
			bad = append(bad, wrong(at+"/"+f.name, "duplicate", "is there more than once")...)
			return
		}
		seen[i/64] |= 1 << (i % 64)
		if string(value) != "null" {
			bad = append(bad, f.read(into, value, at+"/"+f.name)...)
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
func members(b []byte, each func(name string, value json.RawMessage)) bool {
	b = bytes.TrimLeft(b, blanks)
	if len(b) == 0 || b[0] != '{' {
		return false
	}
	b = bytes.TrimLeft(b[1:], blanks)
	for len(b) > 0 && b[0] != '}' {
		n := valueEnd(b)
		name, _ := unquote(b[:n])
		b = bytes.TrimLeft(b[n:], blanks)
		b = bytes.TrimLeft(b[1:], blanks) // the colon
		n = valueEnd(b)
		each(name, b[:n:n])
		b = bytes.TrimLeft(b[n:], blanks)
		if len(b) > 0 && b[0] == ',' {
			b = bytes.TrimLeft(b[1:], blanks)
		}
	}
	return true
}

// elements walks the elements of an array that is valid JSON.
func elements(b []byte, each func(value json.RawMessage)) bool {
	b = bytes.TrimLeft(b, blanks)
	if len(b) == 0 || b[0] != '[' {
		return false
	}
	b = bytes.TrimLeft(b[1:], blanks)
	for len(b) > 0 && b[0] != ']' {
		n := valueEnd(b)
		each(b[:n:n])
		b = bytes.TrimLeft(b[n:], blanks)
		if len(b) > 0 && b[0] == ',' {
			b = bytes.TrimLeft(b[1:], blanks)
		}
	}
	return true
}

const blanks = " \t\r\n"

// valueEnd is where the value that b begins with ends.
func valueEnd(b []byte) int {
	switch b[0] {
	case '"':
		return stringEnd(b)
	case '{', '[':
		return nestEnd(b)
	default: // a number or a word
		if n := bytes.IndexAny(b, ",]}"+blanks); n >= 0 {
			return n
		}
		return len(b)
	}
}

func stringEnd(b []byte) int {
	i := 1
	for ; b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func nestEnd(b []byte) int {
	for i, depth := 0, 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i += stringEnd(b[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(b)
}

// unquote reads a JSON string; ok is false for another value.
func unquote(value json.RawMessage) (s string, ok bool) {
	if len(value) < 2 || value[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(value, '\\') < 0 {
		return string(value[1 : len(value)-1]), true
	}
	return s, json.Unmarshal(value, &s) == nil
}
