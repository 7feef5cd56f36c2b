package conn

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Runs collects the arguments of many runs of one statement, which Do then
// makes in a few calls of C. Exec takes a call for each argument, an allocation
// for most, and a copy of each text.
type Runs struct {
	one       string // the statement
	many      string // an INSERT of rowsAtOnce rows; empty if the statement inserts none
	arguments int    // of a run
	count     int
	encoded   []byte
}

// rowsAtOnce is how many rows one INSERT writes: it opens every index of the
// table once, whatever its number of rows. If a row fails, those before it stay
// (OR FAIL), as when each is inserted by itself. Otherwise SQLite would first
// copy every page that it changes into a temporary file, to take them back.
const rowsAtOnce = 16

var parameter = regexp.MustCompile(`\?(\d+)`)

// NewRuns returns no runs of a statement whose parameters are ?1 and the
// following. An INSERT writes several rows at once, if it ends with its VALUES and
// these look nothing up, as that may be the row before.
func NewRuns(sql string) *Runs {
	known, ok := parsed.Load(sql)
	if !ok {
		known, _ = parsed.LoadOrStore(sql, parse(sql))
	}
	r := *known.(*Runs)
	return &r
}

// parsed has no runs of each statement that was asked for: the views ask for theirs in
// each of their rounds, which are some hundred a second.
var parsed sync.Map // *Runs by SQL

func parse(sql string) *Runs {
	r := &Runs{one: sql}
	for _, p := range parameter.FindAllStringSubmatch(sql, -1) {
		n, _ := strconv.Atoi(p[1])
		r.arguments = max(r.arguments, n)
	}
	into, row, ok := strings.Cut(sql, "VALUES")
	if !ok || !strings.HasSuffix(row, ")") || strings.Contains(row, "SELECT") {
		return r
	}
	rows := make([]string, rowsAtOnce)
	for i := range rows {
		rows[i] = parameter.ReplaceAllStringFunc(row, func(p string) string {
			n, _ := strconv.Atoi(p[1:])
			return "?" + strconv.Itoa(i*r.arguments+n)
		})
	}
	r.many = strings.Replace(into, "INSERT", "INSERT OR FAIL", 1) + "VALUES" + strings.Join(rows, ",")
	return r
}

// Each argument and each column of a result is a letter and its value.
const (
	isNull   = 'n'
	isInt    = 'i' // and 8 bytes, as in the memory of the machine
	isText   = 't' // and 8 bytes for the length
	isBlob   = 'b' // likewise
	endOfRun = '.' // after the rows of a run
)

// Next begins the arguments of another run. All of them must follow, in their
// order.
func (r *Runs) Next() *Runs {
	r.count++
	return r
}

// Int adds an argument.
func (r *Runs) Int(n int64) *Runs {
	r.encoded = binary.NativeEndian.AppendUint64(append(r.encoded, isInt), uint64(n))
	return r
}

// Bool adds 1 for true and 0 for false.
func (r *Runs) Bool(b bool) *Runs {
	if b {
		return r.Int(1)
	}
	return r.Int(0)
}

// IntOrNull adds NULL for 0.
func (r *Runs) IntOrNull(n int64) *Runs {
	if n != 0 {
		return r.Int(n)
	}
	r.encoded = append(r.encoded, isNull)
	return r
}

// Text adds an argument.
func (r *Runs) Text(s string) *Runs {
	r.encoded = binary.NativeEndian.AppendUint64(append(r.encoded, isText), uint64(len(s)))
	r.encoded = append(r.encoded, s...)
	return r
}

// Blob adds an argument, which is empty rather than NULL if b is nil.
func (r *Runs) Blob(b []byte) *Runs {
	r.encoded = binary.NativeEndian.AppendUint64(append(r.encoded, isBlob), uint64(len(b)))
	r.encoded = append(r.encoded, b...)
	return r
}

// Len is how many runs were collected.
func (r *Runs) Len() int { return r.count }

// Size is how many bytes the arguments take.
func (r *Runs) Size() int { return len(r.encoded) }

