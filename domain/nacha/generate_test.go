package nacha

import (
	"fmt"

	"pgregory.net/rapid"
)

// anyFile draws a valid file: batches of every kind, in any order, with
// other text and money in them than the golden files have.
func anyFile(t *rapid.T) File {
	pool := batchPool()
	file := File{Header: sampleHeader()}
	file.Header.Modifier = rapid.StringMatching("[A-Z0-9]").Draw(t, "modifier")
	file.Header.Reference = text(t, "reference", 0, 8)
	for n := range rapid.IntRange(0, 4).Draw(t, "batches") {
		batch := rapid.SampledFrom(pool).Draw(t, "batch")
		entries := rapid.IntRange(1, 5).Draw(t, "entries")
		drawn := Batch{Header: batch.Header}
		drawn.Header.Number = n + 1
		drawn.Header.ServiceClass = MixedClass
		sequence := 0
		for range entries {
			entry := rapid.SampledFrom(batch.Entries).Draw(t, "entry")
			sequence += rapid.IntRange(1, 1000).Draw(t, "step")
			entry.Trace = fmt.Sprintf("%s%07d", lantern[:8], sequence)
			vary(t, &entry, batch.Header.SEC)
			drawn.Entries = append(drawn.Entries, entry)
		}
		file.Batches = append(file.Batches, drawn)
	}
	return file
}

// batchPool is every batch of the golden files.
func batchPool() []Batch {
	var pool []Batch
	all := goldens()
	for _, name := range goldenNames() {
		pool = append(pool, all[name].Batches...)
	}
	return pool
}

// vary changes what may be anything.
func vary(t *rapid.T, e *Entry, sec string) {
	if TransactionCode(e.Code).Live() {
		e.AmountCents = rapid.Int64Range(1, MaxConvertedCents).Draw(t, "amount")
	}
	e.Routing = rapid.SampledFrom([]string{lantern, other, gateway, "076401251", "011000015"}).Draw(t, "routing")
	e.Account = text(t, "account", 1, 17)
	if sec != "IAT" && e.IAT == nil && e.Name != "" {
		e.Name = text(t, "name", 1, 15)
		e.IndividualID = text(t, "identification", 0, 15)
		e.Discretionary = text(t, "discretionary", 0, 2)
	}
	if len(e.Addenda05) > 0 {
		e.Addenda05 = []string{text(t, "addenda", 0, 80)}
	}
	if e.IAT != nil {
		iat := *e.IAT
		iat.Receiver.BirthDate, iat.Originator.BirthDate = text(t, "receiver born", 0, 10), text(t, "originator born", 0, 10)
		e.IAT = &iat
	}
	if e.Return != nil {
		r := *e.Return
		r.Information = text(t, "information", 0, 34)
		e.Return = &r
	}
}

// text draws printable ASCII, spaces anywhere, with at least one letter where
// it may not be blank.
func text(t *rapid.T, label string, least, most int) string {
	s := rapid.StringMatching(fmt.Sprintf("[ -~]{%d,%d}", least, most)).Draw(t, label)
	if least > 0 && blank(s) {
		return "X"
	}
	return s
}
