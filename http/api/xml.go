package api

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// ReadXML decodes one XML element in UTF-8. An element that occurs twice in its
// parent, and anything after the first element, are refused.
func ReadXML(input []byte, into any) error {
	d := xml.NewDecoder(strings.NewReader(string(input)))
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errCharset }
	if err := wellFormed(d); err != nil {
		return err
	}
	if err := xml.Unmarshal(input, into); err != nil {
		if name := notTrueOrFalse(input, reflect.TypeOf(into)); name != "" {
			return Invalid("/"+name, "type", "must be true or false")
		}
		return NewProblem(CodeBadRequest, "the body is not the XML that is expected here: %s", xmlComplaint(err))
	}
	return nil
}

// notTrueOrFalse names the first element of a body whose field is a bool and whose
// text is neither true nor false: the error of encoding/xml does not name it.
func notTrueOrFalse(input []byte, into reflect.Type) string {
	bools := map[string]bool{}
	for _, f := range reflect.VisibleFields(into.Elem()) {
		name, _, _ := strings.Cut(f.Tag.Get("xml"), ",")
		bools[name] = f.Type.Kind() == reflect.Bool
	}
	d, name, text := xml.NewDecoder(bytes.NewReader(input)), "", ""
	for {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		switch e := token.(type) {
		case xml.StartElement:
			name, text = e.Name.Local, ""
		case xml.CharData:
			text += string(e)
		case xml.EndElement:
			if _, err := strconv.ParseBool(strings.TrimSpace(text)); err != nil && text != "" && bools[name] {
				return name
			}
			name, text = "", ""
		}
	}
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
