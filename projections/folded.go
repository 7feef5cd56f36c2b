package projections

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// foldedFiles caches the folds of the files with the most recent events. A file
// may have thousands of batches in its stream, followed by six more events;
// each event is read once, and not again for every one that follows.
type foldedFiles struct {
	of      map[string]domain.File // by stream
	batches int
}

// batchesFolded bounds the cache by the batches in it: some 30 MB.
const batchesFolded = 100_000

// before returns a file as of some event before r. Its version is 0 when it has
// to be read from the beginning.
func (f *foldedFiles) before(r eventstore.Recorded) domain.File {
	if file := f.of[r.Stream]; file.Version < r.Version {
		return file.Clone()
	}
	return domain.File{} // the log is being read a second time
}

func (f *foldedFiles) keep(stream string, file domain.File) {
	f.batches += 1 + len(file.Batches) - f.size(stream)
	if f.of == nil || f.batches > batchesFolded {
		f.of, f.batches = map[string]domain.File{}, 1+len(file.Batches)
	}
	f.of[stream] = file
}

func (f *foldedFiles) size(stream string) int {
	if file, ok := f.of[stream]; ok {
		return 1 + len(file.Batches)
	}
	return 0
}
