package node

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/projections"
)

// beside is what is stored beside a ledger's log: wrapped keys and kept files.
type beside struct {
	wraps seal.Wraps
	kept  listed
}

// listed is a store of kept files that can also list them.
type listed interface {
	eventstore.Kept
	List(ctx context.Context) ([][2]string, error) // folder and name
}

func copyBeside(ctx context.Context, to, from beside, progress func(done, total int64)) error {
	clients, err := from.wraps.Clients()
	if err != nil {
		return fmt.Errorf("list the keys: %w", err)
	}
	for _, client := range clients {
		if err := copyWrap(to.wraps, from.wraps, client); err != nil {
			return fmt.Errorf("copy the keys of client %s: %w", client, err)
		}
	}
	files, err := from.kept.List(ctx)
	if err != nil {
		return fmt.Errorf("list the kept files: %w", err)
	}
	for i, f := range files {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		progress(int64(i), int64(len(files)))
		if f[0] == keptAsks {
			continue // uploads for a leader: their requests ended with the nodes
		}
		if err := copyKept(to.kept, from.kept, f[0], f[1]); err != nil {
			return fmt.Errorf("copy the kept file %s/%s: %w", f[0], f[1], err)
		}
	}
	return ctx.Err()
}

func copyWrap(to, from seal.Wraps, client string) error {
	content, err := from.Read(client)
	if err != nil {
		return err
	}
	err = to.Create(client, content, nil)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	there, err := to.Read(client)
	if err != nil || bytes.Equal(there, content) {
		return err
	}
	return to.Replace(client, there, content)
}

// copyKept copies a file unless it is already there, and compares the two.
func copyKept(to, from eventstore.Kept, folder, name string) error {
	want, err := sumOf(from, folder, name)
	if err != nil {
		return err
	}
	got, err := sumOf(to, folder, name)
	if err == nil && got == want {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := keepCopy(to, from, folder, name); err != nil {
		return err
	}
	got, err = sumOf(to, folder, name)
	if err == nil && got != want {
		err = errors.New("it differs when it is read back")
	}
	return err
}

func keepCopy(to, from eventstore.Kept, folder, name string) (err error) {
	in, err := from.Open(folder, name)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := to.Keep(folder)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		return errors.Join(err, out.Drop())
	}
	return out.Commit(name)
}

func sumOf(k eventstore.Kept, folder, name string) (sum [sha256.Size]byte, err error) {
	file, err := k.Open(folder, name)
	if err != nil {
		return sum, err
	}
	defer file.Close()
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return sum, err
	}
	h.Sum(sum[:0])
	return sum, nil
}

// nothingUnderWay refuses a ledger with a file that is being delivered, or
// that was requested and is not cut yet: such a file is finished where it was
// begun.
func nothingUnderWay(ctx context.Context, path string, store eventstore.Store) error {
	views, err := projections.Open(ctx, path, store, projections.Options{})
	if err != nil {
		return err
	}
	defer views.Close()
	if err := views.CatchUp(ctx); err != nil {
		return err
	}
	files, err := views.UnfinishedFiles(ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		switch f.State {
		case domain.FileOpen, domain.FileIsDelivering, domain.DeliveryUnknown:
			return fmt.Errorf("file %s (%s) is %s: wait until that ends, or resolve it, before you move the ledger", f.ID, f.Name, f.State)
		}
	}
	return nil
}
