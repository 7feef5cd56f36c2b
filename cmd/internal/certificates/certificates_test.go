package certificates

import (
	"bytes"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/certificates/certtest"
)

// shown is the name on the certificate that a listener shows.
func shown(t *testing.T, l net.Listener, config *tls.Config) (string, error) {
	t.Helper()
	c, err := tls.Dial("tcp", l.Addr().String(), config)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 1)); err != nil { // a refused client learns it here
		return "", err
	}
	return c.ConnectionState().PeerCertificates[0].Subject.CommonName, nil
}

// listen presents a certificate and sends one byte to each client that it accepts.
func listen(t *testing.T, config *tls.Config) net.Listener {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = c.Write([]byte("x")); c.Close() }()
		}
	}()
	return l
}

var anyServer = &tls.Config{InsecureSkipVerify: true}

func TestANewCertificateIsTakenWithoutARestart(t *testing.T) {
	dir := t.TempDir()
	f := Files{Cert: filepath.Join(dir, "cert"), Key: filepath.Join(dir, "key")}
	certtest.Write(t, f.Cert, f.Key, "first")
	log := &bytes.Buffer{}
	c, err := Open(f, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t, c.Config())
	expect := func(when, want string) {
		t.Helper()
		if got, err := shown(t, l, anyServer); err != nil || got != want {
			t.Errorf("%s: %q is shown, %v; want %q", when, got, err, want)
		}
	}
	expect("at the start", "first")

	if err := os.WriteFile(f.Cert, []byte("half a certif"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.reload()
	c.reload()
	expect("with a file that is none", "first")
	if n := strings.Count(log.String(), "the old one stays"); n != 1 {
		t.Errorf("it is said %d times\n%s", n, log)
	}
	if err := os.Remove(f.Key); err != nil {
		t.Fatal(err)
	}
	c.reload()
	expect("without a key", "first")

	certtest.Write(t, f.Cert, f.Key, "second")
	c.reload()
	expect("with a good pair", "second")
}

func TestSIGHUPReadsTheFilesAtOnce(t *testing.T) {
	ours := make(chan os.Signal, 1)
	signal.Notify(ours, syscall.SIGHUP) // otherwise a SIGHUP before Run listens for it would end the process
	defer signal.Stop(ours)
	dir := t.TempDir()
	f := Files{Cert: filepath.Join(dir, "cert"), Key: filepath.Join(dir, "key")}
	certtest.Write(t, f.Cert, f.Key, "first")
	c, err := Open(f, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	c.every = time.Hour
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	l := listen(t, c.Config())
	certtest.Write(t, f.Cert, f.Key, "second")
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		if got, err := shown(t, l, anyServer); err == nil && got == "second" {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the new certificate is not shown")
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestOnlyCallersWithACertificateOfTheAuthorityComeIn(t *testing.T) {
	dir := t.TempDir()
	f := Files{Cert: filepath.Join(dir, "cert"), Key: filepath.Join(dir, "key"), ClientCA: filepath.Join(dir, "ours")}
	certtest.Write(t, f.Cert, f.Key, "server")
	ours := certtest.Write(t, f.ClientCA, filepath.Join(dir, "ours.key"), "ours") // its own authority
	theirs := certtest.Write(t, filepath.Join(dir, "theirs"), filepath.Join(dir, "theirs.key"), "theirs")
	c, err := Open(f, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l := listen(t, c.Config())
	if _, err := shown(t, l, &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{ours}}); err != nil {
		t.Errorf("a caller with our certificate: %v", err)
	}
	if _, err := shown(t, l, &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{theirs}}); err == nil {
		t.Error("a caller with another certificate comes in")
	}
	if _, err := shown(t, l, anyServer); err == nil {
		t.Error("a caller without a certificate comes in")
	}
}

func TestFilesThatCannotBeUsedRefuseTheStart(t *testing.T) {
	dir := t.TempDir()
	good := Files{Cert: filepath.Join(dir, "cert"), Key: filepath.Join(dir, "key")}
	certtest.Write(t, good.Cert, good.Key, "server")
	for flag, f := range map[string]Files{
		"--tls-cert":      {Cert: filepath.Join(dir, "none"), Key: good.Key},
		"--tls-key":       {Cert: good.Cert, Key: good.Cert},
		"--tls-client-ca": {Cert: good.Cert, Key: good.Key, ClientCA: good.Key},
	} {
		if _, err := Open(f, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), flag) {
			t.Errorf("a wrong %s: %v", flag, err)
		}
	}
}
