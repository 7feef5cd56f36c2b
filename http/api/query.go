package api

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

// ParseDay reads a date as ACH Connect writes it, M/D/YYYY, or as YYYY-MM-DD.
func ParseDay(s string) (day string, ok bool) {
	if t, err := time.Parse("1/2/2006", s); err == nil {
		return t.Format(time.DateOnly), true
	}
	d, err := calendar.ParseDate(s)
	return d.String(), err == nil
}

// QueryReader reads query parameters by name and collects what is wrong. Filters
// has already refused unknown and duplicate parameters of the API.
type QueryReader struct {
	Values url.Values
	read   []string
	wrong  []domain.FieldError
}

// Bad notes that a parameter is wrong, and why.
func (q *QueryReader) Bad(name, code, message string) {
	q.wrong = append(q.wrong, domain.FieldError{Pointer: "/" + name, Code: code, Message: message})
}

// Text returns the value of a parameter; "" when it is absent.
func (q *QueryReader) Text(name string) string {
	q.read = append(q.read, name)
	return q.Values.Get(name)
}

// NothingElse notes parameters that occur more than once or were not read.
func (q *QueryReader) NothingElse() {
	for _, name := range slices.Sorted(maps.Keys(q.Values)) {
		if !slices.Contains(q.read, name) {
			q.Bad(SafeName(name), "unknown-parameter", "there is no such parameter")
		} else if len(q.Values[name]) > 1 {
			q.Bad(SafeName(name), "duplicate", "is given more than once")
		}
	}
}

// Day reads a date as YYYY-MM-DD or M/D/YYYY.
func (q *QueryReader) Day(name string) string {
	s := q.Text(name)
	if s == "" {
		return ""
	}
	d, ok := ParseDay(s)
	if !ok {
		q.Bad(name, "date", "must be a date as YYYY-MM-DD or M/D/YYYY")
		return ""
	}
	return d
}

// Number reads a whole number in a range; 0 when it is absent.
func (q *QueryReader) Number(name string, least, most int64) int64 {
	s := q.Text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < least || n > most {
		q.Bad(name, "range", "must be a whole number from "+strconv.FormatInt(least, 10)+" to "+strconv.FormatInt(most, 10))
	}
	return n
}

// Pick reads one of a list of values, in any letter case.
func Pick[T ~string](q *QueryReader, name string, values []T) (none T) {
	s := q.Text(name)
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
	q.Bad(name, "enum", "must be one of "+strings.Join(names, ", "))
	return none
}

// Refusal returns what was wrong, or nil.
func (q *QueryReader) Refusal() error {
	if len(q.wrong) == 0 {
		return nil
	}
	return &domain.Refusal{Code: domain.Invalid, Fields: q.wrong[:min(len(q.wrong), MaxComplaints)]}
}

// The days that a query may ask for: what is shown of the days around one could not
// be written near year 1 and year 9999.
var firstDay, lastDay = calendar.NewDate(1900, time.January, 1), calendar.NewDate(2999, time.December, 31)

// QueryDay reads a day, YYYY-MM-DD, from the query; otherwise is the default.
func QueryDay(c echo.Context, name string, otherwise calendar.Date) (calendar.Date, error) {
	text := c.QueryParam(name)
	if text == "" {
		return otherwise, nil
	}
	d, err := calendar.ParseDate(text)
	if err != nil {
		return d, Invalid("/"+name, "date", "%v", err)
	}
	if d.Before(firstDay) || lastDay.Before(d) {
		return d, Invalid("/"+name, "range", "must be from %s to %s", firstDay, lastDay)
	}
	return d, nil
}
