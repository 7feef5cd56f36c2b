package node

import (
	"net/http"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
)

// bearing makes a request with a bearer token and returns the status.
func (r *running) bearing(token string) int {
	r.t.Helper()
	request, err := http.NewRequest(http.MethodGet, r.Base+"/v1/profile", nil)
	r.noError(err)
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	r.noError(err)
	defer response.Body.Close()
	return response.StatusCode
}

// subscribes reports whether the broker lets a credential in.
func (r *running) subscribes(who folder.Credential) bool {
	connection, err := nats.Connect(r.NATS, nats.UserInfo(who.Key, who.Secret), nats.NoReconnect())
	if err == nil {
		connection.Close()
	}
	return err == nil
}

// A credential was revoked after the backup, so the backup's log does not have that
// event.
func TestARestoredLedgerTakesNoCredentialBeforeItIsToldWhichWereRevoked(t *testing.T) {
	r := serve(t, "", nil)
	id, kept := r.client("Harbor Gym")
	var stolen folder.Credential
	r.must(201, r.ops, "POST", "/v1/ops/clients/"+id+"/credentials", object{"scopes": []string{"read", "originate"}}, &stolen)
	var tokens struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	r.must(201, stolen, "POST", "/v1/token", object{"key": stolen.Key, "secret": stolen.Secret}, &tokens)
	backup := r.backedUp()
	before := r.ops
	r.must(204, r.ops, "DELETE", "/v1/ops/credentials/"+stolen.Key, nil, nil)
	r.noError(r.stop())

	r = restored(t, backup)
	for range 2 { // also after another start
		for _, who := range []folder.Credential{stolen, kept, before} {
			if status, text := r.text(who, "/v1/profile"); status != 401 || !strings.Contains(text, "restored from a backup") {
				t.Errorf("it is taken: %d %s", status, text)
			}
			if r.subscribes(who) {
				t.Error("the broker lets it in")
			}
		}
		if status := r.bearing(tokens.Access); status != 401 {
			t.Errorf("its token is answered %d", status)
		}
		r.must(401, kept, "POST", "/v1/token/refresh", object{"refresh_token": tokens.Refresh}, nil)
		r.must(200, r.ops, "GET", "/v1/ops/clients/"+id+"/credentials", nil, nil)
		r.noError(r.stop())
		r = serve(t, backup, nil)
	}
	if _, err := r.server.AcceptCredentials(control.AsOwner(t.Context()), Acceptance{Revoked: []string{"nobody"}}); err == nil {
		t.Error("a key that does not exist is accepted")
	}
	_, err := r.server.AcceptCredentials(control.AsOwner(t.Context()), Acceptance{Revoked: []string{stolen.Key}})
	r.noError(err)
	for range 2 {
		r.must(401, stolen, "GET", "/v1/profile", nil, nil)
		r.must(200, kept, "GET", "/v1/profile", nil, nil)
		if status := r.bearing(tokens.Access); status != 401 || r.subscribes(stolen) {
			t.Errorf("the revoked one is taken: %d", status)
		}
		if !r.subscribes(kept) {
			t.Error("the broker does not let in what is good")
		}
		r.noError(r.stop())
		r = serve(t, backup, nil)
	}
}
