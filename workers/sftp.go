package workers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers/remote"
)

// SFTP delivers to the servers of banks, as operations set them up per ODFI.
// Files have a name that ends in .part until they are whole.
type SFTP struct {
	Ledger  *ledger.Ledger
	Sandbox bool // of a sandbox nothing leaves, however it was set up
}

// To is the server of an ODFI, by its nine-digit routing number.
func (s *SFTP) To(ctx context.Context, odfi string) (Deliverer, error) {
	if s.Sandbox {
		return nil, errors.New("a sandbox folder never delivers by SFTP")
	}
	bank, err := s.Ledger.Bank(ctx, odfi)
	if err != nil {
		return nil, err
	}
	if bank.Delivery.SFTP == nil {
		return nil, fmt.Errorf("no SFTP server is set up for ODFI %s: see PUT /v1/ops/odfis/%s", odfi, odfi)
	}
	return sftpServer(*bank.Delivery.SFTP), nil
}

// sftpServer is one bank's. Every step logs in anew.
type sftpServer domain.SFTP

// Put implements Deliverer. It is durable as far as the server tells.
func (s sftpServer) Put(ctx context.Context, name string, content []byte) error {
	return s.at(ctx, "upload "+name, func(c *remote.Conn) error {
		file, err := c.OpenFile(s.temporary(name), os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
		if err != nil {
			return err
		}
		if _, err := file.ReadFrom(bytes.NewReader(content)); err != nil {
			return errors.Join(err, file.Close())
		}
		if _, ok := c.HasExtension("fsync@openssh.com"); ok {
			if err := file.Sync(); err != nil {
				return errors.Join(err, file.Close())
			}
		}
		if err := file.Close(); err != nil {
			return err
		}
		info, err := c.Stat(s.temporary(name))
		if err == nil && info.Size() != int64(len(content)) {
			err = fmt.Errorf("%d bytes arrived of %d", info.Size(), len(content))
		}
		return err
	})
}

// Begin implements Deliverer. An error leaves open whether the file has its
// final name; Look tells.
func (s sftpServer) Begin(ctx context.Context, name string) error {
	return s.at(ctx, "rename "+name, func(c *remote.Conn) error {
		if _, err := c.Lstat(s.final(name)); !remote.Missing(err) {
			if err == nil {
				err = fs.ErrExist
			}
			return err
		}
		return c.Rename(s.temporary(name), s.final(name))
	})
}

// Look implements Deliverer. It reads back what is there.
func (s sftpServer) Look(ctx context.Context, name string, sha []byte) (place Place, err error) {
	err = s.at(ctx, "look for "+name, func(c *remote.Conn) error {
		// A folder that is gone altogether says nothing about the file.
		if _, err := c.Stat(s.OutboundFolder); err != nil {
			return err
		}
		final, err := hashOf(c, s.final(name))
		if err != nil {
			return err
		}
		if bytes.Equal(final, sha) {
			place = Final
			return nil
		}
		temporary, err := hashOf(c, s.temporary(name))
		switch {
		case err != nil:
			return err
		case bytes.Equal(temporary, sha):
			place = Temporary
		case temporary != nil:
			place = Spoiled
		case final != nil:
			place = Foreign
		default:
			place = Nowhere
		}
		return nil
	})
	return place, err
}

// hashOf is the SHA-256 of a remote file, nil when there is none.
func hashOf(c *remote.Conn, name string) ([]byte, error) {
	file, err := c.Open(name)
	if remote.Missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return nil, err
	}
	return sum.Sum(nil), nil
}

func (s sftpServer) at(ctx context.Context, what string, do func(*remote.Conn) error) error {
	c, err := remote.Dial(ctx, domain.SFTP(s))
	if err != nil {
		return err
	}
	defer c.Close()
	if err := do(c); err != nil {
		return fmt.Errorf("%s at the bank's SFTP server %s: %w", what, s.Host, err)
	}
	return nil
}

func (s sftpServer) final(name string) string     { return path.Join(s.OutboundFolder, name) }
func (s sftpServer) temporary(name string) string { return s.final(name) + ".part" }
