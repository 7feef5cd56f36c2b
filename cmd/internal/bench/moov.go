package bench

import (
	"io"
	"os"
	"time"

	"github.com/moov-io/ach"
)

// moovTime is how long moov-io/ach takes to build and write the entries of a
// file, the median of some rounds. Reading them is not counted.
func moovTime(path string, rounds int) (time.Duration, error) {
	in, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	read, err := ach.NewReader(in).Read()
	if err != nil {
		return 0, err
	}
	var times []float64
	for range rounds {
		began := time.Now()
		file := ach.NewFile()
		file.SetHeader(read.Header)
		for _, b := range read.Batches {
			batch, err := ach.NewBatch(b.GetHeader())
			if err != nil {
				return 0, err
			}
			for _, e := range b.GetEntries() {
				batch.AddEntry(e)
			}
			if err := batch.Create(); err != nil {
				return 0, err
			}
			file.AddBatch(batch)
		}
		if err := file.Create(); err != nil {
			return 0, err
		}
		if err := ach.NewWriter(io.Discard).Write(file); err != nil {
			return 0, err
		}
		times = append(times, time.Since(began).Seconds())
	}
	return time.Duration(median(times) * float64(time.Second)), nil
}
