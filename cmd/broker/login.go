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

// Keys and client ids become tokens of subjects, so their characters are
// restricted.
var (
	keyForm    = regexp.MustCompile(`^[a-zA-Z0-9]{1,64}$`)
	clientForm = regexp.MustCompile(`^([a-z0-9]{1,32}|_ledger)$`)
)

// login decides who may connect, and gives each credential an account.
type login struct {
	authenticate func(key, secret, remote string) (client string, ok bool)
	reads        func(key string) (client string, ok bool) // may read now; nil: everyone who is logged in
	secret       string                                    // password of this process

	admitting sync.Mutex                 // held while the gate opens or closes for a credential
	accounts  map[string]*server.Account // by key; the server never removes an account

	decided chan struct{} // closed when subscribers are accepted, or never will be
	once    sync.Once     // closes decided

	mu        sync.Mutex
	server    *server.Server
	ledger    *server.Account     // nil until logins are accepted
	gate      *Gate               // nil until subscribers are accepted
	in        map[string]admitted // by key
	forgotten map[string]int      // number of calls of forget, by key
}

// admitted is a credential that is logged in.
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

// serve accepts connections of this process, and of subscribers if there is a
// gate.
func (l *login) serve(s *server.Server, ledger *server.Account, g *Gate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server, l.ledger, l.gate = s, ledger, g
	if g != nil {
		l.close()
	}
}

// close ends the wait of connections that came before the streams were open.
func (l *login) close() { l.once.Do(func() { close(l.decided) }) }

const earlyWait = (tlsTimeout + 2) * time.Second

func (l *login) wait() {
	enough := time.NewTimer(earlyWait)
	defer enough.Stop()
	select {
	case <-l.decided:
	case <-enough.C:
	}
}

// Check implements server.Authentication; the server calls it for each
// connection.
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
	if !l.register(c, key, client, account) {
		l.server.Debugf("credential %s of client %s has as many connections as it may", key, client)
		return false
	}
	// Disconnect closes the connections that are registered. A connection that
	// is registered later must see that the credential was forgotten.
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

// register adds a connection to a credential's account, unless the credential or
// its client has as many as it may. One client must not take the connections of
// all.
func (l *login) register(c server.ClientAuthentication, key, client string, account *server.Account) bool {
	l.admitting.Lock() // until it is counted
	defer l.admitting.Unlock()
	if account.NumLocalConnections() >= maxOfCredential || l.connections(client) >= maxOfClient {
		return false
	}
	c.RegisterUser(&server.User{Username: key, Account: account, Permissions: permissions(key)})
	return true
}

// connections counts those of a client's credentials.
func (l *login) connections(client string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, a := range l.in {
		if a.client == client {
			n += l.accounts[key].NumLocalConnections()
		}
	}
	return n
}

// account returns a credential's account, which exists as long as the server.
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

// join connects a subscriber's account with the ledger's: requests go to the
// gate, and what the gate forwards goes to the subscriber's inbox. The mapping
// keeps the requests away from the JetStream API of the subscriber's own
// account.
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

// permissions returns what a subscriber may do in its account.
func permissions(key string) *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: requests(key)},
		Subscribe: &server.SubjectPermission{Allow: []string{inbox(key) + ">"}},
	}
}

// admittedAs returns the client that a credential is logged in for.
func (l *login) admittedAs(key string) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.in[key]
	return a.client, ok
}

// clientOf returns the client of a credential that is logged in and may still
// read.
func (l *login) clientOf(key string) (string, bool) {
	client, ok := l.admittedAs(key)
	if ok && l.reads != nil {
		now, may := l.reads(key)
		ok = may && now == client
	}
	return client, ok
}

// forget closes the gate for a credential.
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

// host returns an address without its port; "" for a connection within the
// process.
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
