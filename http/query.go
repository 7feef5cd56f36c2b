package http

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain"
)

// queryReader reads a query by name, in any letter case, and collects what
// is wrong with it; a filter nobody read is wrong too.
type queryReader struct {
	values url.Values
	read   []string
	wrong  []domain.FieldError
}

func (q *queryReader) bad(name, code, message string) {
	q.wrong = append(q.wrong, domain.FieldError{Pointer: "/" + name, Code: code, Message: message})
}

// text is the value of a name; "" when it is not there.
func (q *queryReader) text(name string) string {
	q.read = append(q.read, name)
	var found []string
	for n, values := range q.values {
		if strings.EqualFold(n, name) {
			found = append(found, values...)
		}
	}
	switch len(found) {
	case 0:
		return ""
	case 1:
		return found[0]
	default:
		q.bad(name, "duplicate", "is there more than once")
		return ""
	}
}

// day reads a date as YYYY-MM-DD or M/D/YYYY.
func (q *queryReader) day(name string) string {
	s := q.text(name)
	if s == "" {
		return ""
	}
	d, ok := parseDay(s)
	if !ok {
		q.bad(name, "date", "must be a date as YYYY-MM-DD or M/D/YYYY")
		return ""
	}
	return d
}

// number reads a whole number in a range; 0 when it is not there.
func (q *queryReader) number(name string, least, most int64) int64 {
	s := q.text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < least || n > most {
		q.bad(name, "range", "must be a whole number from "+strconv.FormatInt(least, 10)+" to "+strconv.FormatInt(most, 10))
	}
	return n
}

// pick reads one of a list of values, in any letter case.
func pick[T ~string](q *queryReader, name string, values []T) (none T) {
	s := q.text(name)
	if s == "" {
		return none
	}
	names := make([]string, len(values))
	for i, v := range values {
		if strings.EqualFold(s, string(v)) {
			return v
		}
		names[i] = string(v)
	}
	q.bad(name, "enum", "must be one of "+strings.Join(names, ", "))
	return none
}

// refusal says what was wrong, if anything.
func (q *queryReader) refusal() error {
	for name := range q.values {
		known := false
		for _, r := range q.read {
			known = known || strings.EqualFold(name, r)
		}
		if !known {
			q.bad(shown(name), "unknown-filter", "there is no such filter")
		}
	}
	if len(q.wrong) == 0 {
		return nil
	}
	return &domain.Refusal{Code: domain.Invalid, Fields: q.wrong}
}
