// Package pgptest runs GnuPG for tests: each Person has a key and a key ring,
// as a bank and its customer have.
package pgptest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Person has a key, and a gpg folder of its own.
type Person struct {
	Name string
	t    testing.TB
	home string
}

// Option is a property of a person's key.
type Option func(*settings)

type settings struct{ algorithm, expires, made string }

// Expires makes a key that expires after a time in gpg's notation, such as 20d.
func Expires(in string) Option { return func(s *settings) { s.expires = in } }

// Old makes a key that was created on 2026-01-02.
func Old(s *settings) { s.made = "20260102T090000!" }

// RSA makes a key of the kind that most banks have, which takes seconds.
func RSA(s *settings) { s.algorithm = "default" }

// New makes a person with a new key. A key made later counts as newer.
func New(t testing.TB, name string, options ...Option) *Person {
	t.Helper()
	s := settings{algorithm: "future-default", expires: "never"}
	for _, o := range options {
		o(&s)
	}
	home, err := os.MkdirTemp("", "gpg") // the path of its agent's socket must be short
	if err != nil {
		t.Fatal(err)
	}
	p := &Person{Name: name, t: t, home: home}
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
		_ = os.RemoveAll(home)
	})
	args := []string{"--passphrase", "", "--quick-generate-key", name + " <" + name + "@example.com>", s.algorithm, "default", s.expires}
	if s.made != "" {
		args = append([]string{"--faked-system-time", s.made}, args...)
	}
	p.gpg(nil, args...)
	return p
}

// Public returns a file with the public key.
func (p *Person) Public() string {
	return p.file("public.asc", p.gpg(nil, "--armor", "--export", p.Name))
}

// Private returns a file with the private key, without a passphrase.
func (p *Person) Private() string {
	return p.file("private.asc", p.gpg(nil, "--passphrase", "", "--armor", "--export-secret-keys", p.Name))
}

// Locked returns a file with the private key under a passphrase.
func (p *Person) Locked(passphrase string) string {
	p.t.Helper()
	q := &Person{Name: p.Name, t: p.t, home: p.home + "-locked"}
	if err := os.Mkdir(q.home, 0o700); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", q.home, "--kill", "all").Run()
		_ = os.RemoveAll(q.home)
	})
	q.gpg(nil, "--passphrase", passphrase, "--quick-generate-key", q.Name+" <"+q.Name+"@example.com>", "future-default", "default", "never")
	return q.file("private.asc", q.gpg(nil, "--passphrase", passphrase, "--armor", "--export-secret-keys", q.Name))
}

func (p *Person) file(name string, content []byte) string {
	p.t.Helper()
	path := filepath.Join(p.home, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// Trust imports the public keys of others.
func (p *Person) Trust(others ...*Person) {
	p.t.Helper()
	for _, o := range others {
		p.gpg(nil, "--import", o.Public())
	}
}

// Encrypt encrypts a text to a person whose key was imported.
func (p *Person) Encrypt(to *Person, text string, flags ...string) []byte {
	p.t.Helper()
	args := append([]string{"--trust-model", "always", "--encrypt", "--recipient", to.Name, "--local-user", p.Name}, flags...)
	return p.gpg(strings.NewReader(text), args...)
}

// Decrypt decrypts a message. said is what gpg prints about its signature.
func (p *Person) Decrypt(message []byte) (text, said string) {
	p.t.Helper()
	var out, errs bytes.Buffer
	c := p.command("--decrypt")
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(message), &out, &errs
	if err := c.Run(); err != nil {
		p.t.Fatalf("gpg --decrypt: %v: %s", err, errs.String())
	}
	return out.String(), errs.String()
}

func (p *Person) gpg(in *strings.Reader, args ...string) []byte {
	p.t.Helper()
	c := p.command(args...)
	if in != nil {
		c.Stdin = in
	}
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		p.t.Fatalf("gpg %s: %v: %s (make gpg installs it)", strings.Join(args, " "), err, errs.String())
	}
	return out
}

func (p *Person) command(args ...string) *exec.Cmd {
	c := exec.Command("gpg", append([]string{"--homedir", p.home, "--batch", "--no-tty", "--yes", "--pinentry-mode", "loopback"}, args...)...)
	c.Env = append(os.Environ(), "LC_ALL=C")
	return c
}
