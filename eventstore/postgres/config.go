package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrPassword refuses a URL with a password: everyone who can list processes
// would see it.
var ErrPassword = errors.New("the store's URL contains a password: leave it out and name it in PGPASSFILE or PGPASSWORD")

var passwordSetting = regexp.MustCompile(`(?i)(^|[\s?&])password\s*=`)

// CheckURL refuses a URL that is none, or that holds a password. It connects to nothing.
func CheckURL(text string) error {
	_, err := parse(text)
	return err
}

// parse reads a URL without a password.
func parse(text string) (*pgx.ConnConfig, error) {
	if u, err := url.Parse(text); err == nil && u.User != nil {
		if _, given := u.User.Password(); given {
			return nil, ErrPassword
		}
	}
	if passwordSetting.MatchString(text) {
		return nil, ErrPassword
	}
	c, err := pgx.ParseConfig(text)
	if err != nil {
		return nil, fmt.Errorf("the store's URL: %w", err)
	}
	return c, nil
}

// connectTimeout bounds the attempt to reach one host.
const connectTimeout = 2 * time.Second

// config returns the settings of the store's sessions. Statements bounds the
// time of a statement; 0: no bound.
//
// Every query of the store has an index to use. The planner is forced to use
// it, because a new log has no statistics, and the plan is kept.
func (o *Options) config(statements time.Duration) (*pgx.ConnConfig, error) {
	c, err := parse(o.URL)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{
		"application_name":                    "achledger " + o.Node,
		"search_path":                         schemaName,
		"synchronous_commit":                  "on",
		"default_transaction_isolation":       "read committed", // a stricter one of the database would refuse concurrent changes
		"statement_timeout":                   fmt.Sprint(statements.Milliseconds()),
		"lock_timeout":                        "5000",
		"idle_in_transaction_session_timeout": "2000",
		"tcp_user_timeout":                    fmt.Sprint(silence.Milliseconds()),
		"tcp_keepalives_idle":                 "5",
		"enable_seqscan":                      "off",
		"jit":                                 "off",
	} {
		c.RuntimeParams[name] = value
	}
	c.ConnectTimeout = connectTimeout
	c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	if o.ReadOnly {
		c.RuntimeParams["default_transaction_read_only"] = "on"
		c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsPrimary
	}
	c.DialFunc = o.Dial
	c.OnNotice = keepWarning
	return c, nil
}

// once refuses to dial again when the session is established. When a connection
// breaks, pgx would open a second one to cancel the running statement: that
// would interrupt a COMMIT that waits for its standby.
func once(c *pgx.ConnConfig) (connected func()) {
	var done atomic.Bool
	dial := c.DialFunc
	c.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if done.Load() {
			return nil, errors.New("a write is never cancelled")
		}
		return dial(ctx, network, address)
	}
	return func() { done.Store(true) }
}

// warningKey is the key of a connection's newest warning. PostgreSQL only warns
// of a COMMIT that did not wait for its standby, and reports it as done.
const warningKey = "achledger.warning"

func keepWarning(c *pgconn.PgConn, n *pgconn.Notice) {
	if strings.EqualFold(n.SeverityUnlocalized, "WARNING") {
		c.CustomData()[warningKey] = n.Message
	}
}

// warning returns and removes the newest warning of a connection.
func warning(c *pgx.Conn) error {
	data := c.PgConn().CustomData()
	message, ok := data[warningKey]
	if !ok {
		return nil
	}
	delete(data, warningKey)
	return fmt.Errorf("%w: %v", errWarned, message)
}

var errWarned = errors.New("the database warns")
