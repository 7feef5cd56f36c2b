package webhooks_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/workers/webhooks"
)

// The name is public, but resolves to this machine: the address that is dialled
// counts.
func TestOutsideASandboxThisMachineIsNotDialled(t *testing.T) {
	r := newReceiver(t)
	for sandbox, want := range map[bool]string{true: "", false: "not on the internet"} {
		answer, err := (&http.Client{Transport: webhooks.NewTransport(sandbox)}).Get(strings.Replace(r.URL, "127.0.0.1", "localhost", 1))
		if err == nil {
			answer.Body.Close()
		}
		if got := errors.Is(err, webhooks.ErrNotPublic); got != (want != "") {
			t.Errorf("sandbox %t: %v", sandbox, err)
		}
	}
	w := newWorld(t)
	w.config.Transport = webhooks.NewTransport(false)
	id, _ := w.hook(r.URL + "/?secret=in-the-address")
	w.run()
	w.pay(1)
	eventually(t, "it failed", func() bool {
		list, err := w.store.WaitingWebhooks(t.Context(), id, eventstore.WebhookPlace{}, 9)
		must(t, err)
		return len(list) == 1 && list[0].Failure == "the address is not on the internet"
	})
}
