package broker

import (
	"crypto/subtle"
	"fmt"
	"net"
	"regexp"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Names become tokens of subjects, so they may contain nothing else.
var (
	keyForm    = regexp.MustCompile(`^[a-zA-Z0-9]{1,64}$`)
	clientForm = regexp.MustCompile(`^([a-z0-9]{1,32}|_ledger)$`)
)

// login decides who may connect, and gives each credential its account.
type login struct {
	authenticate func(key, secret, remote string) (client string, ok bool)
	reads        func(key string) (client string, ok bool) // now; nil: everyone logged in may
	secret       string                                    // of this process

	admitting sync.Mutex                 // held while the gate opens or closes for a credential
	accounts  map[string]*server.Account // by key; a server never removes one

	decided chan struct{} // closed when subscribers are accepted, or never will be
	once    sync.Once     // closes it

	mu        sync.Mutex
	server    *server.Server
	ledger    *server.Account     // nil until logins are accepted
	gate      *Gate               // nil until subscribers are accepted
	in        map[string]admitted // by key
	forgotten map[string]int      // how often, by key
}

// admitted is a credential in use.
type admitted struct {
	client string
	stop   func() // closes its part of the gate
}

func newLogin(authenticate func(key, secret, remote string) (string, bool), reads func(key string) (string, bool), secret string) *login {
	return &login{
		authenticate: authenticate, reads: reads, secret: secret,
		in: map[string]admitted{}, forgotten: map[string]int{}, accounts: map[string]*server.Account{}, decided: make(chan struct{}),
	}
}

// serve accepts this process, and subscribers once there is a gate.
func (l *login) serve(s *server.Server, ledger *server.Account, g *Gate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server, l.ledger, l.gate = s, ledger, g
	if g != nil {
		l.close()
	}
}

// close ends the wait of those who came early.
func (l *login) close() { l.once.Do(func() { close(l.decided) }) }

// earlyWait is how long a connection waits that comes while the streams are being
// opened. The server's own timeout for a login is shorter and ends it first:
// clients try again after a timeout, but after a second refusal never.
const earlyWait = (tlsTimeout + 2) * time.Second

func (l *login) wait() {
	enough := time.NewTimer(earlyWait)
	defer enough.Stop()
	select {
	case <-l.decided:
	case <-enough.C:
	}
}

// Check is called by the server for each connection.
func (l *login) Check(c server.ClientAuthentication) bool {
	key, secret := c.GetOpts().Username, c.GetOpts().Password
	if key != ownUser {
		l.wait()
	}
	l.mu.Lock()
	ledger, gate, forgotten := l.ledger, l.gate, l.forgotten[key]
	l.mu.Unlock()
	switch {
	case c.Kind() != server.CLIENT || ledger == nil:
		return false
	case key == ownUser:
		if subtle.ConstantTimeCompare([]byte(secret), []byte(l.secret)) != 1 {
			return false
		}
		c.RegisterUser(&server.User{Username: ownUser, Account: ledger})
		return true
	case gate == nil || l.authenticate == nil || !keyForm.MatchString(key):
		return false
	}
	client, ok := l.authenticate(key, secret, host(c.RemoteAddress()))
	if !ok || !clientForm.MatchString(client) {
		return false
	}
	account, err := l.admit(key, client)
	if err != nil {
		l.server.Errorf("admit credential %s: %v", key, err)
		return false
	}
	c.RegisterUser(&server.User{Username: key, Account: account, Permissions: permissions(key)})
	// Disconnect closes the registered connections; one that registers later must
	// find that the credential was forgotten.
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.forgotten[key] == forgotten
}

// admit creates a credential's account and opens the gate for it.
func (l *login) admit(key, client string) (*server.Account, error) {
	l.admitting.Lock()
	defer l.admitting.Unlock()
	account, err := l.account(key)
	if err != nil {
		return nil, err
	}
	if now, ok := l.admittedAs(key); ok {
		if now != client {
			return nil, fmt.Errorf("it was client %s's and is now client %s's", now, client)
		}
		return account, nil
	}
	stop, err := l.gate.open(key)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.in[key] = admitted{client, stop}
	return account, nil
}

// account returns a credential's account, which lasts as long as the server.
func (l *login) account(key string) (*server.Account, error) {
	if a, ok := l.accounts[key]; ok {
		return a, nil
	}
	a, err := l.server.RegisterAccount("FEED_" + key)
	if err != nil {
		return nil, err
	}
	if err := join(l.ledger, a, key); err != nil {
		return nil, err
	}
	l.accounts[key] = a
	return a, nil
}

// join connects a subscriber's account with the ledger's: its requests go to
// the gate, and what the gate lets through comes to its inbox. The mapping
// keeps its requests away from a JetStream API of the account itself.
func join(ledger, account *server.Account, key string) error {
	if err := account.AddMapping("$JS.>", requestSubject+">"); err != nil {
		return fmt.Errorf("map requests: %w", err)
	}
	if err := account.AddStreamExport(requestSubject+">", []*server.Account{ledger}); err != nil {
		return fmt.Errorf("export requests: %w", err)
	}
	if err := ledger.AddMappedStreamImport(account, requestSubject+">", inSubject+key+".>"); err != nil {
		return fmt.Errorf("import requests: %w", err)
	}
	if err := ledger.AddStreamExport(outSubject+key+".>", []*server.Account{account}); err != nil {
		return fmt.Errorf("export answers: %w", err)
	}
	if err := account.AddMappedStreamImport(ledger, outSubject+key+".>", inbox(key)+">"); err != nil {
		return fmt.Errorf("import answers: %w", err)
	}
	return nil
}

// permissions of a subscriber, in an account of its own.
func permissions(key string) *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: requests(key)},
		Subscribe: &server.SubjectPermission{Allow: []string{inbox(key) + ">"}},
	}
}

// admittedAs names the client that a credential logged in as.
func (l *login) admittedAs(key string) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.in[key]
	return a.client, ok
}

// clientOf names the client of a credential that is logged in and may still
// read.
func (l *login) clientOf(key string) (string, bool) {
	client, ok := l.admittedAs(key)
	if ok && l.reads != nil {
		now, may := l.reads(key)
		ok = may && now == client
	}
	return client, ok
}

// forget ends a credential's part of the gate.
func (l *login) forget(key string) {
	l.admitting.Lock()
	defer l.admitting.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgotten[key]++
	if a, ok := l.in[key]; ok {
		a.stop()
		delete(l.in, key)
	}
}

// host is an address without its port; a connection in the process has none.
func host(a net.Addr) string {
	if a == nil {
		return ""
	}
	h, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return h
}
