// Package remote connects to the SFTP servers of banks, with a pinned host key,
// a private key from a file and a bound on every wait. A Conn is for one piece
// of work and is closed after it.
package remote

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/achledger/achledger/domain"
)

// Bounds of every wait.
const (
	dialWithin = 15 * time.Second
	idleWithin = 30 * time.Second // without a byte in either direction
)

// Conn is a session with a bank's server.
type Conn struct {
	*sftp.Client
	ssh  *ssh.Client
	stop func() bool
}

// Dial connects and logs in. It refuses a server whose host key is not the
// pinned one. The end of ctx closes the connection.
func Dial(ctx context.Context, s domain.SFTP) (*Conn, error) {
	c, err := dial(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("reach the bank's SFTP server %s: %w", s.Host, err)
	}
	return c, nil
}

func dial(ctx context.Context, s domain.SFTP) (*Conn, error) {
	config, err := configOf(s)
	if err != nil {
		return nil, err
	}
	port := s.Port
	port = cmp.Or(port, 22)
	address := net.JoinHostPort(s.Host, strconv.Itoa(port))
	raw, err := (&net.Dialer{Timeout: dialWithin}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	wire, channels, requests, err := ssh.NewClientConn(&idleTimeoutConn{raw}, address, config)
	if err != nil {
		stop()
		return nil, errors.Join(err, raw.Close())
	}
	client := ssh.NewClient(wire, channels, requests)
	files, err := sftp.NewClient(client)
	if err != nil {
		stop()
		return nil, errors.Join(err, client.Close())
	}
	return &Conn{Client: files, ssh: client, stop: stop}, nil
}

// Close ends the session.
func (c *Conn) Close() error {
	c.stop()
	return errors.Join(c.Client.Close(), gone(c.ssh.Close()))
}

// gone ignores the error of a connection that was closed before.
func gone(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Check reads the keys that a login needs, without logging in.
func Check(s domain.SFTP) error {
	_, err := configOf(s)
	return err
}

func configOf(s domain.SFTP) (*ssh.ClientConfig, error) {
	pinned, err := HostKey(s.HostKey)
	if err != nil {
		return nil, err
	}
	pem, err := os.ReadFile(s.PrivateKeyFile)
	if err != nil {
		return nil, fmt.Errorf("read the private key: %w", err)
	}
	key, err := ssh.ParsePrivateKey(pem)
	if err != nil {
		return nil, fmt.Errorf("read the private key %s: %w", s.PrivateKeyFile, err)
	}
	return &ssh.ClientConfig{
		User: s.User, Auth: []ssh.AuthMethod{ssh.PublicKeys(key)},
		HostKeyCallback: only(pinned), HostKeyAlgorithms: algorithms(pinned), Timeout: dialWithin,
	}, nil
}

// only accepts the pinned host key. Another key may be a new one of the bank, or
// somebody between us and the bank: a person has to ask, by the fingerprints.
func only(pinned ssh.PublicKey) ssh.HostKeyCallback {
	return func(_ string, _ net.Addr, shown ssh.PublicKey) error {
		if bytes.Equal(shown.Marshal(), pinned.Marshal()) {
			return nil
		}
		return fmt.Errorf("host key mismatch: it shows %s and %s is pinned: ask the bank whether it has a new key, and only then set it as delivery.sftp.host_key of the ODFI",
			ssh.FingerprintSHA256(shown), ssh.FingerprintSHA256(pinned))
	}
}

// HostKey reads a pinned host key: type and key as in known_hosts, with or
// without the host name in front.
func HostKey(text string) (ssh.PublicKey, error) {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(text))
	if err != nil {
		return nil, errors.New("the pinned host key is not a line of known_hosts, such as \"ssh-ed25519 AAAA...\"")
	}
	return key, nil
}

// algorithms returns the signature algorithms with which a server proves that
// it has the key.
func algorithms(key ssh.PublicKey) []string {
	if key.Type() == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{key.Type()}
}

// idleTimeoutConn is a connection whose reads and writes fail when no byte passes
// within idleWithin.
type idleTimeoutConn struct{ net.Conn }

func (c *idleTimeoutConn) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(idleWithin)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *idleTimeoutConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(idleWithin)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// Missing reports whether an error says that a file does not exist.
func Missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// Answered reports whether an error is the server's response, so that the
// connection can still be used.
func Answered(err error) bool {
	var status *sftp.StatusError
	return errors.As(err, &status) || Missing(err) || errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrExist)
}
