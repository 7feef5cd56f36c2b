package main

import (
	"bufio"
	"errors"
	"os"
	"time"

	"github.com/moov-io/ach"
)

// plainEntry has the values needed to build an entry.
type plainEntry struct {
	code, cents                       int
	routing, account, id, name, trace string
}

// plainEntries reads the entries of a file that the ledger made.
func plainEntries(path string) (header ach.FileHeader, batch ach.BatchHeader, entries []plainEntry, err error) {
	in, err := os.Open(path)
	if err != nil {
		return header, batch, nil, err
	}
	defer in.Close()
	read, err := ach.NewReader(in).Read()
	if err != nil {
		return header, batch, nil, err
	}
	if len(read.Batches) != 1 {
		return header, batch, nil, errors.New("the file of the benchmark holds more than one batch")
	}
	for _, e := range read.Batches[0].GetEntries() {
		entries = append(entries, plainEntry{
			code: e.TransactionCode, cents: e.Amount, routing: e.RDFIIdentification + e.CheckDigit, account: e.DFIAccountNumber,
			id: e.IdentificationNumber, name: e.IndividualName, trace: e.TraceNumber,
		})
	}
	return read.Header, *read.Batches[0].GetHeader(), entries, nil
}

// moovTime is how long moov-io/ach takes to build the entries of a file, with
// their batch, from plain values and to write them to another file on the same
// disk. Reading the original file is not counted.
func moovTime(path, to string) (time.Duration, error) {
	header, batchHeader, entries, err := plainEntries(path)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	file := ach.NewFile()
	file.SetHeader(header)
	batch, err := ach.NewBatch(&batchHeader)
	if err != nil {
		return 0, err
	}
	for i := range entries {
		e := &entries[i]
		d := ach.NewEntryDetail()
		d.TransactionCode, d.Amount, d.DFIAccountNumber = e.code, e.cents, e.account
		d.IdentificationNumber, d.IndividualName, d.TraceNumber = e.id, e.name, e.trace
		d.SetRDFI(e.routing)
		batch.AddEntry(d)
	}
	if err := batch.Create(); err != nil {
		return 0, err
	}
	file.AddBatch(batch)
	if err := file.Create(); err != nil {
		return 0, err
	}
	if err := writeSynced(to, file); err != nil {
		return 0, err
	}
	return time.Since(began), os.Remove(to)
}

// writeSynced writes a file and syncs it to disk, as the ledger does.
func writeSynced(path string, file *ach.File) (err error) {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	buffered := bufio.NewWriter(out)
	if err := ach.NewWriter(buffered).Write(file); err != nil {
		return err
	}
	return errors.Join(buffered.Flush(), out.Sync())
}
