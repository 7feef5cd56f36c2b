package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/achledger/achledger/cmd/internal/certificates"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/http/links"
	"github.com/achledger/achledger/workers/inbound"
)

type serveCommand struct {
	dataFlag
	Listen  string `help:"Address of the API; ${default} by default." default:"127.0.0.1:8080" env:"ACHLEDGER_LISTEN" placeholder:"HOST:PORT"`
	Sandbox bool   `help:"A folder to rehearse in: its clock can be moved, nothing leaves by SFTP. Fixed at the first start." env:"ACHLEDGER_SANDBOX"`

	Admin    string   `name:"admin-listen" help:"Address with metrics, profiles and health in detail, open to whoever reaches it; none by default." env:"ACHLEDGER_ADMIN_LISTEN" placeholder:"HOST:PORT"`
	TLSCert  string   `name:"tls-cert" help:"Certificate of the API and the embedded broker; read again when the file changes." env:"ACHLEDGER_TLS_CERT" placeholder:"FILE" group:"Transport"`
	TLSKey   string   `name:"tls-key" help:"Its key." env:"ACHLEDGER_TLS_KEY" placeholder:"FILE" group:"Transport"`
	ClientCA string   `name:"tls-client-ca" help:"Accept only callers with a certificate from one of these authorities." env:"ACHLEDGER_TLS_CLIENT_CA" placeholder:"FILE" group:"Transport"`
	Proxies  []string `name:"behind-proxy" help:"Addresses of a proxy that ends TLS before the API; X-Forwarded-For is trusted only from these." env:"ACHLEDGER_BEHIND_PROXY" placeholder:"CIDR" group:"Transport"`
	Insecure bool     `help:"Let other machines reach these addresses without TLS." env:"ACHLEDGER_INSECURE" group:"Transport"`

	urlFlag `group:"Several nodes"`
	Node    string `help:"This node's name; made from the machine's by default." env:"ACHLEDGER_NODE" placeholder:"NAME" group:"Several nodes"`
	Outbox  string `help:"Folder on storage that the nodes share: where files for the bank are put." env:"ACHLEDGER_OUTBOX" placeholder:"DIR" group:"Several nodes"`
	Inbox   string `help:"Folder on storage that the nodes share: where files from the bank are picked up." env:"ACHLEDGER_INBOX" placeholder:"DIR" group:"Several nodes"`

	NextMaster string `name:"master-key-file-next" help:"File with the master key that the next keys rotate takes: the same on every node. It need not be there yet." env:"ACHLEDGER_MASTER_KEY_FILE_NEXT" placeholder:"FILE" group:"Several nodes"`

	NATSListen string `name:"nats-listen" help:"Address of the embedded broker; 127.0.0.1:4222 by default." env:"ACHLEDGER_NATS_LISTEN" placeholder:"HOST:PORT" group:"Broker" xor:"broker"`
	NATSURL    string `name:"nats-url" help:"Use this NATS server or cluster instead of the embedded one." env:"ACHLEDGER_NATS_URL" placeholder:"URL" group:"Broker" xor:"broker"`
	NATSCreds  string `name:"nats-creds" help:"Credentials file for it." env:"ACHLEDGER_NATS_CREDS" placeholder:"FILE" group:"Broker"`
	NATSCA     string `name:"nats-ca" help:"Certificates to trust instead of the system's." env:"ACHLEDGER_NATS_CA" placeholder:"FILE" group:"Broker"`
	NATSCert   string `name:"nats-cert" help:"Client certificate." env:"ACHLEDGER_NATS_CERT" placeholder:"FILE" group:"Broker"`
	NATSKey    string `name:"nats-key" help:"Key of the client certificate." env:"ACHLEDGER_NATS_KEY" placeholder:"FILE" group:"Broker"`
	Replicas   int    `name:"nats-replicas" help:"Replicas of the stream; 3 when --nats-url names several servers." env:"ACHLEDGER_NATS_REPLICAS" group:"Broker"`

	PlaidURL      string `name:"plaid-url" help:"Address of Plaid, for processor tokens; without it the production one, in a sandbox Plaid's sandbox." env:"ACHLEDGER_PLAID_URL" placeholder:"URL" group:"Plaid"`
	PlaidClientID string `name:"plaid-client-id" help:"Client id there. Without keys a sandbox makes accounts up for tokens that begin with processor-sandbox-, and any other ledger takes no tokens." env:"ACHLEDGER_PLAID_CLIENT_ID" placeholder:"ID" group:"Plaid"`
	PlaidSecret   string `name:"plaid-secret" help:"Secret there; better in the environment than on the command line." env:"ACHLEDGER_PLAID_SECRET" placeholder:"SECRET" group:"Plaid"`

	OIDCIssuer   string `name:"oidc-issuer" help:"OpenID provider that says who operators are, by verified e-mail address." env:"ACHLEDGER_OIDC_ISSUER" placeholder:"URL" group:"People"`
	OIDCClientID string `name:"oidc-client-id" help:"Client id there." env:"ACHLEDGER_OIDC_CLIENT_ID" placeholder:"ID" group:"People"`
	OIDCSecret   string `name:"oidc-secret-file" help:"File with the client's secret there." env:"ACHLEDGER_OIDC_SECRET_FILE" placeholder:"FILE" group:"People"`
	ConsoleURL   string `name:"console-url" help:"Address at which browsers reach this server, if not the one it listens at: links for people lead there, and an OpenID provider sends them back to /console/sign-in/openid/callback there." env:"ACHLEDGER_CONSOLE_URL" placeholder:"URL" group:"People"`

	RateLimit float64 `help:"Requests per second that each client may make; 0 means no limit." env:"ACHLEDGER_RATE_LIMIT" placeholder:"N"`
	SFTPAfter string  `name:"sftp-after" help:"What becomes of a file taken from a bank's SFTP server: leave, remove, or done, which moves it to the folder done." enum:"leave,remove,done" default:"leave" env:"ACHLEDGER_SFTP_AFTER"`
	LogFormat string  `help:"text or json." enum:"text,json" default:"text" env:"ACHLEDGER_LOG_FORMAT"`
	LogLevel  string  `help:"debug, info, warn or error." enum:"debug,info,warn,error" default:"info" env:"ACHLEDGER_LOG_LEVEL"`
}

