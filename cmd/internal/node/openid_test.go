package node

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/people/openid/openidtest"
)

// vouched is a server with an OpenID provider, and a browser.
type vouched struct {
	*running
	*openidtest.Provider
	visitor *visitor
}

func serveVouched(t *testing.T) vouched {
	t.Helper()
	p := openidtest.New(t, time.Now)
	r := serve(t, "", func(o *Options) { o.OpenID = OpenID{Issuer: p.URL, ClientID: openidtest.ClientID, Secret: "s"} })
	_, err := r.server.AddOperator(context.Background(), NewOperator{Email: "alice@lantern.example", Roles: []string{domain.RoleViewer}})
	r.noError(err)
	return vouched{r, p, &visitor{t: t, base: r.Base}}
}

// goes starts a sign-in, and returns the query of the redirect to the provider.
func (v vouched) goes() url.Values {
	v.t.Helper()
	response, _ := v.visitor.send("GET", "/console/sign-in/openid", nil)
	if response.StatusCode != http.StatusSeeOther || len(response.Cookies()) != 1 {
		v.t.Fatalf("the way to the provider answers %d with %v", response.StatusCode, response.Cookies())
	}
	c := response.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
		v.t.Errorf("the state's cookie is %+v", c)
	}
	v.visitor.cookie = c.Name + "=" + c.Value
	return v.Goes(response.Header.Get("Location"))
}

// comesBack requests the address to which the provider redirects the browser.
func (v vouched) comesBack(q url.Values) (*http.Response, string) {
	v.t.Helper()
	back, err := url.Parse(q.Get("redirect_uri"))
	v.noError(err)
	return v.visitor.send("GET", back.Path+"?"+url.Values{"state": {q.Get("state")}, "code": {openidtest.Code}}.Encode(), nil)
}

// newest is the data of the newest event of a type.
func (r *running) newest(eventType string) (data string) {
	for _, e := range r.log() {
		if e.Type == eventType {
			data = string(e.Data)
		}
	}
	return data
}

func TestAPersonSignsInAtAProvider(t *testing.T) {
	v := serveVouched(t)
	host, _ := url.Parse(v.URL)
	if _, page := v.visitor.send("GET", "/console/sign-in", nil); !strings.Contains(page, "Sign in at "+host.Host) {
		t.Error("the page of signing in does not name the provider")
	}
	q := v.goes()
	if q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("redirect_uri") != v.Base+"/console/sign-in/openid/callback" {
		t.Errorf("the provider is asked with %v", q)
	}
	response, _ := v.comesBack(q)
	var session string
	for _, c := range response.Cookies() {
		if c.Name == "achledger-session" {
			session = c.Name + "=" + c.Value
		}
	}
	if response.StatusCode != http.StatusSeeOther || response.Header.Get("Location") != "/console" || session == "" {
		t.Fatalf("coming back answers %d to %q", response.StatusCode, response.Header.Get("Location"))
	}
	again, _ := v.comesBack(q) // a state works once
	if again.StatusCode != http.StatusUnauthorized {
		t.Errorf("the same address again answers %d", again.StatusCode)
	}
	v.visitor.cookie = session
	if response, _ := v.visitor.send("GET", "/console/clients", nil); response.StatusCode != http.StatusOK {
		t.Errorf("a viewer reads with %d", response.StatusCode)
	}
	if response, _ := v.visitor.send("POST", "/console/policy", url.Values{}); response.StatusCode == http.StatusOK {
		t.Error("a viewer changes the policy")
	}
	if said := v.newest((domain.PersonSignedIn{}).Type()); !strings.Contains(said, "openid "+v.URL) {
		t.Errorf("the audit says %s", said)
	}
	_, err := v.server.DisableOperator(context.Background(), "alice@lantern.example")
	v.noError(err)
	if response, _ := v.visitor.send("GET", "/console/clients", nil); response.StatusCode != http.StatusSeeOther {
		t.Errorf("one who was suspended reads with %d", response.StatusCode)
	}
}

func TestWhomTheProviderDoesNotVouchForIsNotSignedIn(t *testing.T) {
	for name, change := range map[string]func(v vouched, q url.Values){
		"a token for another sign-in":           func(v vouched, _ url.Values) { v.Nonce = "another" },
		"a token that expired":                  func(v vouched, _ url.Values) { v.Claims = map[string]any{"exp": time.Now().Add(-time.Hour).Unix()} },
		"a person nobody knows":                 func(v vouched, _ url.Values) { v.Claims = map[string]any{"email": "mallory@lantern.example"} },
		"an address the provider does not know": func(v vouched, _ url.Values) { v.Claims = map[string]any{"email_verified": false} },
		"another browser":                       func(v vouched, _ url.Values) { v.visitor.cookie = "" },
		"another state":                         func(_ vouched, q url.Values) { q.Set("state", strings.Repeat("a", 43)) },
		"a person who was suspended": func(v vouched, _ url.Values) {
			_, err := v.server.DisableOperator(context.Background(), "alice@lantern.example")
			v.noError(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := serveVouched(t)
			q := v.goes()
			change(v, q)
			response, page := v.comesBack(q)
			if response.StatusCode != http.StatusUnauthorized || !strings.Contains(page, `role="alert"`) {
				t.Errorf("answers %d", response.StatusCode)
			}
			for _, c := range response.Cookies() {
				if c.Name == "achledger-session" && c.Value != "" {
					t.Error("there is a session")
				}
			}
		})
	}
}

// While the provider is away a ledger starts, and people sign in by password.
func TestAProviderThatIsAwayIsSaid(t *testing.T) {
	r := serve(t, "", func(o *Options) {
		o.OpenID = OpenID{Issuer: "http://127.0.0.1:1", ClientID: "a", Base: "https://ledger.example"}
	})
	v := &visitor{t: t, base: r.Base}
	if response, page := v.send("GET", "/console/sign-in/openid", nil); response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(page, "does not answer") {
		t.Errorf("answers %d", response.StatusCode)
	}
}
