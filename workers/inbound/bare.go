package inbound

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain/nacha"
)

// bareFile describes a file without header or control record: what is needed
// to add them.
type bareFile struct {
	header, control bool   // whether the file has them
	routing         string // nine digits of the bank
	created         string // latest effective entry date of its batches, YYMMDD
	records         int
	totals          nacha.Totals // as its batches claim
}

// bare surveys a content, and rewinds it. It returns nil for a complete file,
// for content that does not consist of lines, and if any entry is for one of
// our banks that is not configured to send such files: an incomplete file of
// such a bank must not be taken for a complete one.
func (a *accounts) bare(content io.ReadSeeker) (*bareFile, error) {
	if len(a.bareBatches) == 0 {
		return nil, nil
	}
	f, err := a.survey(content)
	_, back := content.Seek(0, io.SeekStart)
	if errors.Is(err, errNotBare) || errors.Is(err, bufio.ErrTooLong) {
		f, err = nil, nil
	}
	return f, errors.Join(err, back)
}

var errNotBare = errors.New("the file is not one without header or control")

func (a *accounts) survey(content io.Reader) (*bareFile, error) {
	f, last, odfi := &bareFile{}, byte(0), ""
	lines := bufio.NewScanner(content)
	for lines.Scan() {
		line := recordOf(lines.Text())
		if line == "" {
			continue
		}
		if f.records == 0 && line[0] != '1' && line[0] != '5' || len(line) != nacha.RecordLength && line[0] != '9' {
			return nil, errNotBare
		}
		last = line[0]
		f.records++
		switch line[0] {
		case '1':
			f.header = true
		case '5':
			odfi = line[79:87]
			f.dated(line[69:75])
		case '6':
			if f.routing = a.bareBatches[a.bankOf(line[3:11], odfi)]; f.routing == "" {
				return nil, errNotBare
			}
		case '8':
			f.claims(line)
		case '9':
			f.control = true
		}
	}
	if f.routing == "" || f.header && f.control || !f.control && last != '8' {
		return nil, cmp.Or(lines.Err(), errNotBare)
	}
	return f, lines.Err()
}

// dated notes the effective entry date of a batch. A return has that of the entry it
// returns, so only the latest is not before the file was created.
func (f *bareFile) dated(effective string) {
	_, err := nacha.ParseDate(effective)
	if f.created == "" || err == nil && effective > f.created {
		f.created = strings.TrimSpace(effective)
	}
}

// recordOf returns the record in a line, without trailing characters; "" for
// filler.
func recordOf(line string) string {
	line = strings.TrimRight(line, "\r\n\x1a")
	if len(line) > nacha.RecordLength {
		line = line[:nacha.RecordLength] + strings.TrimRight(line[nacha.RecordLength:], " ")
	}
	if strings.Trim(line, "9") == "" || strings.TrimSpace(line) == "" {
		return ""
	}
	return line
}

// bankOf returns our bank that an entry is for: its RDFI, or the ODFI of its
// batch if the bank reports our own entries.
func (a *accounts) bankOf(rdfi, odfi string) string {
	if a.ours(rdfi) {
		return rdfi
	}
	return odfi
}

// claims adds the totals of a batch control record; an invalid number is left
// to the validation of the batch.
func (f *bareFile) claims(line string) {
	number := func(from, to int) int64 {
		n, _ := strconv.ParseInt(strings.TrimSpace(line[from-1:to]), 10, 64)
		return n
	}
	f.totals.Batches++
	f.totals.Entries += int(number(5, 10))
	f.totals.EntryHash = (f.totals.EntryHash + number(11, 20)) % 1e10
	f.totals.DebitCents += number(21, 32)
	f.totals.CreditCents += number(33, 44)
}

// write writes the file with the missing records added. The header is derived
// from the file alone, so that a repeated file is recognized.
func (f *bareFile) write(content io.Reader, out io.Writer) error {
	records := f.records
	if !f.header {
		records++
		if _, err := fmt.Fprintf(out, "101 %s %s%6s0000A094101%-54s\n", f.routing, f.routing, f.created, ""); err != nil {
			return err
		}
	}
	lines := bufio.NewScanner(content)
	for lines.Scan() {
		if line := recordOf(lines.Text()); line != "" {
			if _, err := io.WriteString(out, line+"\n"); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil || f.control {
		return err
	}
	t := f.totals
	_, err := fmt.Fprintf(out, "9%06d%06d%08d%010d%012d%012d%-39s\n", t.Batches, (records+1+9)/10, t.Entries, t.EntryHash, t.DebitCents, t.CreditCents, "")
	return err
}

// complete adds the missing header or control record to a file of a bank that
// omits them.
func (t *Intake) complete(ctx context.Context, o *opened) error {
	known, err := t.known(ctx)
	if err != nil {
		return err
	}
	f, err := known.bare(o)
	if f == nil || err != nil {
		return err
	}
	s, err := t.newSpool()
	if err != nil {
		return err
	}
	err = f.write(o, s)
	if err == nil {
		err = s.Close()
	}
	if err == nil {
		_, err = s.Seek(0, io.SeekStart)
	}
	if err != nil {
		return errors.Join(err, s.Drop())
	}
	before := o.drop
	o.ReadSeeker, o.from.completed = s, true
	o.drop = func() error { return errors.Join(before(), s.Drop()) }
	return nil
}
