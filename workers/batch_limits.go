package workers

import (
	"cmp"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// Limits bound a batch and a file. They stay below what the record formats hold
// (NACHA Operating Rules, appendix three) and below what one process renders in
// little memory; entries that do not fit go into another batch or another
// file.
type Limits struct {
	BatchRecords int   // entries and addenda of a batch; the format holds 999,999
	FileEntries  int   // entries of a file
	FileBatches  int   // batches of a file; 0: as many as its records hold
	FileRecords  int   // all records of a file except its padding; the format holds 9,999,990
	Cents        int64 // debits, and credits, of a batch and of a file

	// AppendEvents is how many events about entries one append to the log
	// holds. With the events of the file, its traces and its modifier it stays
	// within 1,000, so that other writers do not wait long.
	AppendEvents int
}

// DefaultLimits are those of production.
var DefaultLimits = Limits{
	BatchRecords: 900_000,
	FileEntries:  250_000,
	FileRecords:  1_000_000,
	Cents:        nacha.MaxTotalCents,
	AppendEvents: 995,
}

// orDefaults replaces zero limits by the default ones.
func (l Limits) orDefaults() Limits {
	d := DefaultLimits
	return Limits{
		BatchRecords: cmp.Or(l.BatchRecords, d.BatchRecords),
		FileEntries:  cmp.Or(l.FileEntries, d.FileEntries),
		FileBatches:  l.FileBatches,
		FileRecords:  cmp.Or(l.FileRecords, d.FileRecords),
		Cents:        cmp.Or(l.Cents, d.Cents),
		AppendEvents: cmp.Or(l.AppendEvents, d.AppendEvents),
	}
}

// of returns the limits for files of a bank, which may set lower ones.
func (l Limits) of(b domain.Bank) Limits {
	if b.MaxEntriesPerFile > 0 {
		l.FileEntries = min(l.FileEntries, b.MaxEntriesPerFile)
	}
	if b.MaxBatchesPerFile > 0 {
		l.FileBatches = b.MaxBatchesPerFile
	}
	return l
}

// load is the content of a batch or a file so far.
type load struct {
	entries, addenda, batches int
	debits, credits           int64
	offsets                   int // still to come: one for a batch that is to be balanced
}

// balanced returns the load with its offsets. The amount of an offset depends
// on which entries drop out while the file is filled, so the larger of debits
// and credits is reserved, and a batch without money has room for an offset
// too.
func (l load) balanced() load {
	if l.offsets > 0 {
		most := max(l.debits, l.credits)
		l.entries, l.debits, l.credits, l.offsets = l.entries+l.offsets, most, most, 0
	}
	return l
}

// with returns the sum of both loads.
func (l load) with(o load) load {
	return load{
		entries: l.entries + o.entries, addenda: l.addenda + o.addenda, batches: l.batches + o.batches,
		debits: l.debits + o.debits, credits: l.credits + o.credits, offsets: l.offsets + o.offsets,
	}
}

func (l *load) add(e *entry) {
	l.entries++
	l.addenda += e.addenda
	if nacha.TransactionCode(e.code).Debit() {
		l.debits += e.cents
	} else {
		l.credits += e.cents
	}
}

// batchFits reports whether a batch with this load is within the limits. Its
// offset is a single entry, whichever entries drop out, and so must not exceed
// the largest amount of an entry.
func (l Limits) batchFits(b load) bool {
	if b.offsets > 0 && max(b.debits, b.credits) > domain.MaxAmountCents {
		return false
	}
	b = b.balanced()
	return b.entries+b.addenda <= l.BatchRecords && b.debits <= l.Cents && b.credits <= l.Cents
}

// fileFits reports whether the file with this load is within the limits.
func (l Limits) fileFits(f load) bool {
	records := 2 + 2*f.batches + f.entries + f.addenda // headers and controls of file and batches
	return f.entries <= l.FileEntries && (l.FileBatches == 0 || f.batches <= l.FileBatches) && records <= l.FileRecords && f.debits <= l.Cents && f.credits <= l.Cents
}
