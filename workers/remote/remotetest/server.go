package remotetest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/achledger/achledger/domain"
)

// Server is a bank's SFTP server.
type Server struct {
	// Dir is the bank's folder, which contains outbound and inbound.
	Dir      string
	Settings domain.SFTP

	// DieAfterBytes ends the next session that received so many bytes; 0: none.
	DieAfterBytes atomic.Int64
	// DieAfterRename and DieAfterClose end the next session after a rename or
	// close, before its response.
	DieAfterRename, DieAfterClose atomic.Bool
	// TakesAtOnce moves every file in outbound into the folder taken when a
	// file is closed, whatever its name: as a bank does that takes files at
	// once.
	TakesAtOnce atomic.Bool
	// ReadOnly makes new sessions refuse changes.
	ReadOnly atomic.Bool
	// WriteOnly makes new sessions refuse to list, read or stat. Peeks counts
	// these attempts.
	WriteOnly atomic.Bool
	Peeks     atomic.Int64
	// Sessions counts the logins.
	Sessions atomic.Int64

	t         testing.TB
	connected atomic.Int64
	config    *ssh.ServerConfig
	listener  net.Listener
	mu        sync.Mutex
	user      key
	open      []net.Conn
}

// New starts a server with one user, and makes the user's key.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{Dir: t.TempDir(), t: t}
	for _, folder := range []string{"outbound", "inbound", "taken"} {
		must(t, os.Mkdir(filepath.Join(s.Dir, folder), 0o700))
	}
	host := signer(t)
	s.user = signer(t)
	// Of the exchanges that both sides know this one costs least under the race
	// detector: it is in assembly.
	cheapest := ssh.Config{KeyExchanges: []string{ssh.KeyExchangeECDHP256}}
	s.config = &ssh.ServerConfig{Config: cheapest, PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if string(key.Marshal()) != string(s.user.PublicKey().Marshal()) {
			return nil, errors.New("unknown key")
		}
		return nil, nil
	}}
	s.config.AddHostKey(host)
	var err error
	s.listener, err = net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s.Settings = domain.SFTP{
		Host: "127.0.0.1", Port: s.listener.Addr().(*net.TCPAddr).Port, User: "lantern", PrivateKeyFile: s.user.file,
		HostKey:        strings.TrimSpace(string(ssh.MarshalAuthorizedKey(host.PublicKey()))),
		OutboundFolder: filepath.Join(s.Dir, "outbound"), InboundFolder: filepath.Join(s.Dir, "inbound"),
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := s.listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { s.serve(c) })
		}
	})
	t.Cleanup(func() { s.Close(); running.Wait() })
	return s
}

// Close ends the server and all sessions.
func (s *Server) Close() {
	s.listener.Close()
	s.Hang()
}

// ChangeUserKey gives the user another key, and sets it in Settings.
func (s *Server) ChangeUserKey() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user = signer(s.t)
	s.Settings.PrivateKeyFile = s.user.file
}

// Names lists the files in a folder.
func (s *Server) Names(folder string) (names []string) {
	s.t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.Dir, folder))
	must(s.t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// Hang closes all connections.
func (s *Server) Hang() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.open {
		c.Close()
	}
}

// Alone waits until nobody is connected, ten seconds at most, and reports
// whether that is so.
func (s *Server) Alone() bool {
	for until := time.Now().Add(10 * time.Second); s.connected.Load() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			return false
		}
	}
	return true
}

func (s *Server) serve(c net.Conn) {
	s.connected.Add(1)
	defer s.connected.Add(-1)
	defer c.Close()
	s.mu.Lock()
	s.open = append(s.open, c)
	s.mu.Unlock()
	_, channels, requests, err := ssh.NewServerConn(c, s.config)
	if err != nil {
		return
	}
	s.Sessions.Add(1)
	go ssh.DiscardRequests(requests)
	for asked := range channels {
		channel, requests, err := asked.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				_ = r.Reply(r.Type == "subsystem", nil)
			}
		}()
		var options []sftp.ServerOption
		if s.ReadOnly.Load() {
			options = append(options, sftp.ReadOnly())
		}
		if s.WriteOnly.Load() {
			w := dropbox{s}
			_ = sftp.NewRequestServer(&failingChannel{Channel: channel, server: s, conn: c}, sftp.Handlers{FileGet: w, FilePut: w, FileCmd: w, FileList: w}).Serve()
			_ = channel.Close()
			continue
		}
		server, err := sftp.NewServer(&failingChannel{Channel: channel, server: s, conn: c}, options...)
		if err != nil {
			return
		}
		_ = server.Serve()
		_ = channel.Close()
	}
}

// failingChannel is a session that the Server's settings may end.
type failingChannel struct {
	ssh.Channel
	server *Server
	conn   net.Conn
	got    int64
	asked  atomic.Int32 // type of the last packet
}

// The packet types SSH_FXP_CLOSE and SSH_FXP_RENAME.
const (
	closing  = 4
	renaming = 18
)

func (m *failingChannel) Read(p []byte) (int, error) {
	n, err := m.Channel.Read(p)
	m.got += int64(n)
	if limit := m.server.DieAfterBytes.Load(); limit > 0 && m.got >= limit && m.server.DieAfterBytes.CompareAndSwap(limit, 0) {
		m.conn.Close()
		return 0, io.ErrUnexpectedEOF
	}
	if n > 4 { // the body of a packet, which is read after its length
		m.asked.Store(int32(p[0]))
	}
	return n, err
}

func (m *failingChannel) Write(p []byte) (int, error) {
	asked := m.asked.Load()
	if asked == closing && m.server.TakesAtOnce.Load() {
		m.server.take()
	}
	if asked == renaming && m.server.DieAfterRename.CompareAndSwap(true, false) ||
		asked == closing && m.server.DieAfterClose.CompareAndSwap(true, false) {
		m.conn.Close()
		return 0, io.ErrClosedPipe
	}
	return m.Channel.Write(p)
}

func (s *Server) take() {
	entries, _ := os.ReadDir(filepath.Join(s.Dir, "outbound"))
	for _, e := range entries {
		_ = os.Rename(filepath.Join(s.Dir, "outbound", e.Name()), filepath.Join(s.Dir, "taken", e.Name()))
	}
}

// key is a private key and its file.
type key struct {
	ssh.Signer
	file string
}

func signer(t testing.TB) key {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	must(t, err)
	s, err := ssh.NewSignerFromKey(private)
	must(t, err)
	file := filepath.Join(t.TempDir(), "key")
	must(t, os.WriteFile(file, pem.EncodeToMemory(block), 0o600))
	return key{s, file}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
