package client

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

// A caller has to know of each answer whether the payment is accepted, refused, or to
// be sent again.
func TestAnAnswerIsAPaymentOrARefusalOrToBeSentAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		status               int
		media, body          string
		accepted, sendsAgain bool
	}{
		"accepted":               {201, "application/json", `{"TransactionID":"01a22bfb-e793-7be6-9e0a-0d848c586ad9","Amount":1.00}`, true, false},
		"refused":                {422, "application/problem+json", `{"status":422,"code":"rule-broken"}`, false, false},
		"busy":                   {503, "application/problem+json; charset=utf-8", `{"status":503,"code":"busy"}`, false, true},
		"too many":               {429, "application/problem+json", `{"status":429,"code":"too-many-requests"}`, false, true},
		"a proxy's page":         {502, "text/html", "<h1>Bad Gateway</h1>", false, true},
		"a proxy's JSON":         {504, "application/json", `{"message":"Endpoint request timed out"}`, false, true},
		"a page instead":         {200, "text/html; charset=utf-8", "<h1>Please sign in</h1>", false, true},
		"a proxy without words":  {504, "", "", false, true},
		"a problem that is torn": {503, "application/problem+json", `{"status":503,"co`, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.media)
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			}))
			defer server.Close()
			ledger, err := New(server.URL, "key", "secret")
			if err != nil {
				t.Fatal(err)
			}
			answer, err := ledger.OriginateWithResponse(t.Context(), nil, Proposal{Amount: Cents(100)})
			var problem *Problem
			refused := errors.As(err, &problem) && !problem.Repeat()
			if accepted := err == nil && answer.JSON201 != nil; accepted != tt.accepted || (err != nil && !refused) != tt.sendsAgain {
				t.Errorf("got %+v, %v", answer, err)
			}
		})
	}
}

// The vault refuses in a form of its own.
func TestARefusalOfTheVaultIsLeftToItsMethod(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"errorResults":[{"errorMessage":"there is no token of that id"}]}`))
	}))
	defer server.Close()
	ledger, err := New(server.URL, "key", "secret")
	if err != nil {
		t.Fatal(err)
	}
	if token, err := ledger.GetVaultTokenWithResponse(t.Context(), "1"); err != nil || token.StatusCode() != http.StatusNotFound || token.JSONDefault == nil {
		t.Errorf("got %+v, %v", token, err)
	}
}

func TestAnAddressWithoutASchemeIsRefusedAtOnce(t *testing.T) {
	for _, address := range []string{"127.0.0.1:8080", "ledger.example", "", "ftp://ledger.example", "https://"} {
		if _, err := New(address, "key", "secret"); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
}
