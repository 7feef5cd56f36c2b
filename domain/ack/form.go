package ack

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Form describes a bank's own text of an acknowledgement: regular expressions
// with named groups match the lines that have a meaning. Lines that none of
// them matches are ignored.
//
//	origin, destination, modifier   as in the file header
//	created                         YYMMDD or YYYYMMDD
//	mmddyy, mmddyyyy                the same day in another order; separators do not count
//	time                            HHMM or HH:MM
//	result                          a word of Results
//	reason                          why
//	entries, batches                counted, with or without commas
//	debits, credits                 dollars with two decimals
//	batch, why                      a batch that was not taken
type Form struct {
	// Begins is the beginning of the first line that is not blank, and Ends
	// that of the last line. Without Ends a text is complete once its size no
	// longer changes.
	Begins string   `json:"begins"`
	Ends   string   `json:"ends,omitempty"`
	Lines  []string `json:"lines"`
	// Results maps the bank's words to the result for a file.
	Results map[string]Result `json:"results"`
}

// groups are the names of groups that have a meaning.
var groups = []string{
	"origin", "destination", "modifier", "created", "mmddyy", "mmddyyyy", "time", "result", "reason",
	"entries", "batches", "debits", "credits", "batch", "why",
}

// beginBytes bounds Begins: how much of a content is read to recognize it.
const beginBytes = 48

// Check reports what is wrong with a form, by field.
func (f Form) Check(bad func(pointer, code, format string, args ...any)) {
	if b := strings.TrimSpace(f.Begins); b == "" || len(b) > beginBytes || b[0] >= '0' && b[0] <= '9' {
		bad("/begins", "form", "must be the beginning of the first line, 1 to %d characters, the first of which is not a digit", beginBytes)
	}
	said := map[string]bool{}
	for i, line := range f.Lines {
		at := "/lines/" + strconv.Itoa(i)
		expression, err := regexp.Compile(line)
		if err != nil {
			bad(at, "expression", "%v", err)
			continue
		}
		for _, name := range expression.SubexpNames()[1:] {
			if said[name] = true; !slices.Contains(groups, name) {
				bad(at, "group", "%q is none of %s", name, strings.Join(groups, ", "))
			}
		}
	}
	for _, name := range []string{"modifier", "time", "result"} {
		if !said[name] {
			bad("/lines", "group", "no line says the %s: without it nobody knows which file is meant, or what became of it", name)
		}
	}
	if !said["created"] && !said["mmddyy"] && !said["mmddyyyy"] {
		bad("/lines", "group", "no line says when the file was created")
	}
	for word, result := range f.Results {
		if !result.known() {
			bad("/results/"+word, "enum", "accepted, pended, rejected or duplicate")
		}
	}
	if len(f.Results) == 0 {
		bad("/results", "required", "says which word of the bank's means accepted, pended, rejected or duplicate")
	}
}

func (r Result) known() bool {
	return slices.Contains([]Result{Accepted, Pended, Rejected, Duplicate}, r)
}

// Is reports whether content, or the beginning of it, is in the form.
func (f Form) Is(content []byte) bool {
	text := bytes.TrimLeft(content, "\ufeff \t\r\n\f")
	return f.Begins != "" && bytes.HasPrefix(text, []byte(strings.TrimSpace(f.Begins)))
}

// Whole reports whether a text is complete.
func (f Form) Whole(content []byte) bool {
	if f.Ends == "" {
		return true
	}
	for line := range bytes.Lines(content) {
		if strings.HasPrefix(strings.TrimSpace(string(line)), strings.TrimSpace(f.Ends)) {
			return true
		}
	}
	return false
}

// once are the groups of which a text has one value: another one would be that
// of another file, or of a batch.
var once = []string{"origin", "destination", "modifier", "created", "mmddyy", "mmddyyyy", "time", "result"}

// Parse reads a text. Origin is the file's if no line says it. The error says
// what is missing, cannot be read, or is said of more than one file.
func (f Form) Parse(content []byte, origin string) (Acknowledgement, error) {
	a := Acknowledgement{Origin: origin}
	before := map[string]string{}
	for _, text := range f.Lines {
		expression, err := regexp.Compile(text)
		if err != nil {
			return a, err
		}
		n := 0
		for line := range bytes.Lines(content) {
			n++
			match := expression.FindSubmatch(bytes.TrimRight(line, "\r\n"))
			if match == nil {
				continue
			}
			said := map[string]string{}
			for i, name := range expression.SubexpNames() {
				if name != "" && match[i] != nil {
					said[name] = strings.TrimSpace(string(match[i]))
				}
			}
			for _, name := range once {
				value, is := said[name]
				if other, was := before[name]; is && was && other != value {
					return a, fmt.Errorf("line %d: the %s is %q, and %q on another line: nobody knows which file it is about, or what became of it", n, name, value, other)
				}
				if is {
					before[name] = value
				}
			}
			if err := f.take(&a, said); err != nil {
				return a, fmt.Errorf("line %d: %w", n, err)
			}
		}
	}
	return a, a.complete(true)
}

// take stores the values of a line.
func (f Form) take(a *Acknowledgement, said map[string]string) (err error) {
	for name, value := range said {
		switch name {
		case "origin":
			a.Origin = value
		case "destination":
			a.Destination = value
		case "modifier":
			a.Modifier = value
		case "time":
			a.CreatedAt = strings.ReplaceAll(value, ":", "")
		case "reason":
			a.Reason = value
		case "result":
			var known bool
			if a.Result, known = f.Results[value]; !known {
				err = errors.Join(err, fmt.Errorf("%q is not one of the results that are set up for this bank", value))
			}
		case "created", "mmddyy", "mmddyyyy":
			var wrong error
			a.CreatedOn, wrong = dayOf(name, value)
			err = errors.Join(err, wrong)
		case "entries", "batches", "debits", "credits":
			err = errors.Join(err, a.total(name, value))
		case "batch":
			number, e := strconv.Atoi(value)
			if e != nil || number < 1 {
				return fmt.Errorf("%q is not a batch number", value)
			}
			a.Batches = append(a.Batches, RejectedBatch{number, said["why"]})
		}
	}
	return err
}

// dayOf reads a day, with any separators, as YYMMDD.
func dayOf(name, value string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, value)
	layout := map[string]string{"created": "060102", "mmddyy": "010206", "mmddyyyy": "01022006"}[name]
	if name == "created" && len(digits) == len("20060102") {
		layout = "20060102"
	}
	day, err := time.Parse(layout, digits)
	if err != nil {
		return "", fmt.Errorf("%q is not a day", value)
	}
	return day.Format("060102"), nil
}

// total stores what the bank counted.
func (a *Acknowledgement) total(name, value string) error {
	digits := strings.NewReplacer(",", "", "$", "", " ", "").Replace(value)
	if money := name == "debits" || name == "credits"; money {
		dollars, cents, ok := strings.Cut(digits, ".")
		if !ok || len(cents) != 2 {
			return fmt.Errorf("%q is not an amount with two decimals", value)
		}
		digits = dollars + cents
	}
	return a.count(strings.ToUpper(name), digits)
}
