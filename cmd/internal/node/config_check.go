package node

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/achledger/achledger/cmd/internal/certificates"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/http/links"
)

// Level is the severity of a finding.
type Level string

// Levels of findings.
const (
	Fault   Level = "error"   // serve would not start, or would fail at something
	Warning Level = "warning" // works today, but is risky
	Note    Level = "note"    // was not checked
)

// Finding is one result of CheckConfig.
type Finding struct {
	Level Level
	Field string // flag, file or setting; empty if Says names it
	Says  string
}

func (f Finding) String() string {
	if f.Field == "" {
		return f.Says
	}
	return f.Field + ": " + f.Says
}

// CheckConfig checks everything that Serve would read, without changing
// anything, and reports all problems at once. With reach it also connects to
// the broker, the database and the banks' servers.
func CheckConfig(ctx context.Context, o Options, reach bool) []Finding {
	c := &configCheck{Options: o, reach: reach}
	c.addresses()
	c.certificates()
	c.broker()
	c.Plaid.Sandbox = o.Kind == folder.Sandbox
	if _, err := links.NewPlaid(c.Plaid); err != nil {
		c.fault("", err)
	}
	if err := c.OpenID.check(); err != nil {
		c.fault("", err)
	}
	c.ledger(ctx)
	return c.found
}

type configCheck struct {
	Options
	reach bool
	found []Finding
}

func (c *configCheck) fault(field string, err error) {
	c.found = append(c.found, Finding{Fault, field, err.Error()})
}

func (c *configCheck) warn(field, format string, args ...any) {
	c.found = append(c.found, Finding{Warning, field, fmt.Sprintf(format, args...)})
}

func (c *configCheck) note(format string, args ...any) {
	c.found = append(c.found, Finding{Note, "", fmt.Sprintf(format, args...)})
}

// secret warns about a secret file that others than its owner can read.
func (c *configCheck) secret(field, file string) {
	if info, err := os.Stat(file); err == nil && info.Mode().Perm()&0o077 != 0 {
		c.warn(field, "others on this machine can read %s: chmod 600 it", file)
	}
}

func (c *configCheck) addresses() {
	if err := c.reachable(); err != nil {
		c.fault("", err)
	}
	flags := map[string]string{"--listen": c.Listen}
	if c.Admin != "" {
		flags["--admin-listen"] = c.Admin
	}
	if c.Broker.URL == "" {
		flags["--nats-listen"] = c.Broker.Listen
	}
	for _, flag := range []string{"--listen", "--admin-listen", "--nats-listen"} {
		if address, given := flags[flag]; given {
			if _, err := net.ResolveTCPAddr("tcp", address); err != nil {
				c.fault(flag, err)
			}
		}
	}
}

func (c *configCheck) certificates() {
	if !c.TLS.Given() || c.TLS.Key == "" {
		return
	}
	warning, err := certificates.Check(c.TLS, time.Now())
	if err != nil {
		c.fault("", err)
	}
	if warning != "" {
		c.warn("--tls-cert", "%s", warning)
	}
	c.secret("--tls-key", c.TLS.Key)
}

func (c *configCheck) broker() {
	o := c.Broker
	if o.URL == "" {
		return
	}
	shown, err := redacted(o.URL)
	if err != nil {
		c.fault("--nats-url", err)
		return
	}
	for flag, file := range map[string]string{"--nats-creds": o.Creds, "--nats-ca": o.CA} {
		if file == "" {
			continue
		}
		if _, err := os.ReadFile(file); err != nil {
			c.fault(flag, err)
		}
	}
	if o.Cert != "" || o.Key != "" {
		if _, err := tls.LoadX509KeyPair(o.Cert, o.Key); err != nil {
			c.fault("--nats-cert and --nats-key", err)
		}
	}
	c.secret("--nats-creds", o.Creds)
	c.secret("--nats-key", o.Key)
	if !c.reach {
		return
	}
	conn, err := nats.Connect(o.URL, append(o.identity(), nats.Timeout(reachWithin))...)
	if err != nil {
		c.fault("--nats-url", fmt.Errorf("%s is not reached: %w", shown, err))
		return
	}
	if err := relay.TakesEvents(conn); err != nil {
		c.fault("--nats-url", err)
	}
	conn.Close()
}

// reachWithin is the timeout of each connection.
const reachWithin = 10 * time.Second
