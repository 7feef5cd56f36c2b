package ack

import (
	"bufio"
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Result is the operator's verdict on a file.
type Result string

// Results. A pended file is held by the operator and answered again later.
const (
	Accepted  Result = "accepted"
	Pended    Result = "pended"
	Rejected  Result = "rejected"
	Duplicate Result = "duplicate"
)

// Acknowledgement names a file by the fields of its header, as the operator
// does.
type Acknowledgement struct {
	Origin      string
	Destination string
	CreatedOn   string // YYMMDD
	CreatedAt   string // HHMM
	Modifier    string
	Result      Result
	Reason      string
	Totals      Totals
	Batches     []RejectedBatch // of an accepted file: the rejected ones
}

// RejectedBatch is a batch that the operator rejected.
type RejectedBatch struct {
	Number int
	Reason string
}

const first = "ACH FILE ACKNOWLEDGEMENT"

// Is reports whether content is an acknowledgement, by its first line.
func Is(content []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), []byte("\n"))
	return strings.TrimSpace(string(line)) == first
}

// Begins reports whether content is an acknowledgement, or the beginning of
// one that is still being written.
func Begins(content []byte) bool {
	if len(content) > 0 && !bytes.ContainsRune(content, '\n') && strings.HasPrefix(first, string(content)) {
		return true
	}
	return Is(content)
}

// Whole reports whether an acknowledgement is complete: its last line is END.
func Whole(content []byte) bool {
	text := bytes.TrimRight(content, " \t\r\n")
	return bytes.HasSuffix(text, []byte("\nEND"))
}

// Format writes an acknowledgement. The last line is END, so that a part of one
// is never taken for the whole.
func (a Acknowledgement) Format() []byte {
	var b bytes.Buffer
	line := func(name string, value any) { fmt.Fprintf(&b, "%-12s %v\n", name, value) }
	fmt.Fprintln(&b, first)
	line("ORIGIN", a.Origin)
	line("DESTINATION", a.Destination)
	line("CREATED", a.CreatedOn+" "+a.CreatedAt)
	line("MODIFIER", a.Modifier)
	line("RESULT", strings.ToUpper(string(a.Result)))
	if a.Reason != "" {
		line("REASON", a.Reason)
	}
	for _, total := range a.Totals.lines() {
		if said := *total.value; said != nil {
			line(total.name, *said)
		}
	}
	for _, r := range a.Batches {
		line("REJECTED", fmt.Sprintf("%07d %s", r.Number, r.Reason))
	}
	fmt.Fprintln(&b, "END")
	return b.Bytes()
}

// Parse reads an acknowledgement. The error names the line.
func Parse(content []byte) (Acknowledgement, error) {
	var a Acknowledgement
	scanner := bufio.NewScanner(bytes.NewReader(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))))
	ended, said := false, map[string]bool{}
	for n := 1; scanner.Scan(); n++ {
		text := strings.TrimSpace(scanner.Text())
		switch {
		case n == 1 && text != first:
			return a, fmt.Errorf("line 1 is not %q", first)
		case n == 1, text == "":
		case ended:
			return a, fmt.Errorf("line %d comes after END", n)
		case text == "END":
			ended = true
		default:
			name, _, _ := strings.Cut(text, " ")
			if said[name] && name != "REJECTED" {
				return a, fmt.Errorf("line %d says %s a second time", n, name)
			}
			said[name] = true
			if err := a.read(text); err != nil {
				return a, fmt.Errorf("line %d: %w", n, err)
			}
		}
	}
	if err := scanner.Err(); err != nil {
		return a, err
	}
	return a, a.complete(ended)
}

func (a *Acknowledgement) read(text string) error {
	name, value, _ := strings.Cut(text, " ")
	value = strings.TrimSpace(value)
	switch name {
	case "ORIGIN":
		a.Origin = value
	case "DESTINATION":
		a.Destination = value
	case "CREATED":
		a.CreatedOn, a.CreatedAt, _ = strings.Cut(value, " ")
	case "MODIFIER":
		a.Modifier = value
	case "RESULT":
		a.Result = Result(strings.ToLower(value))
	case "REASON":
		a.Reason = value
	case "REJECTED":
		number, reason, _ := strings.Cut(value, " ")
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is not a batch number", number)
		}
		a.Batches = append(a.Batches, RejectedBatch{n, strings.TrimSpace(reason)})
	default:
		return a.count(name, value)
	}
	return nil
}

func (a *Acknowledgement) count(name, value string) error {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("%q is not a count", value)
	}
	for _, total := range a.Totals.lines() {
		if total.name == name {
			*total.value = &n
			return nil
		}
	}
	return fmt.Errorf("%q is not a line of an acknowledgement", name)
}

func (a *Acknowledgement) complete(ended bool) error {
	switch {
	case !ended:
		return fmt.Errorf("the acknowledgement is incomplete: END is missing")
	case a.Origin == "" || len(a.CreatedOn) != 6 || len(a.CreatedAt) != 4 || len(a.Modifier) != 1:
		return fmt.Errorf("the acknowledgement does not name a file: origin, created and modifier are needed")
	}
	switch a.Result {
	case Accepted, Pended, Rejected, Duplicate:
		return nil
	}
	return fmt.Errorf("%q is not accepted, pended, rejected or duplicate", a.Result)
}
