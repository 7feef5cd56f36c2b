package nacha

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// FieldError says that no record can contain a value. Its text names the
// record, the field and the rule, but not the value.
type FieldError struct {
	Where  string // "file header", "batch 3", "batch 3 entry 231380100000001"
	Field  string
	Reason string
}

// Error joins place, field and reason.
func (e *FieldError) Error() string { return fmt.Sprintf("%s: %s %s", e.Where, e.Field, e.Reason) }

// fields checks values one after another and keeps the first error.
type fields struct {
	err error
	// read says that the values were read from a file, and may contain letters
	// that we do not write.
	read bool
}

func (f *fields) refuse(field, reason string, args ...any) {
	if f.err == nil {
		f.err = &FieldError{Field: field, Reason: fmt.Sprintf(reason, args...)}
	}
}

// first returns the first error, or nil.
func (f *fields) first() *FieldError {
	if f.err == nil {
		return nil
	}
	var refused *FieldError
	_ = errors.As(f.err, &refused)
	return refused
}

// in returns the first error with the name of its record, or nil. Each payment
// is checked several times, and nearly always in order: where is called only for
// an error, and what is checked stays off the heap.
func (f *fields) in(where func() string) error {
	if refused := f.first(); refused != nil && refused.Where == "" {
		refused.Where = where()
	}
	return f.err
}

// want records an error for the field unless ok.
func (f *fields) want(ok bool, field, reason string, args ...any) {
	if !ok {
		f.refuse(field, reason, args...)
	}
}

// text checks an alphameric field that may be empty.
func (f *fields) text(field, s string, width int) {
	f.printable(field, s)
	f.want(len(s) <= width || utf8.RuneCountInString(s) <= width, field, "is longer than %d characters", width)
}

// printable checks that a record of ours can contain the value.
func (f *fields) printable(field, s string) {
	f.want(f.read || Printable(s), field, "has a character outside printable ASCII")
}

// filled checks an alphameric field that must not be blank.
func (f *fields) filled(field, s string, width int) {
	f.want(!blank(s), field, "is blank")
	f.text(field, s, width)
}

// digits checks a field of exactly width digits.
func (f *fields) digits(field, s string, width int) {
	f.want(len(s) == width && digits(s), field, "is not %d digits", width)
}

// optional runs check unless the field is empty.
func (f *fields) optional(s string, check func()) {
	if s != "" {
		check()
	}
}

func (f *fields) date(field, s string) {
	_, err := ParseDate(s)
	f.want(err == nil, field, "is not a day written YYMMDD")
}

func (f *fields) julian(field, s string) { f.want(validJulian(s), field, "is not 001 to 366") }

// oneOf checks a field that must be one of a few words.
func (f *fields) oneOf(field, s string, words ...string) {
	for _, w := range words {
		if s == w {
			return
		}
	}
	f.refuse(field, "is not one of %s", strings.Join(words, ", "))
}

func (f *fields) empty(field, s string) { f.want(s == "", field, "has no place in this record") }

func validJulian(s string) bool {
	n, ok := number(s)
	return ok && len(s) == 3 && 1 <= n && n <= 366
}
