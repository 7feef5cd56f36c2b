package control

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// longest is how many bytes the kernel takes for a socket's path.
const longest = 107

// address is a path to the socket that fits. A longer one is shortened through
// the open folder's entry in /proc; closing the folder ends that.
func address(f folder.Folder) (path string, done func() error, err error) {
	path, err = filepath.Abs(f.Socket())
	if err != nil || len(path) <= longest {
		return path, func() error { return nil }, err
	}
	dir, err := os.Open(string(f))
	if err != nil {
		return "", nil, err
	}
	fd := strconv.Itoa(int(dir.Fd()))
	return filepath.Join("/proc/self/fd", fd, filepath.Base(path)), dir.Close, nil
}

// Serve answers commands until ctx ends, and calls back once commands can reach
// it. The caller holds the folder's lock, so an existing socket is a dead one.
func Serve(ctx context.Context, f folder.Folder, handler http.Handler, reachable func()) error {
	path, release, err := address(f)
	if err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	defer func() { _ = release() }() // closes a folder that was opened for reading; an error loses nothing
	l, err := listen(path)
	if err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	defer os.Remove(path) // if that fails, the next start replaces the dead socket
	reachable()
	server := &http.Server{Handler: http.MaxBytesHandler(handler, longestAsk), ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		defer cancel()
		if server.Shutdown(drain) != nil {
			server.Close()
		}
	})
	err = server.Serve(l)
	if !stop() {
		<-stopped
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("control socket: %w", err)
}

// listen makes the socket in a folder that only its owner can enter, and
// renames it once it has its mode: nobody else can ever connect to it.
func listen(path string) (net.Listener, error) {
	dir := filepath.Join(filepath.Dir(path), socketFolder)
	if err := os.RemoveAll(dir); err != nil { // left by a process that was killed here
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	made := filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: made, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // that name no longer exists by then
	if err := errors.Join(os.Chmod(made, 0o600), os.Rename(made, path)); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// socketFolder is the folder in which a socket is made; its path is no longer than
// the socket's own.
const socketFolder = ".control"

// longestAsk bounds a command, in bytes: commands contain names and paths, and no
// content of files.
const longestAsk = 1 << 20

// ErrNoServer means that no server runs on the folder.
var ErrNoServer = errors.New("no server runs on this data folder")

// Dial connects to the server of a folder. It returns ErrNoServer if there is
// none.
func Dial(ctx context.Context, f folder.Folder) (*Client, error) {
	path, done, err := address(f)
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNoServer
	}
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	c := &Client{done: done, http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, errors.Join(ErrNoServer, c.Close())
	}
	return c, conn.Close()
}
