package fed

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// Output is a file for our side.
type Output struct {
	Name    string
	Content []byte
}

// Outputs are the files due by now, one for each of our routing numbers, with
// the faults that were asked for.
func (f *Fed) Outputs(now time.Time) ([]Output, error) {
	byBank := map[string][]mail{}
	var banks []string
	for _, m := range f.due(now) {
		if _, ok := byBank[m.to]; !ok {
			banks = append(banks, m.to)
		}
		byBank[m.to] = append(byBank[m.to], m)
	}
	slices.Sort(banks)
	var out []Output
	for _, bank := range banks {
		file := f.file(now, bank, byBank[bank])
		content, err := nacha.Render(file, "\n")
		if err != nil {
			return nil, fmt.Errorf("simulated output for %s: %w", bank, err)
		}
		f.outputs++
		name := fmt.Sprintf("fed-%s-%s-%06d.ach", bank, file.Header.CreatedOn, f.outputs)
		if f.oneIn(f.options.Faults.Truncate) {
			out = append(out, Output{"broken-" + name, content[:len(content)/2]})
		}
		out = append(out, Output{name, content})
		if f.oneIn(f.options.Faults.Repeat) {
			out = append(out, Output{"again-" + name, content})
		}
	}
	return out, nil
}

func (f *Fed) oneIn(n int) bool { return n > 0 && f.random.IntN(n) == 0 }

// file groups mail into batches: what has the same header stands together,
// traces ascending.
func (f *Fed) file(now time.Time, bank string, mails []mail) nacha.File {
	local := now.In(calendar.Eastern)
	file := nacha.File{Header: nacha.FileHeader{
		ImmediateDestination: bank, ImmediateDestinationName: "RECEIVING BANK",
		ImmediateOrigin: f.options.Routing, ImmediateOriginName: f.options.Name,
		CreatedOn: local.Format("060102"), CreatedAt: fmt.Sprintf("%02d%02d", f.outputs/36/60%24, f.outputs/36%60),
		Modifier: string("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[f.outputs%36]),
	}}
	at := map[string]int{}
	for _, m := range mails {
		key := batchKey(m)
		i, ok := at[key]
		if !ok {
			i = len(file.Batches)
			at[key] = i
			file.Batches = append(file.Batches, nacha.Batch{Header: m.header})
		}
		file.Batches[i].Entries = append(file.Batches[i].Entries, m.entry)
	}
	for i := range file.Batches {
		finish(&file.Batches[i], i+1)
	}
	return file
}

// batchKey is what entries of one batch have in common.
func batchKey(m mail) string {
	h := m.header
	h.ServiceClass, h.Number = 0, 0
	iat := nacha.IATHeader{}
	if h.IAT != nil {
		iat = *h.IAT
	}
	h.IAT = nil
	return fmt.Sprintf("%v %v %s", h, iat, m.entry.Kind())
}

func finish(b *nacha.Batch, number int) {
	slices.SortStableFunc(b.Entries, func(x, y nacha.Entry) int { return strings.Compare(x.Trace, y.Trace) })
	debits, credits := false, false
	for i := range b.Entries {
		debit := nacha.TransactionCode(b.Entries[i].Code).Debit()
		debits, credits = debits || debit, credits || !debit
	}
	b.Header.Number, b.Header.ServiceClass = number, nacha.ServiceClass(debits, credits)
}
