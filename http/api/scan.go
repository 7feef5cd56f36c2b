package api

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/achledger/achledger/domain"
)

// Wrong says what is wrong with one field.
func Wrong(at, code, format string, args ...any) []domain.FieldError {
	return []domain.FieldError{{Pointer: at, Code: code, Message: fmt.Sprintf(format, args...)}}
}

// SafeName returns an unknown field's name in a form that may be quoted:
// somebody may have put a value in its place.
func SafeName(name string) string {
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
	return inPointer.Replace(name)
}

// inPointer escapes a name for a JSON pointer (RFC 6901).
var inPointer = strings.NewReplacer("~", "~0", "/", "~1")

// Members calls each with the members of an object that is valid JSON. It
// returns false for anything but an object.
func Members(object string, each func(name, value string)) bool {
	i := Skip(object, 0)
	if object[i] != '{' {
		return false
	}
	for i = Skip(object, i+1); object[i] != '}'; {
		end := valueEnd(object, i)
		name, _ := Unquote(object[i:end])
		i = Skip(object, Skip(object, end)+1) // after the colon
		end = valueEnd(object, i)
		each(name, object[i:end])
		if i = Skip(object, end); object[i] == ',' {
			i = Skip(object, i+1)
		}
	}
	return true
}

// Elements calls each with the elements of an array that is valid JSON. It
// returns false for anything but an array.
func Elements(array string, each func(value string)) bool {
	i := Skip(array, 0)
	if array[i] != '[' {
		return false
	}
	for i = Skip(array, i+1); array[i] != ']'; {
		end := valueEnd(array, i)
		each(array[i:end])
		if i = Skip(array, end); array[i] == ',' {
			i = Skip(array, i+1)
		}
	}
	return true
}

// HalfCharacter reports whether a string in valid JSON has one half of a UTF-16
// pair without the other. It stands for no character: decoders put another one in
// its place.
func HalfCharacter(text string) bool {
	for i := strings.IndexByte(text, '\\'); i >= 0; {
		next := i + 2
		if text[i+1] == 'u' {
			next = i + 6
			switch half := codeUnit(text, i); {
			case !utf16.IsSurrogate(half):
			case strings.HasPrefix(text[next:], `\u`) && utf16.DecodeRune(half, codeUnit(text, next)) != utf8.RuneError:
				next += 6
			default:
				return true
			}
		}
		more := strings.IndexByte(text[next:], '\\')
		if more < 0 {
			return false
		}
		i = next + more
	}
	return false
}

// NotText says that a value, or a name in it, has half of a character.
func NotText(pointer string) []domain.FieldError {
	return Wrong(pointer, "text", "has half of a character: a UTF-16 surrogate without its other half")
}

// codeUnit reads the escape \uXXXX at i.
func codeUnit(text string, i int) rune {
	unit, _ := strconv.ParseUint(text[i+2:i+6], 16, 16) // valid JSON has four digits
	return rune(unit)
}

// Blanks are JSON's white space.
const Blanks = " \t\r\n"

// Skip returns where the next byte that is not blank begins.
func Skip(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t' || s[i] == '\r' || s[i] == '\n') {
		i++
	}
	return i
}

// valueEnd returns where the value that begins at i ends.
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

// Unquote reads a JSON string; ok is false for another value.
func Unquote(value string) (s string, ok bool) {
	if len(value) < 2 || value[0] != '"' {
		return "", false
	}
	if strings.IndexByte(value, '\\') < 0 {
		return value[1 : len(value)-1], true
	}
	return unescape(value)
}

// unescape is separate so that strings without a backslash allocate nothing.
func unescape(value string) (string, bool) {
	var s string
	err := json.Unmarshal([]byte(value), &s)
	return s, err == nil
}