func (serveCommand) Help() string {
	return `Prints one line with its address when it is ready; logs go to standard error.
The first start makes the folder and writes DIR/ops.credential, the key and
secret of operations. SIGTERM and Ctrl-C end it cleanly, and without TLS a closed
terminal does. Exit code 3 means
that a commit failed and its outcome is unknown: start it again; nothing that
was acknowledged is lost.

An address that other machines can reach needs --tls-cert and --tls-key, a proxy that
ends TLS (--behind-proxy, for the API only), or --insecure. New certificates are
taken from the same files within seconds, on SIGHUP at once.

  achledger serve                            ./data, port 8080, broker on port 4222
  achledger serve --sandbox --data ./play    with a clock of its own
  achledger serve --nats-url nats://broker:4222 --nats-creds relay.creds
  achledger serve --store postgres://achledger@db.internal/achledger --nats-url nats://broker:4222`
}

// Validate checks what the flags' types cannot.
func (c serveCommand) Validate() error {
	if faults := c.contradictions(); len(faults) > 0 {
		return faults[0]
	}
	return nil
}

// contradictions are flags that do not go together, in order.
func (c serveCommand) contradictions() (list []error) {
	for _, rule := range []struct {
		broken bool
		says   string
	}{
		{c.Replicas < 0 || c.Replicas > 5, fmt.Sprintf("--nats-replicas=%d: a stream has 1 to 5 of them; 3 survive the loss of a server", c.Replicas)},
		{c.Replicas > 1 && c.NATSURL == "", "--nats-replicas is for a cluster: name it with --nats-url"},
		{c.RateLimit < 0, fmt.Sprintf("--rate-limit=%v is below zero: 0 means no limit", c.RateLimit)},
		{c.NATSURL == "" && c.NATSCreds+c.NATSCA+c.NATSCert+c.NATSKey != "", "--nats-creds, --nats-ca, --nats-cert and --nats-key are for another broker: name it with --nats-url"},
		{(c.TLSCert == "") != (c.TLSKey == ""), "--tls-cert and --tls-key go together"},
		{c.ClientCA != "" && c.TLSCert == "", "--tls-client-ca needs --tls-cert and --tls-key"},
		{c.Store == "" && c.Node+c.Outbox+c.Inbox+c.NextMaster != "", "--node, --outbox, --inbox and --master-key-file-next are for a ledger in a database: name it with --store"},
		{c.Store != "" && c.NATSURL == "", "--store needs --nats-url: the nodes share a broker, and the embedded one would die with its node"},
		{c.Outbox != "" && filepath.Clean(c.Outbox) == filepath.Clean(c.Inbox), "--outbox and --inbox are two folders: what is put out for the bank would be taken in as the bank's"},
		{(c.OIDCIssuer == "") != (c.OIDCClientID == ""), "--oidc-issuer and --oidc-client-id go together"},
		{c.OIDCIssuer == "" && c.OIDCSecret != "", "--oidc-secret-file is for an OpenID provider: name it with --oidc-issuer"},
		{!isAddress(c.ConsoleURL), fmt.Sprintf("--console-url=%s: an address such as https://ledger.example", c.ConsoleURL)},
	} {
		if rule.broken {
			list = append(list, errors.New(rule.says))
		}
	}
	if c.Store != "" {
		if err := postgres.CheckURL(c.Store); err != nil {
			list = append(list, fmt.Errorf("--store: %w", err))
		}
	}
	if _, err := c.proxies(); err != nil {
		list = append(list, err)
	}
	if _, err := c.openID(); err != nil {
		list = append(list, err)
	}
	return list
}