// keptBytes is how much memory is kept for the next runs.
const keptBytes = 1 << 20

// Clear forgets what was collected.
func (r *Runs) Clear() {
	r.count, r.encoded = 0, r.encoded[:0]
	if cap(r.encoded) > keptBytes {
		r.encoded = nil
	}
}

// Read makes the one run of a query that was collected, forgets it, and calls
// each with every row, or with the first of them once they take enough bytes. The
// row is the callee's until it returns; it must read all columns.
func (r *Runs) Read(c *Conn, enough int, each func(row *Results) error) error {
	defer r.Clear()
	s, err := c.Statement(r.one)
	if err != nil {
		return err
	}
	read, err := runAll(s, r.encoded, 1, r.arguments, enough, func(rows Results) error {
		for rows.Next() {
			if err := each(&rows); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && read < len(r.encoded) {
		err = errTooMany
	}
	return err
}

var errTooMany = errors.New("a run has more arguments than its statement")

// Do makes the runs that were collected, in their order, and forgets them. It
// returns their rows, if they are of a query. After an error some of them were
// made.
func (r *Runs) Do(c *Conn) (rows Results, err error) {
	defer r.Clear()
	arguments, rest := r.encoded, r.count
	for _, of := range []struct {
		sql  string
		rows int
	}{{r.many, rowsAtOnce}, {r.one, 1}} {
		if of.sql == "" || rest < of.rows {
			continue
		}
		s, err := c.Statement(of.sql)
		if err != nil {
			return nil, err
		}
		read, err := runAll(s, arguments, rest/of.rows, r.arguments*of.rows, All, func(all Results) error {
			rows = bytes.Clone(all)
			return nil
		})
		if err != nil {
			return nil, err
		}
		arguments, rest = arguments[read:], rest%of.rows
	}
	if len(arguments) > 0 {
		return nil, errTooMany
	}
	return rows, nil
}

// All is enough bytes for all rows; see Read. SQLite's rows of a call have 10^9
// bytes at most.
const All = math.MaxInt

// Results are the rows of the runs of a query that were not read yet. Its
// columns are read in their order.
type Results []byte

// Next reports whether the present run has another row, and begins it. At its
// end it begins the next run.
func (r *Results) Next() bool {
	if (*r)[0] != endOfRun {
		return true
	}
	*r = (*r)[1:]
	return false
}

// Int reads a column, 0 for NULL.
func (r *Results) Int() int64 {
	if (*r)[0] == isNull {
		*r = (*r)[1:]
		return 0
	}
	n := int64(binary.NativeEndian.Uint64((*r)[1:]))
	*r = (*r)[9:]
	return n
}

// Text reads a column, empty for NULL. If it is the same as before, that is
// returned without an allocation.
func (r *Results) Text(before string) string {
	if (*r)[0] == isNull {
		*r = (*r)[1:]
		return ""
	}
	text := r.bytes()
	if string(text) == before {
		return before
	}
	return string(text)
}

// Blob reads a column, which stays a part of the results.
func (r *Results) Blob() []byte { return r.bytes() }

// IsNull reports whether the next column is NULL.
func (r *Results) IsNull() bool { return (*r)[0] == isNull }

// Are reports whether the next columns are of some kinds, a letter each: i for a
// number, t for a text, b for a blob, n for NULL. It reads none of them.
func (r *Results) Are(kinds string) bool {
	rest := *r
	for _, kind := range []byte(kinds) {
		if rest[0] != kind {
			return false
		}
		rest.Skip()
	}
	return true
}

// Skip leaves out a column.
func (r *Results) Skip() {
	switch (*r)[0] {
	case isNull:
		*r = (*r)[1:]
	case isInt:
		*r = (*r)[9:]
	default:
		r.bytes()
	}
}

// bytes reads a text or a blob.
func (r *Results) bytes() []byte {
	size := binary.NativeEndian.Uint64((*r)[1:])
	value := (*r)[9 : 9+size]
	*r = (*r)[9+size:]
	return value
}
