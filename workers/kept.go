package workers

import (
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"

	"github.com/achledger/achledger/workers/regular"
)

// chunkBytes is how much of a kept file is sealed at a time.
const chunkBytes = 1 << 20

// keep stores content under files/<folder>/<name>, sealed with the client's
// key in chunks. Each chunk is bound to the file's name, its place in it and
// whether it is the last, so none can be moved, changed or cut off unnoticed.
// It returns when the file is durable; a crash leaves the old or the new one.
func (f *Files) keep(client, folder, name string, content []byte) error {
	err := f.replaceFile(folder, name, func(w io.Writer) error {
		for n := 0; ; n++ {
			size := min(len(content), chunkBytes)
			last := size == len(content)
			sealed, err := f.Ledger.Keys.Seal(client, content[:size], chunkPurpose(folder, name, n, last))
			if err != nil {
				return err
			}
			if err := binary.Write(w, binary.BigEndian, uint32(len(sealed))); err != nil {
				return err
			}
			if _, err := w.Write(sealed); err != nil || last {
				return err
			}
			content = content[size:]
		}
	})
	if err != nil {
		return fmt.Errorf("keep %s: %w", filepath.Join(folder, name), err)
	}
	return nil
}

// kept reads back what keep stored. A missing file is fs.ErrNotExist; a
// changed one is the keyring's error.
func (f *Files) kept(client, folder, name string) (content []byte, err error) {
	path := filepath.Join(f.Folder, folder, name)
	in, err := regular.In(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	file, err := in.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	content = make([]byte, 0, info.Size())
	left := info.Size()
	for n := 0; left > 0; n++ {
		var size uint32
		if err := binary.Read(file, binary.BigEndian, &size); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		if left -= int64(size) + 4; left < 0 {
			return nil, fmt.Errorf("read %s: %w", path, io.ErrUnexpectedEOF)
		}
		sealed := make([]byte, size)
		if _, err := io.ReadFull(file, sealed); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		plain, err := f.Ledger.Keys.Open(client, sealed, chunkPurpose(folder, name, n, left == 0))
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		content = append(content, plain...)
	}
	return content, nil
}

func chunkPurpose(folder, name string, n int, last bool) string {
	return fmt.Sprintf("files/%s/%s/%d/%t", folder, name, n, last)
}

// replaceFile writes a file under a temporary name, which begins with a dot,
// makes it durable and puts it in its place. What a crash left under that name
// is removed first; whatever else bears it is not followed.
func (f *Files) replaceFile(folder, name string, write func(io.Writer) error) (err error) {
	in, err := regular.In(filepath.Join(f.Folder, folder))
	if err != nil {
		return err
	}
	defer in.Close()
	temporary := "." + name
	if err := f.at("before keep"); err != nil {
		return err
	}
	if err := in.Take(temporary); err != nil {
		return err
	}
	if err := in.WriteNew(temporary, write); err != nil {
		return err
	}
	if err := f.at("in keep"); err != nil {
		return err
	}
	if err := in.Rename(temporary, name); err != nil {
		return err
	}
	if err := in.Sync(); err != nil {
		return err
	}
	return f.at("after keep")
}
