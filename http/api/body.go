package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
)

// ReadBody decodes a JSON body and returns its bytes as well, for the
// idempotency key. Every surface reads objects with it: a duplicate member, an
// unknown member, and anything after the object are refused by name, since each
// may be money that goes astray. (A proposal has fields in any letter case and
// is read by a fieldSet, as strictly.)
func ReadBody(c echo.Context, into any) ([]byte, error) {
	input, err := Body(c)
	if err != nil {
		return nil, err
	}
	return input, Strictly(input, into)
}

// ReadJSON is ReadBody for requests without an idempotency key.
func ReadJSON(c echo.Context, into any) error {
	_, err := ReadBody(c, into)
	return err
}

// ReadOptional is ReadBody for a request that may have no body, whether it says so
// by a length or not.
func ReadOptional(c echo.Context, into any) ([]byte, error) {
	r := c.Request()
	input, err := Whole(r)
	if err != nil || len(input) == 0 {
		return nil, err
	}
	return ReadBody(c, into)
}

// Strictly reads one JSON object.
func Strictly(input []byte, into any) error {
	return readObject(input, into, true)
}

// StrictlyOver is Strictly for a change: what the body leaves out stays as it is in
// into. A list replaces the whole list before. encoding/json would decode its elements
// over the old ones, so that a limit which leaves out the company would stay one of
// the company that an earlier limit had.
func StrictlyOver(input []byte, into any) error {
	if json.Valid(input) {
		dropLists(string(input), reflect.ValueOf(into))
	}
	return Strictly(input, into)
}

// dropLists empties the lists of a value that a text in valid JSON replaces.
func dropLists(text string, v reflect.Value) {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() == reflect.Slice {
		v.SetZero()
		return
	}
	fields, ok := membersOf(v.Type())
	if !ok {
		return
	}
	Members(text, func(name, value string) {
		if f, ok := fields[strings.ToLower(name)]; ok {
			if field, err := v.FieldByIndexErr(f.index); err == nil {
				dropLists(value, field)
			}
		}
	})
}

// Leniently is Strictly for a published interface that has always accepted
// unknown members.
func Leniently(input []byte, into any) error {
	return readObject(input, into, false)
}

func readObject(input []byte, into any, known bool) error {
	if err := OneObject(input); err != nil {
		return err
	}
	object := string(input)
	w := walk{text: object, known: known}
	w.value(Skip(object, 0), reflect.TypeOf(into), &place{})
	if len(w.bad) > 0 {
		return &domain.Refusal{Code: domain.Invalid, Fields: w.bad}
	}
	return typeProblem(json.Unmarshal(input, into), object, reflect.TypeOf(into))
}

// OneObject refuses a text that is not exactly one JSON object, and says where it
// ceases to be one. It quotes one character of it at most: an account number may
// be there.
func OneObject(input []byte) error {
	if utf8.Valid(input) && json.Valid(input) {
		if bytes.TrimSpace(input)[0] != '{' {
			return NewProblem(CodeBadRequest, "must be a JSON object, in braces")
		}
		return nil
	}
	var syntax *json.SyntaxError
	var raw json.RawMessage
	switch {
	case len(bytes.TrimSpace(input)) == 0:
		return NewProblem(CodeBadRequest, "must be a JSON object, and is empty")
	case bytes.HasPrefix(input, []byte("\ufeff")):
		return NewProblem(CodeBadRequest, "must be a JSON object, without a byte order mark before it")
	case errors.As(json.Unmarshal(input, &raw), &syntax):
		return NewProblem(CodeBadRequest, "must be exactly one JSON object; at byte %d: %v", syntax.Offset, syntax)
	default:
		return NewProblem(CodeBadRequest, "must be a JSON object in UTF-8")
	}
}

// typeProblem names the value that has the wrong type. It does not quote it:
// it may be an account number in the wrong field.
func typeProblem(err error, object string, into reflect.Type) error {
	if err == nil {
		return nil
	}
	var wrongType *json.UnmarshalTypeError
	isType, begins, own := errors.As(err, &wrongType), 0, ""
	itself := refusedBy(err, object, into)
	if itself != nil {
		begins = itself.begins // from where the offset counts
		own = pointerTo(object, into, begins)
	}
	if isType {
		if at := pointerTo(object, into, begins+int(wrongType.Offset)-1); itself == nil || at != own {
			return Invalid(at, "type", "must be %s", jsonName(wrongType.Type))
		}
	}
	if itself != nil {
		return Invalid(own, "type", "must be %s", jsonName(itself.of))
	}
	return NewProblem(CodeBadRequest, "a value of the body is not of its type")
}

// refusing is a value that the method with which its type decodes itself refused.
type refusing struct {
	begins int // offset in the body
	of     reflect.Type
}

// refusedBy returns the value whose own type made the error of decoding a body,
// or nil: encoding/json says nothing of where such a value is, and an offset in
// its error counts from its beginning.
func refusedBy(err error, object string, into reflect.Type) *refusing {
	w := walk{text: object, refusal: err}
	w.value(Skip(object, 0), into, &place{})
	return w.refusing
}

// refuses reports whether decoding a text alone gives the same error.
func refuses(t reflect.Type, text string, err error) bool {
	alone := json.Unmarshal([]byte(text), reflect.New(t).Interface())
	var was, is *json.UnmarshalTypeError
	if errors.As(err, &was) && errors.As(alone, &is) {
		return was.Value == is.Value && was.Type == is.Type && was.Offset == is.Offset
	}
	return alone != nil && alone.Error() == err.Error()
}

// jsonName is what JSON calls the values that a Go type takes.
func jsonName(t reflect.Type) string {
	if t == reflect.TypeFor[json.Number]() {
		return "a number" // although Go keeps its digits as text
	}
	if t == reflect.TypeFor[time.Time]() {
		return "a time, such as 2026-11-20T19:05:00Z"
	}
	if t.Implements(reflect.TypeFor[Shortened]()) {
		return "a string or an object"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	default:
		return "a number"
	}
}
