package nacha

import "bytes"

// Render writes the file with moov-io/ach: the same bytes for the same File,
// every time. lineEnding is "\n" or "\r\n". It returns a *FieldError, and no
// bytes, when moov would have to cut, wrap, overwrite or invent something.
func Render(f File, lineEnding string) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(f.size(len(lineEnding)))
	w, err := NewWriter(&out, f.Header, lineEnding)
	if err != nil {
		return nil, err
	}
	for i := range f.Batches {
		if err := w.Begin(f.Batches[i].Header); err != nil {
			return nil, err
		}
		for j := range f.Batches[i].Entries {
			if err := w.Entry(&f.Batches[i].Entries[j]); err != nil {
				return nil, err
			}
		}
		if err := w.End(); err != nil {
			return nil, err
		}
	}
	if _, err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// size is the number of bytes of the file, so that the buffer is allocated
// once.
func (f *File) size(ending int) int {
	records := 2
	for i := range f.Batches {
		records += 2
		for j := range f.Batches[i].Entries {
			records += 1 + f.Batches[i].Entries[j].addenda()
		}
	}
	return blocks(records) * RecordsPerBlock * (RecordLength + ending)
}

// blocks is the number of blocks of ten that hold the records.
func blocks(records int) int { return (records + RecordsPerBlock - 1) / RecordsPerBlock }
