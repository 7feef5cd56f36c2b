package console

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// field is a stretch of a NACHA record: a named field, or the text between two
// fields.
type field struct {
	Name    string
	Text    string // account numbers masked except for the last four characters
	Title   string // name, positions and meaning
	Secret  bool
	Place   string // positions
	Value   string // without padding
	Meaning string // in words, for a code or an amount
}

// fileEntry is an entry as it appears in a file.
type fileEntry struct {
	batch  nacha.BatchHeader
	entry  nacha.Entry
	number int // of the batch
}

// records renders entries as lines of a file, under their batch headers.
// Control records are left out: their totals are those of the whole file.
func records(header nacha.FileHeader, entries []fileEntry, head bool) (lines [][]field, err error) {
	var out bytes.Buffer
	if err := writeEntries(&out, header, entries); err != nil {
		return nil, err
	}
	var d nacha.Describer
	for text := range strings.Lines(out.String()) {
		line := fields(&d, strings.TrimRight(text, "\r\n"))
		if first := text[0]; first == '8' || first == '9' || first == '1' && !head {
			continue
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// writeEntries writes a file of the entries.
func writeEntries(to io.Writer, header nacha.FileHeader, entries []fileEntry) error {
	w, err := nacha.NewWriter(to, header, "\n")
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		if i == 0 || e.number != entries[i-1].number {
			err = w.Begin(e.batch)
		}
		if err == nil {
			err = w.Entry(&e.entry)
		}
		if err == nil && (i == len(entries)-1 || e.number != entries[i+1].number) {
			err = w.End()
		}
		if err != nil {
			return err
		}
	}
	_, err = w.Close()
	return err
}

// fields splits a record into its fields.
func fields(d *nacha.Describer, line string) (list []field) {
	at := 0
	for _, p := range d.Parts(line) {
		if p.From-1 > at {
			list = append(list, field{Text: line[at : p.From-1]})
		}
		f := field{Name: p.Name, Text: line[p.From-1 : p.To], Secret: p.Secret}
		value := strings.TrimSpace(p.Shown())
		if p.Secret && value != "" {
			f.Text = fmt.Sprintf("%-*s", p.To-p.From+1, value)
		}
		f.Place, f.Value, f.Meaning = fmt.Sprintf("%d-%d", p.From, p.To), value, p.Meaning
		f.Title = fmt.Sprintf("%s, positions %d to %d", p.Name, p.From, p.To)
		switch {
		case p.Meaning != "":
			f.Title += ": " + p.Meaning
		case value == "":
			f.Title += ": empty"
		default:
			f.Title += ": " + value
		}
		list = append(list, f)
		at = p.To
	}
	if at < len(line) {
		list = append(list, field{Text: line[at:]})
	}
	return list
}

// standIn is the file header used to render a received entry, whose real
// header is in the bank's file. It is not shown.
var standIn = nacha.FileHeader{
	ImmediateDestination: "061000146", ImmediateDestinationName: "BANK", ImmediateOrigin: "061000146", ImmediateOriginName: "BANK",
	CreatedOn: "260101", CreatedAt: "0000", Modifier: "A",
}

// entryOf renders a transaction's item as it appears in its file, with the
// account number masked.
func entryOf(t *domain.Transaction, i *domain.Item, files map[string]domain.File) (header nacha.FileHeader, e fileEntry, ok bool) {
	if i.Direction == domain.FromFed {
		if i.Incoming == nil {
			return header, e, false
		}
		e = fileEntry{batch: i.Incoming.Header, entry: i.Incoming.Entry, number: i.Incoming.Header.Number}
		e.entry.Account = t.InRecordOf(i).Account.Masked()
		return standIn, e, true
	}
	if i.Filing == nil {
		return header, e, false
	}
	f, sent := files[i.Filing.File], t.InRecordOf(i)
	entry, err := sent.EntryOf(i)
	if err != nil || f.Cut == nil {
		return header, e, false
	}
	data := ""
	switch to, answers := t.Item(i.ReplyTo); {
	case entry.Entry.Correction != nil && i.Outgoing != nil:
		data = i.Outgoing.DataMasked
	case entry.Entry.RefusedChange != nil && answers && to.Incoming != nil:
		data = to.Incoming.DataMasked
	}
	entry.Reveal(sent.Account.Masked(), data)
	entry.Entry.Trace = i.Filing.Trace
	e = fileEntry{batch: entry.Header, entry: entry.Entry, number: i.Filing.Batch}
	for _, b := range f.Batches {
		if b.Number == i.Filing.Batch {
			e.batch = b.BatchHeader
		}
	}
	return f.Header(), e, true
}
