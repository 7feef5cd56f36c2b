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
	"github.com/achledger/achledger/workers/remote"
)

// SFTP delivers to the servers of banks, with the settings that operations made
// for each ODFI.
type SFTP struct {
	Sandbox bool // nothing leaves a sandbox, whatever its settings
}

// Dial logs in to a server. It fails with an UnreachableError.
func (s *SFTP) Dial(ctx context.Context, way domain.DeliverySettings) (Deliverer, error) {
	to := way.SFTP
	if s.Sandbox {
		return nil, errors.New("a sandbox folder never delivers by SFTP")
	}
	if to == nil {
		return nil, errors.New("no SFTP server is set up")
	}
	c, err := remote.Dial(ctx, *to)
	if err != nil {
		return nil, &UnreachableError{err}
	}
	return &sftpSession{to: *to, conn: c, writeOnly: way.WriteOnly}, nil
}

// UnreachableError says that a bank's server does not respond: all other
// deliveries to it have to wait.
type UnreachableError struct{ Err error }

func (e *UnreachableError) Error() string { return e.Err.Error() }

// Unwrap is the cause.
func (e *UnreachableError) Unwrap() error { return e.Err }

// sftpSession is one connection to one bank's server.
type sftpSession struct {
	to   domain.SFTP
	conn *remote.Conn

	// writeOnly is set for a server that permits no listing and no reading:
	// only its responses to writes and renames tell what happened.
	writeOnly bool
}

// Stage implements Deliverer. The copy is durable as far as the server tells. A
// copy that can be removed after a failure was not taken by the bank.
func (s *sftpSession) Stage(_ context.Context, temporary string, content []byte) error {
	return s.do("upload "+temporary, func(c *remote.Conn) error {
		file, err := c.OpenFile(s.path(temporary), os.O_WRONLY|os.O_CREATE|os.O_EXCL)
		if err != nil {
			return err
		}
		rest := bytes.NewReader(content)
		_, err = file.ReadFrom(rest)
		if _, ok := c.HasExtension("fsync@openssh.com"); ok && err == nil {
			err = file.Sync()
		}
		err = errors.Join(err, file.Close())
		switch {
		case err == nil || c.Remove(s.path(temporary)) == nil:
			return err
		case rest.Len() == 0:
			return &ArrivedError{err}
		default:
			return err
		}
	})
}

// Publish implements Deliverer. Some servers rename over an existing file, so
// it looks for one first, if the server permits that.
func (s *sftpSession) Publish(_ context.Context, temporary, name string) error {
	return s.do("rename "+temporary+" to "+name, func(c *remote.Conn) error {
		if s.writeOnly {
			return c.Rename(s.path(temporary), s.path(name))
		}
		switch _, err := c.Lstat(s.path(name)); {
		case err == nil:
			return fs.ErrExist
		case !remote.Missing(err) && !errors.Is(err, fs.ErrPermission):
			return err
		}
		return c.Rename(s.path(temporary), s.path(name))
	})
}

// Find implements Deliverer. It reads back what is there. It looks for the
// temporary name before the final one, so that a rename under way is not
// missed. A missing folder says nothing about the file.
func (s *sftpSession) Find(_ context.Context, temporary, name string, sha []byte) (location Location, err error) {
	if s.writeOnly {
		return Unreadable, nil
	}
	err = s.do("look for "+name, func(c *remote.Conn) error {
		var found findings
		_, err := c.Stat(s.to.OutboundFolder)
		for _, f := range []struct {
			name string
			sum  *[]byte
		}{{temporary, &found.temporary}, {withdrawn(temporary), &found.withdrawn}, {name, &found.final}} {
			if err == nil {
				*f.sum, err = hashOf(c, s.path(f.name))
			}
		}
		location = found.location(sha)
		return err
	})
	if errors.Is(err, fs.ErrPermission) {
		return Unreadable, nil
	}
	return location, err
}

// Withdraw implements Deliverer.
func (s *sftpSession) Withdraw(_ context.Context, temporary string) error {
	return s.do("withdraw "+temporary, func(c *remote.Conn) error {
		return c.Rename(s.path(temporary), s.path(withdrawn(temporary)))
	})
}

// Remove implements Deliverer.
func (s *sftpSession) Remove(_ context.Context, temporary string) error {
	return s.do("remove "+temporary, func(c *remote.Conn) error { return c.Remove(s.path(temporary)) })
}

// Clear implements Deliverer.
func (s *sftpSession) Clear(ctx context.Context, needless func(name string) bool) error {
	if s.writeOnly {
		return nil
	}
	return s.do("clear up", func(c *remote.Conn) error {
		entries, err := c.ReadDirContext(ctx, s.to.OutboundFolder)
		for _, e := range entries {
			if needless(e.Name()) {
				err = errors.Join(err, c.Remove(s.path(e.Name())))
			}
		}
		return err
	})
}

// Close implements Deliverer.
func (s *sftpSession) Close() error { return s.conn.Close() }

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

func (s *sftpSession) do(what string, f func(*remote.Conn) error) error {
	err := f(s.conn)
	if err == nil {
		return nil
	}
	lost := !remote.Answered(err)
	err = fmt.Errorf("%s at the bank's SFTP server %s: %w", what, s.to.Host, err)
	if lost {
		return &UnreachableError{err}
	}
	return err
}

func (s *sftpSession) path(name string) string { return path.Join(s.to.OutboundFolder, name) }
