package api

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
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

// dropLists empties the lists of a value that a text in valid JSON gives anew.
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
	if !utf8.Valid(input) {
		return NewProblem(CodeBadRequest, "the body is not UTF-8")
	}
	if !json.Valid(input) {
		return NewProblem(CodeBadRequest, "the body must be exactly one JSON value")
	}
	object := string(input)
	if object[Skip(object, 0)] != '{' {
		return NewProblem(CodeBadRequest, "the body is not a JSON object")
	}
	w := walk{text: object, known: known}
	w.value(Skip(object, 0), reflect.TypeOf(into), &place{})
	if len(w.bad) > 0 {
		return &domain.Refusal{Code: domain.Invalid, Fields: w.bad}
	}
	return typeProblem(json.Unmarshal(input, into), object, reflect.TypeOf(into))
}

// typeProblem names the value that has the wrong type. It does not quote it:
// it may be an account number in the wrong field.
func typeProblem(err error, object string, into reflect.Type) error {
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrongType):
		return Invalid(pointerTo(object, into, int(wrongType.Offset)-1), "type", "must be %s", jsonName(wrongType.Type))
	default:
		return NewProblem(CodeBadRequest, "a value of the body is not of its type")
	}
}

// jsonName is what JSON calls the values that a Go type takes.
func jsonName(t reflect.Type) string {
	if t == reflect.TypeFor[json.Number]() {
		return "a number" // although Go keeps its digits as text
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

// ReadXML decodes one XML element in UTF-8. An element that occurs twice in its
// parent, and anything after the first element, are refused.
func ReadXML(input []byte, into any) error {
	d := xml.NewDecoder(strings.NewReader(string(input)))
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errCharset }
	if err := wellFormed(d); err != nil {
		return err
	}
	if err := xml.Unmarshal(input, into); err != nil {
		return NewProblem(CodeBadRequest, "the body is not the XML that is expected here: %s", xmlComplaint(err))
	}
	return nil
}

// errCharset says that an XML body declares another encoding than UTF-8.
var errCharset = errors.New("not UTF-8")

// maxXMLDepth bounds the elements that are in one another: each takes memory while
// it is open.
const maxXMLDepth = 100

func wellFormed(d *xml.Decoder) error {
	parents := []map[string]bool{{}}
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && len(parents[0]) == 1:
			return nil
		case errors.Is(err, io.EOF):
			return NewProblem(CodeBadRequest, "the body must be exactly one XML element")
		case errors.Is(err, errCharset):
			return NewProblem(codeMediaType, "send XML in UTF-8")
		case err != nil:
			return NewProblem(CodeBadRequest, "the body is not the XML that is expected here: %s", xmlComplaint(err))
		}
		switch e := token.(type) {
		case xml.StartElement:
			if len(parents) > maxXMLDepth {
				return NewProblem(CodeBadRequest, "the body has elements in more than %d others", maxXMLDepth)
			}
			inside := parents[len(parents)-1]
			if len(inside) > 0 && len(parents) == 1 {
				return NewProblem(CodeBadRequest, "the body must be exactly one XML element")
			}
			if inside[e.Name.Local] {
				return Invalid("/"+SafeName(e.Name.Local), "duplicate", "is given more than once")
			}
			inside[e.Name.Local] = true
			parents = append(parents, map[string]bool{})
		case xml.EndElement:
			parents = parents[:len(parents)-1]
		}
	}
}

// xmlComplaint says what is wrong with an XML body. It does not quote the
// value, which may be an account number in the wrong field.
func xmlComplaint(err error) string {
	var syntax *xml.SyntaxError
	var shape xml.UnmarshalError
	if errors.As(err, &syntax) || errors.As(err, &shape) {
		return err.Error()
	}
	return "a value is not of its type"
}