// isAddress reports whether a browser can open it, or none is given.
func isAddress(text string) bool {
	u, err := url.Parse(text)
	return text == "" || err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// openID reads the secret from its file.
func (c serveCommand) openID() (node.OpenID, error) {
	o := node.OpenID{Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, Base: c.ConsoleURL}
	if c.OIDCSecret == "" {
		return o, nil
	}
	secret, err := os.ReadFile(c.OIDCSecret)
	if err != nil {
		return o, fmt.Errorf("read the secret at the OpenID provider: %w", err)
	}
	o.Secret = strings.TrimSpace(string(secret))
	return o, nil
}

// proxies parses --behind-proxy; a single address is a network of one.
func (c serveCommand) proxies() (list []netip.Prefix, err error) {
	for _, text := range c.Proxies {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			a, err := netip.ParseAddr(text)
			if err != nil {
				return nil, fmt.Errorf("--behind-proxy=%s: a network such as 10.0.0.0/8, or an address", text)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

// embedded is the default address of the embedded broker. It is not the flag's
// default: a flag with a default counts as given.
const embedded = "127.0.0.1:4222"

// Run serves until a signal comes.
func (c serveCommand) Run(ctx context.Context, s streams) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	o.Log, o.Ready = c.logger(s), func(r node.Running) { c.announce(r, s) }
	ctx, stop := c.onHangup(ctx)
	defer stop()
	if err = node.Serve(ctx, o); err == nil {
		c.tell(s, slog.LevelInfo, "achledger has stopped. Everything it acknowledged is on disk.")
	}
	return err
}

// onHangup lets SIGHUP, which comes when a terminal is closed, end the returned context
// as SIGTERM does, unless nohup had it ignored. With certificates it means that they
// changed; until the server listens for it there is nothing to load again.
func (c serveCommand) onHangup(ctx context.Context) (_ context.Context, stop func()) {
	switch {
	case c.TLSCert != "":
		early := make(chan os.Signal, 1)
		signal.Notify(early, syscall.SIGHUP) // otherwise it would kill the process
		return ctx, func() { signal.Stop(early) }
	case signal.Ignored(syscall.SIGHUP):
		return ctx, func() {}
	}
	return signal.NotifyContext(ctx, syscall.SIGHUP)
}

// options are what the flags say.
func (c serveCommand) options() (node.Options, error) {
	proxies, err := c.proxies()
	openID, fault := c.openID()
	return node.Options{
		Folder: c.folder(), Kind: kindOf(c.Sandbox), Listen: c.Listen, RequestsPerSecond: c.RateLimit,
		Admin: c.Admin, Proxies: proxies, Insecure: c.Insecure,
		TLS: certificates.Files{Cert: c.TLSCert, Key: c.TLSKey, ClientCA: c.ClientCA},
		Broker: node.BrokerOptions{
			Listen: cmp.Or(c.NATSListen, embedded), URL: c.NATSURL, Creds: c.NATSCreds, CA: c.NATSCA, Cert: c.NATSCert, Key: c.NATSKey, Replicas: c.Replicas,
		},
		Database:  node.Database{URL: c.Store, Node: c.Node, Outbox: c.Outbox, Inbox: c.Inbox, NextMaster: c.NextMaster},
		Release:   version(),
		Plaid:     links.PlaidConfig{BaseURL: c.PlaidURL, ClientID: c.PlaidClientID, Secret: c.PlaidSecret},
		OpenID:    openID,
		SFTPAfter: inbound.AfterPickup(c.SFTPAfter),
	}, errors.Join(err, fault)
}

// announce prints what a person needs to know at the start. The line with the address
// is the last one, so that a program that waits for it has read all the others.
func (c serveCommand) announce(r node.Running, s streams) {
	if r.Admin != "" {
		c.tell(s, slog.LevelInfo, "Metrics, profiles and health are at %s.", r.Admin)
	}
	if r.FirstStart {
		c.tell(s, slog.LevelInfo, "The operations credential is in %s, which only you can read.", c.folder().CredentialFile())
	}
	if r.Unconfirmed {
		c.tell(s, slog.LevelWarn, "Credentials from before the restore are not accepted yet.\nSee: achledger credentials --help")
	}
	switch {
	case r.Switch.Paused:
		c.tell(s, slog.LevelWarn, "No file is sent for the moment: %s.", r.Switch.Reason)
	case !r.Switch.Otherwise:
		c.tell(s, slog.LevelWarn, "Delivery is off for every ODFI that was not switched on: %s.\nSee: achledger delivery --data %s", r.Switch.Reason, c.Data)
	}
	fmt.Fprintf(s.out, "achledger is ready at %s\n", r.Base)
}

// tell says something to whoever started the server. Where a program reads the logs,
// it is a line of them.
func (c serveCommand) tell(s streams, level slog.Level, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if c.LogFormat == "json" {
		c.logger(s).Log(context.Background(), level, oneLine.Replace(text))
		return
	}
	fmt.Fprintln(s.errs, text)
}

func (c serveCommand) logger(s streams) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // one of the enum
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(s.errs, o))
	}
	return slog.New(slog.NewTextHandler(s.errs, o))
}

func kindOf(sandbox bool) folder.Kind {
	if sandbox {
		return folder.Sandbox
	}
	return folder.Production
}
