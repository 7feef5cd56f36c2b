package api

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// columns are the columns of a kind of row: its fields by their JSON names; a
// field of a nested object is named by both.
type columns []exportColumn

type exportColumn struct {
	name string
	at   []int // index path of the field
}

var timeType = reflect.TypeFor[time.Time]()

func columnsOf[T any]() columns { return fieldsOf(reflect.TypeFor[T](), "", nil) }

func fieldsOf(t reflect.Type, prefix string, at []int) (list columns) {
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		path := append(at[:len(at):len(at)], i)
		switch {
		case name == "-" || name == "" && !field.Anonymous:
		case field.Type.Kind() == reflect.Struct && field.Type != timeType:
			if !field.Anonymous {
				list = append(list, fieldsOf(field.Type, prefix+name+"_", path)...)
				continue
			}
			list = append(list, fieldsOf(field.Type, prefix, path)...)
		default:
			list = append(list, exportColumn{prefix + name, path})
		}
	}
	return list
}

func (l columns) head(b []byte) []byte {
	names := make([]string, len(l))
	for i, c := range l {
		names[i] = c.name
	}
	return appendCSV(b, names)
}

func (l columns) row(b []byte, row any) []byte {
	v := reflect.ValueOf(row)
	values := make([]string, len(l))
	for i, c := range l {
		values[i] = cellText(v.FieldByIndex(c.at))
	}
	return appendCSV(b, values)
}

// endOfCSV is the first cell of the last line.
const endOfCSV = "END"

func (l columns) end(b []byte, rows int) []byte {
	values := make([]string, max(len(l), 2))
	values[0], values[1] = endOfCSV, strconv.Itoa(rows)
	return appendCSV(b, values)
}

// cellText formats a value for CSV. Only text can contain what somebody typed.
func cellText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return cellText(v.Elem())
	case reflect.String:
		return Unformula(v.String())
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	}
	switch x := v.Interface().(type) {
	case time.Time:
		if x.IsZero() {
			return ""
		}
		return x.UTC().Format(time.RFC3339)
	case json.RawMessage:
		return Unformula(string(x))
	default:
		return Unformula(fmt.Sprint(x))
	}
}

// Unformula keeps a spreadsheet from executing a formula that somebody wrote
// into a name.
func Unformula(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(s[0])) {
		return "'" + s
	}
	return s
}

func appendCSV(b []byte, values []string) []byte {
	buffer := bytes.NewBuffer(b)
	w := csv.NewWriter(buffer)
	_ = w.Write(values) // a buffer never fails
	w.Flush()
	return buffer.Bytes()
}

func appendJSON(b []byte, row any) ([]byte, error) {
	text, err := json.Marshal(row)
	return append(append(b, text...), '\n'), err
}

func isGone(err error) bool {
	var gone goneError
	return errors.As(err, &gone)
}
