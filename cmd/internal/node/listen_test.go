package node

import (
	"bufio"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/achledger/achledger/cmd/internal/certificates"
	"github.com/achledger/achledger/cmd/internal/certificates/certtest"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

func TestAddressesThatOthersReachWantTLSOrAWord(t *testing.T) {
	const here, everywhere = "127.0.0.1:0", "0.0.0.0:0"
	with := func(o Options, change func(*Options)) Options { change(&o); return o }
	local := Options{Listen: here, Broker: BrokerOptions{Listen: here}}
	api, broker, admin := local, local, local
	api.Listen, broker.Broker.Listen, admin.Admin = ":0", "[::]:0", everywhere
	secure := func(o *Options) { o.TLS = certificates.Files{Cert: "cert", Key: "key"} }
	proxied := func(o *Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} }
	insecure := func(o *Options) { o.Insecure = true }
	for name, tt := range map[string]struct {
		o    Options
		flag string // named by the refusal; empty: none
	}{
		"all on this machine":         {local, ""},
		"the API, in the clear":       {api, "--listen"},
		"the API with TLS":            {with(api, secure), ""},
		"the API behind a proxy":      {with(api, proxied), ""},
		"the API, said out loud":      {with(api, insecure), ""},
		"the broker, in the clear":    {broker, "--nats-listen"},
		"the broker with TLS":         {with(broker, secure), ""},
		"the broker behind a proxy":   {with(broker, proxied), "--nats-listen"},
		"the broker, said out loud":   {with(broker, insecure), ""},
		"another broker":              {with(broker, func(o *Options) { o.Broker.URL = "nats://elsewhere" }), ""},
		"metrics without a login":     {with(admin, secure), "--admin-listen"},
		"metrics, said out loud":      {with(admin, insecure), ""},
		"this machine under its name": {Options{Listen: "localhost:0", Broker: BrokerOptions{Listen: "[::1]:0"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			switch err := tt.o.reachable(); {
			case tt.flag == "" && err != nil:
				t.Error(err)
			case tt.flag != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.flag+" ") || !strings.Contains(err.Error(), "--insecure")):
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAServerThatListensEverywhereIsReachedAsLocalhost(t *testing.T) {
	r := serve(t, "", func(o *Options) { o.Listen, o.Insecure = "0.0.0.0:0", true })
	if !strings.HasPrefix(r.Base, "http://localhost:") {
		t.Errorf("it says %s", r.Base)
	}
}

// TestTLSOnBothDoorsIsRenewedWithoutARestart also shows that nothing is
// answered in the clear.
func TestTLSOnBothDoorsIsRenewedWithoutARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := certificates.Files{Cert: filepath.Join(dir, "cert"), Key: filepath.Join(dir, "key")}
	certtest.Write(t, f.Cert, f.Key, "first")
	r := serve(t, "", func(o *Options) { o.TLS = f })
	if !strings.HasPrefix(r.Base, "https://") || !strings.HasPrefix(r.NATS, "tls://") {
		t.Fatalf("it says %s and %s", r.Base, r.NATS)
	}
	any := &tls.Config{InsecureSkipVerify: true}
	web := &http.Client{Transport: &http.Transport{TLSClientConfig: any, DisableKeepAlives: true}}
	who := reader(t, r)
	name := func() (api, broker string) {
		t.Helper()
		response, err := web.Get(r.Base + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		conn, err := nats.Connect(r.NATS, nats.UserInfo(who.Key, who.Secret), nats.CustomInboxPrefix("_INBOX_"+who.Key), nats.Secure(any))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		state, err := conn.TLSConnectionState()
		if err != nil {
			t.Fatal(err)
		}
		return response.TLS.PeerCertificates[0].Subject.CommonName, state.PeerCertificates[0].Subject.CommonName
	}
	if api, broker := name(); api != "first" || broker != "first" {
		t.Errorf("%q and %q are shown", api, broker)
	}
	if response, err := http.Get("http" + strings.TrimPrefix(r.Base, "https") + "/readyz"); err == nil {
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			t.Error("the API answers in the clear")
		}
	}
	certtest.Write(t, f.Cert, f.Key, "second")
	eventually(t, "the new certificate on both", func() bool {
		api, broker := name()
		return api == "second" && broker == "second"
	})
}

// reader is a credential that may read the stream.
func reader(t *testing.T, r *running) ledger.IssuedCredential {
	t.Helper()
	issued, err := r.server.Ledger.IssueCredential(t.Context(), ledger.CredentialRequest{Client: "gym", Scopes: []string{domain.ScopeRead}})
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

// TestConnectionsAreBounded: connections above the bound wait, and take no memory
// until they are accepted.
func TestConnectionsAreBounded(t *testing.T) {
	r := serve(t, "", func(o *Options) { o.connections = 2 })
	ask := func() *bufio.Reader {
		t.Helper()
		conn, err := net.Dial("tcp", strings.TrimPrefix(r.Base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		return bufio.NewReader(conn)
	}
	answered := 0
	for range 5 {
		_, err := ask().ReadString('\n')
		switch {
		case err == nil:
			answered++
		case !errors.Is(err, os.ErrDeadlineExceeded):
			t.Fatal(err)
		}
	}
	if answered > 2 {
		t.Errorf("%d connections are served at once", answered)
	}
}

func TestTheAdminAddressAsksForNoLogin(t *testing.T) {
	r := serve(t, "", func(o *Options) { o.Admin = "127.0.0.1:0" })
	for path, want := range map[string]string{
		"/metrics": "achledger_log_head_position", "/debug/pprof/": "goroutine", "/healthz": `"log_position"`, "/readyz": `"ready":true`,
	} {
		response, err := http.Get(r.Admin + path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(text), want) {
			t.Errorf("%s answers %d %.200s, %v", path, response.StatusCode, text, err)
		}
	}
	for _, path := range []string{"/metrics", "/debug/pprof/"} { // not served on the API's address without a login
		response, err := http.Get(r.Base + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode < 400 {
			t.Errorf("%s answers %d without a login", path, response.StatusCode)
		}
	}
}
