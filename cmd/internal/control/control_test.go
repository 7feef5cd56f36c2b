package control

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
)

type greeting struct{ Name string }

func serve(t *testing.T, f folder.Folder) (stop func()) {
	t.Helper()
	mux := http.NewServeMux()
	Answer(mux, "greet", func(_ context.Context, g greeting) (greeting, error) {
		if g.Name == "" {
			return greeting{}, errors.New("who are you? Say a name")
		}
		return greeting{"hello " + g.Name}, nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, f, mux, func() {}) }()
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		if c, err := Dial(ctx, f); err == nil {
			return func() {
				c.Close()
				cancel()
				if err := <-ended; err != nil {
					t.Errorf("the server ended with %v", err)
				}
			}
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("no server")
	return nil
}

func TestACommandAsksTheRunningServer(t *testing.T) {
	for name, f := range map[string]folder.Folder{
		"in a folder":                 folder.Folder(t.TempDir()),
		"in a folder with a long way": folder.Folder(filepath.Join(t.TempDir(), strings.Repeat("long/", 40))),
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.MkdirAll(string(f), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(f.Socket(), nil, 0o600); err != nil { // left by a dead server
				t.Fatal(err)
			}
			stop := serve(t, f)
			c, err := Dial(t.Context(), f)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			var reply greeting
			if err := c.Call(t.Context(), "greet", greeting{"Ada"}, &reply); err != nil || reply.Name != "hello Ada" {
				t.Errorf("got %q, %v", reply.Name, err)
			}
			err = c.Call(t.Context(), "greet", greeting{}, &reply)
			if err == nil || !strings.Contains(err.Error(), "Say a name") {
				t.Errorf("got %v, want the server's own words", err)
			}
			info, err := os.Stat(f.Socket())
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the socket is %v, %v; want mode 0600", info.Mode(), err)
			}
			stop()
			if _, err := Dial(t.Context(), f); !errors.Is(err, ErrNoServer) {
				t.Errorf("after the end got %v, want ErrNoServer", err)
			}
		})
	}
}

func TestWithoutAServerThereIsNobodyToAsk(t *testing.T) {
	for _, f := range []folder.Folder{folder.Folder(t.TempDir()), "/nowhere/at/all"} {
		if _, err := Dial(t.Context(), f); !errors.Is(err, ErrNoServer) {
			t.Errorf("%s: got %v, want ErrNoServer", f, err)
		}
	}
}

// TestTheSocketIsItsOwnersOnly: the socket is made in a folder that only the owner can
// enter, also if a killed process left that folder behind.
func TestTheSocketIsItsOwnersOnly(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, socketFolder, "s"), 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "control.sock")
	l, err := listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := os.Stat(filepath.Join(dir, socketFolder)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder it was made in is left: %v", err)
	}
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

func TestACommandSendsNoMoreThanItNeeds(t *testing.T) {
	mux := http.NewServeMux()
	Answer(mux, "echo", func(_ context.Context, text string) (int, error) { return len(text), nil })
	f := folder.Folder(t.TempDir())
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, f, mux, func() {}) }()
	var c *Client
	for {
		var err error
		if c, err = Dial(ctx, f); err == nil {
			break
		}
		if !errors.Is(err, ErrNoServer) {
			t.Fatal(err)
		}
		select {
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(time.Millisecond):
		}
	}
	n := 0
	if err := c.Call(ctx, "echo", strings.Repeat("a", 1000), &n); err != nil || n != 1000 {
		t.Errorf("a short one: %d, %v", n, err)
	}
	if err := c.Call(ctx, "echo", strings.Repeat("a", 2*longestAsk), &n); err == nil {
		t.Error("a long one is read whole")
	}
	stop()
	if err := errors.Join(<-ended, c.Close()); err != nil {
		t.Error(err)
	}
}
