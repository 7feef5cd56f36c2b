// Package certificates holds a server's TLS certificate, and reloads it from
// its files while the server runs.
package certificates

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// Files are PEM files.
type Files struct {
	Cert, Key string // the server's, the chain behind the certificate
	ClientCA  string // authorities of client certificates; empty: callers need none
}

// Given reports whether a certificate is configured.
func (f Files) Given() bool { return f.Cert != "" }

// Certificates are the ones in use.
type Certificates struct {
	files   Files
	log     *slog.Logger
	every   time.Duration // between two checks of the files
	current atomic.Pointer[tls.Config]
	stamp   string // of the files that current was read from
	failed  string // the last error of the files, logged once
}

const lookEvery = 5 * time.Second

// Open reads the files. An error names the one that is wrong.
func Open(f Files, log *slog.Logger) (*Certificates, error) {
	c := &Certificates{files: f, log: log, every: lookEvery}
	c.stamp = f.stamp()
	config, err := f.read()
	if err != nil {
		return nil, err
	}
	c.current.Store(config)
	return c, nil
}

// Config is for a listener. Each handshake uses the certificate in use at that
// time.
func (c *Certificates) Config() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		GetCertificate:     func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &c.current.Load().Certificates[0], nil },
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return c.current.Load(), nil },
	}
}

// Run reloads the certificates when the files change, and at once on SIGHUP,
// until ctx ends. Files that cannot be used are logged, and the old certificate
// stays in use.
func (c *Certificates) Run(ctx context.Context) error {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGHUP)
	defer signal.Stop(asked)
	tick := time.NewTicker(c.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-asked:
			c.failed = "" // log it again
			c.reload()
		case <-tick.C:
			c.reload()
		}
	}
}

// reload reads the files if they have changed. A pair of which one file is
// written is an error until the other is.
func (c *Certificates) reload() {
	stamp := c.files.stamp() // before reading: what changes meanwhile is read at the next check
	if stamp == c.stamp {
		return
	}
	config, err := c.files.read()
	if err != nil {
		if err.Error() != c.failed {
			c.failed = err.Error()
			c.log.Error("the new TLS certificate cannot be used, the old one stays", "err", err)
		}
		return
	}
	c.stamp, c.failed = stamp, ""
	c.current.Store(config)
	c.log.Info("the TLS certificate was read again", "file", c.files.Cert)
}

// stamp changes when a file does.
func (f Files) stamp() (stamp string) {
	for _, path := range []string{f.Cert, f.Key, f.ClientCA} {
		if info, err := os.Stat(path); err == nil {
			stamp += fmt.Sprintf("%d %d\n", info.ModTime().UnixNano(), info.Size())
		} else {
			stamp += "missing\n"
		}
	}
	return stamp
}

// Check reads the files as a start would, and warns of a certificate that is
// not valid at a time or expires soon.
func Check(f Files, now time.Time) (warning string, err error) {
	config, err := f.read()
	if err != nil {
		return "", err
	}
	leaf, err := x509.ParseCertificate(config.Certificates[0].Certificate[0])
	if err != nil {
		return "", fmt.Errorf("read --tls-cert: %w", err)
	}
	switch left := leaf.NotAfter.Sub(now); {
	case now.Before(leaf.NotBefore):
		return fmt.Sprintf("the certificate is valid from %s", leaf.NotBefore.UTC().Format(time.RFC3339)), nil
	case left <= 0:
		return fmt.Sprintf("the certificate expired at %s: callers refuse it", leaf.NotAfter.UTC().Format(time.RFC3339)), nil
	case left < endingWithin:
		return fmt.Sprintf("the certificate expires at %s; put a new one in its place, and it is used at once", leaf.NotAfter.UTC().Format(time.RFC3339)), nil
	default:
		return "", nil
	}
}

// endingWithin is how long before its expiry a certificate is warned of.
// Automatically renewed certificates last ninety days and are renewed after
// sixty.
const endingWithin = 14 * 24 * time.Hour

func (f Files) read() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
	if err != nil {
		return nil, fmt.Errorf("read --tls-cert and --tls-key: %w", err)
	}
	// Only HTTP/1.1: its connections are bounded one by one.
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, NextProtos: []string{"http/1.1"}}
	if f.ClientCA == "" {
		return config, nil
	}
	pem, err := os.ReadFile(f.ClientCA)
	if err != nil {
		return nil, fmt.Errorf("read --tls-client-ca: %w", err)
	}
	config.ClientCAs, config.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !config.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, errors.New("read --tls-client-ca: it contains no certificate")
	}
	return config, nil
}
