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
// the configured faults.
func (f *Fed) Outputs(now time.Time) ([]Output, error) {
	byBank := map[string][]Message{}
	var banks []string
	for _, m := range f.due(now) {
		if _, ok := byBank[m.To]; !ok {
			banks = append(banks, m.To)
		}
		byBank[m.To] = append(byBank[m.To], m.Message)
	}
	slices.Sort(banks)
	var out []Output
	for _, bank := range banks {
		file := Compose(f.outputs, now, f.options.Routing, f.options.Name, byBank[bank])
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

// Compose makes a file of messages for one of our banks: messages with equal
// headers form a batch, traces ascend. Number tells the files of a day apart;
// time and modifier follow from it.
func Compose(number int, now time.Time, operator, name string, messages []Message) nacha.File {
	file := nacha.File{Header: nacha.FileHeader{
		ImmediateDestination: messages[0].To, ImmediateDestinationName: "RECEIVING BANK",
		ImmediateOrigin: operator, ImmediateOriginName: name,
		CreatedOn: now.In(calendar.Eastern).Format("060102"), CreatedAt: fmt.Sprintf("%02d%02d", number/36/60%24, number/36%60),
		Modifier: string("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[number%36]),
	}}
	at := map[string]int{}
	for _, m := range messages {
		key := batchKey(m)
		i, ok := at[key]
		if !ok {
			i = len(file.Batches)
			at[key] = i
			file.Batches = append(file.Batches, nacha.Batch{Header: m.Header})
		}
		file.Batches[i].Entries = append(file.Batches[i].Entries, m.Entry)
	}
	for i := range file.Batches {
		finish(&file.Batches[i], i+1)
	}
	return file
}

// batchKey is what entries of one batch have in common.
func batchKey(m Message) string {
	h := m.Header
	h.ServiceClass, h.Number = 0, 0
	iat := nacha.IATHeader{}
	if h.IAT != nil {
		iat = *h.IAT
	}
	h.IAT = nil
	return fmt.Sprintf("%v %v %s", h, iat, m.Entry.Kind())
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
