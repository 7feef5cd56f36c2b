package node

import (
	"net/http"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
)

// two makes two people who can approve, and a policy that requires two.
func (r *running) two() (alice, bob folder.Credential) {
	r.t.Helper()
	people := map[string]folder.Credential{}
	for _, name := range []string{"alice", "bob"} {
		email := name + "@lantern.example"
		r.must(201, r.ops, "POST", "/v1/ops/operators", object{"email": email, "name": name, "roles": []string{"approver", "admin"}}, nil)
		var issued folder.Credential
		r.must(201, r.ops, "POST", "/v1/ops/credentials", object{"scopes": []string{"ops"}, "owner": email}, &issued)
		people[name] = issued
	}
	r.must(200, people["alice"], "PUT", "/v1/ops/policy", object{"four_eyes": true}, nil)
	return people["alice"], people["bob"]
}

// asked makes a request that needs another person, and returns the approval's id.
func (r *running) asked(who folder.Credential, path string, body any) string {
	r.t.Helper()
	var a struct {
		ID string `json:"approval_id"`
	}
	r.must(202, who, "POST", path, body, &a)
	return a.ID
}

// If the process stops between an approval and its act, the next process carries the
// act out, once.
func TestAnApprovedActIsCarriedOutOnceAlsoOverAStop(t *testing.T) {
	for name, stops := range map[string]bool{"without a stop": false, "over a stop": true} {
		t.Run(name, func(t *testing.T) {
			r := serve(t, "", nil)
			r.day("2026-11-20T19:05:00Z")
			client, gym := r.client("Harbor Gym")
			_, id := r.pay(gym)
			file := r.stuckFile(client, r.told(gym, id))
			alice, bob := r.two()
			release := "/v1/ops/files/" + file + "/release"
			order := object{"reason": "wrong header", "then": "reject"}
			approval := r.asked(alice, release, order)
			if again := r.asked(alice, release, order); again != approval {
				t.Errorf("asking twice made %s and %s", approval, again)
			}
			if f := r.file(r.ops, "/v1/ops/files/"+file); f.State != "cut" {
				t.Errorf("before another person approves the file is %s", f.State)
			}
			if stops {
				if _, err := r.server.Ledger.Approve(t.Context(), approval, "bob@lantern.example", ""); err != nil {
					t.Fatal(err)
				}
				if err := r.stop(); err != nil {
					t.Fatal(err)
				}
				r = serve(t, r.folder, nil)
			} else {
				r.must(200, bob, "POST", "/v1/ops/approvals/"+approval+"/approve", object{}, nil)
			}
			eventually(t, "the release is carried out", func() bool { return r.told(gym, id).Status == "Rejected" })
			eventually(t, "the log says so", func() bool { return r.count("approval.acted") == 1 })
			if n := r.count("file.release_ordered"); n != 1 {
				t.Errorf("released %d times", n)
			}
			if err := r.server.acts.Sweep(t.Context()); err != nil || r.count("file.release_ordered") != 1 {
				t.Errorf("another sweep: %v", err)
			}
		})
	}
}

// count is how many events of a type the log has.
func (r *running) count(kind string) (n int) {
	r.t.Helper()
	for _, e := range r.log() {
		if e.Type == kind {
			n++
		}
	}
	return n
}

// log reads all events.
func (r *running) log() []eventstore.Recorded {
	r.t.Helper()
	all, err := r.server.Store.ReadAll(r.t.Context(), 0, 1<<20)
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// A file that a person hands in waits, sealed, until another person approves it.
func TestAFileOfTheBankThatAPersonHandsInNeedsAnother(t *testing.T) {
	r := serve(t, "", nil)
	r.client("Harbor Gym")
	alice, bob := r.two()
	content := r.comesIn("0901", "770000100004", "770000100005")
	send := func() (int, string) {
		answer := r.ask(alice, http.MethodPost, "/v1/ops/inbound?name=returns", []byte(content), "text/plain")
		return answer.Code, answer.Body.String()
	}
	status, text := send()
	if status != 202 || !strings.Contains(text, `"approval_id"`) {
		t.Fatalf("%d %s", status, text)
	}
	if n := r.count("inbound.received"); n != 0 {
		t.Errorf("before another person approves, %d files came", n)
	}
	if _, again := send(); again != text {
		t.Errorf("handing it in again answers %s and not %s", again, text)
	}
	id := strings.Split(strings.SplitAfter(text, `"approval_id":"`)[1], `"`)[0]
	if shown := r.ask(bob, http.MethodGet, "/v1/ops/approvals/"+id, nil, "").Body.String(); strings.Contains(shown, "sealed") || !strings.Contains(shown, "sha256") {
		t.Errorf("the other person is shown %s", shown)
	}
	r.must(200, bob, "POST", "/v1/ops/approvals/"+id+"/approve", object{}, nil)
	if n := r.count("inbound.received") + r.count("inbound.quarantined"); n == 0 {
		t.Error("it was approved and did not come")
	}
}

// A policy cannot bind the folder's owner, who can write the log: a command acts
// without a second person. The log records that before the command acts.
func TestACommandOfTheFolderActsAloneAndTheLogSaysSo(t *testing.T) {
	r := serve(t, "", nil)
	client, _ := r.client("Harbor Gym")
	ctx := control.AsOwner(t.Context())
	commands := map[string]func() error{
		"delivery.on":      func() error { _, err := r.server.DeliveryOn(ctx, DeliveryOrder{ODFI: "231380104"}); return err },
		"credential.issue": func() error { _, err := r.server.IssueOperations(ctx, Nothing{}); return err },
		"keys.destroy":     func() error { _, err := r.server.DestroyKeys(ctx, Destruction{Client: client}); return err },
	}
	off := func() {
		t.Helper()
		if _, err := r.server.DeliveryOff(ctx, DeliveryStop{ODFI: "231380104"}); err != nil {
			t.Fatal(err)
		}
	}
	off()
	for _, action := range []string{"delivery.on", "credential.issue"} { // one person is enough
		if err := commands[action](); err != nil {
			t.Fatalf("%s: %v", action, err)
		}
	}
	if n := r.count("audit.acted_alone"); n != 0 {
		t.Errorf("without four eyes %d commands acted alone", n)
	}
	off()
	r.two()
	for n, action := range []string{"delivery.on", "credential.issue", "keys.destroy"} {
		before := len(r.log())
		if err := commands[action](); err != nil {
			t.Fatalf("%s: %v", action, err)
		}
		first := r.log()[before]
		if first.Type != "audit.acted_alone" || !strings.Contains(string(first.Data), `"`+action+`"`) || !strings.Contains(string(first.Meta), "folder owner ") {
			t.Errorf("%s begins with %s %s", action, first.Type, first.Data)
		}
		if got := r.count("audit.acted_alone"); got != n+1 {
			t.Errorf("after %s there are %d", action, got)
		}
	}
}
