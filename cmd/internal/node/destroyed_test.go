package node

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
)

// clear lists the files under a folder that show one of the numbers.
func clear(t testing.TB, f folder.Folder, numbers []string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(string(f), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, n := range numbers {
			if bytes.Contains(content, []byte(n)) {
				found = append(found, path+" shows "+n)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// comesIn hands in a file of the bank with two payments.
func (r *running) comesIn(time, first, second string) string {
	r.t.Helper()
	content, err := os.ReadFile("../../../domain/nacha/testdata/vectors/05-in-ppd-credits.ach")
	r.noError(err)
	return strings.NewReplacer("0612D", time+"D", "400012345678", first, "500098765432", second).Replace(string(content))
}

// waiting are the ids of what waits for a person, by the last four digits.
func (r *running) waiting() map[string]string {
	r.t.Helper()
	var list struct {
		Data []struct {
			ID      string
			Account string `json:"account"`
		}
	}
	r.must(200, r.ops, "GET", "/v1/ops/unmatched", nil, &list)
	found := map[string]string{}
	for _, u := range list.Data {
		found[u.Account[len(u.Account)-4:]] = u.ID
	}
	return found
}

// A client's account numbers come in by every interface, each number by another one.
func TestAfterItsKeysAreDestroyedNoNumberOfAClientCanBeRead(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T15:00:00Z")
	gymID, gym := r.client("Harbor Gym")
	spaID, spa := r.client("Harbor Spa")
	r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+gymID, object{"relationship_verification": "none", "receiving_accounts": []string{"4000*"}}, nil)
	var numbers []string
	number := func(n string) string {
		numbers = append(numbers, n)
		return n
	}
	pay := func(n string) (id string) {
		var made told
		r.must(201, gym, "POST", "/api/transaction", object{
			"StandardEntryClassCode": "PPD", "TransactionType": "push", "ToRouting": "121042882", "ToAccount": number(n),
			"ToAccountType": "checking", "ToName": "Ada Marsh", "Description": "PAYROLL", "Amount": 1.25,
		}, &made)
		return made.TransactionID
	}
	paid, corrected := pay("880000100001"), pay("880000100002")
	status, _, text := r.send(gym, "/api/transaction/bulk", "application/x-ndjson", "bulk", strings.NewReader(
		`{"StandardEntryClassCode":"PPD","TransactionType":"push","ToRouting":"121042882","ToAccount":"`+number("880000100003")+
			`","ToAccountType":"checking","ToName":"Ada Marsh","Description":"PAYROLL","Amount":1.25}`+"\n"))
	if status != 200 || !strings.Contains(text, "Pending") {
		t.Fatalf("bulk answers %d %s", status, text)
	}
	if status := r.raw(gym, "/v1/nacha", strings.ReplaceAll(wageFile(t, "261123"), "770001           ", number("880000100004")+"     ")); status != 201 {
		t.Fatalf("the upload answers %d", status)
	}
	r.must(200, gym, "POST", "/rest/v2/ach/tokens", object{"routing-number": "121042882", "account-number": number("880000100005"),
		"account-type": "Checking", "individual-name": "Ada Marsh", "software-type": "t", "software-type-version": "1"}, nil)
	r.must(200, gym, "POST", "/v1/accounts/0c1b8ad5-5a3e-4d40-9a3c-3a0f2d6d2f11/ach_relationships", object{"account_owner_name": "Ada Marsh",
		"bank_account_type": "CHECKING", "bank_account_number": number("880000100006"), "bank_routing_number": "121042882", "nickname": "Rainy days"}, nil)
	r.day("2026-11-20T21:31:00Z")
	r.day("2026-11-24T14:40:00Z")
	r.play(paid, "return", object{"code": "R03"})
	r.play(corrected, "correction", object{"code": "C01", "data": number("880000100007")})

	if status := r.raw(r.ops, "/v1/ops/inbound", r.comesIn("0901", number("400000100008"), number("770000100009"))); status != 202 {
		t.Fatalf("a file of the bank answers %d", status)
	}
	theirs := "770000200010"
	if status := r.raw(r.ops, "/v1/ops/inbound", r.comesIn("0902", number("770000100011"), theirs)); status != 202 {
		t.Fatalf("a file of the bank answers %d", status)
	}
	r.noError(os.WriteFile(filepath.Join(r.folder.Inbox(), "today.ach"), []byte(r.comesIn("0903", number("400000100012"), number("400000100013"))), 0o600))
	eventually(t, "the files are applied", func() bool {
		done, _ := filepath.Glob(filepath.Join(r.folder.Inbox(), "done", "*"))
		return len(r.waiting()) == 3 && len(done) == 1
	})
	pay("880000100014") // waits

	destroy := func() error {
		_, err := r.server.DestroyKeys(control.AsOwner(t.Context()), Destruction{Client: gymID, Undelivered: true})
		return err
	}
	queue := r.waiting()
	r.must(200, r.ops, "POST", "/v1/ops/unmatched/"+queue["0009"]+"/assign", object{"client": gymID}, nil)
	r.must(200, r.ops, "POST", "/v1/ops/unmatched/"+queue["0011"]+"/assign", object{"client": gymID}, nil)
	if err := destroy(); err == nil || !strings.Contains(err.Error(), queue["0010"]) {
		t.Errorf("with an entry of its bank's file that waits: %v", err)
	}
	r.must(200, r.ops, "POST", "/v1/ops/unmatched/"+queue["0010"]+"/assign", object{"client": spaID}, nil)
	if before := clear(t, r.folder, numbers); len(before) == 0 {
		t.Error("this test sees no number that is in the clear")
	}
	r.noError(destroy())
	r.noError(destroy()) // repeating it is how an interrupted destruction is finished
	r.must(200, r.ops, "POST", "/v1/ops/unmatched/"+queue["0009"]+"/assign", object{"client": gymID}, nil)
	r.unreadable(gymID, spaID, numbers, theirs)

	r.noError(r.stop())
	for _, made := range []string{r.folder.Views(), r.folder.NATS()} {
		r.noError(os.RemoveAll(made))
	}
	r = serve(t, r.folder, nil)
	r.day("2026-11-30T21:31:00Z")
	r.must(200, spa, "GET", "/v1/files", nil, nil)
	r.unreadable(gymID, spaID, numbers, theirs)
	VerifyFolder(t, r.folder)
}

// unreadable checks that no number of the client gone can be read from the folder,
// in the clear or with a key, and that the number of the client stays still can.
func (r *running) unreadable(gone, stays string, numbers []string, theirs string) {
	r.t.Helper()
	for _, found := range clear(r.t, r.folder, numbers) {
		r.t.Error(found)
	}
	reader, err := OpenReader(r.t.Context(), r.folder)
	r.noError(err)
	defer reader.Close()
	l, opened := reader.Ledger, false
	events, err := l.Store.ReadAll(r.t.Context(), 0, 10_000)
	r.noError(err)
	for _, e := range events {
		fact, err := ledger.Fact(e)
		r.noError(err)
		switch event := fact.Event.(type) {
		case *domain.EntryQueued:
			event.Account.In = e.Stream
			if open, _, err := l.OpenQueued(event); !errors.Is(err, seal.ErrDestroyed) {
				r.t.Errorf("%s can be opened: %s, %v", e.Stream, domain.Tail(open.Number), err)
			}
		case *domain.TransactionReceived:
			event.Account.In = e.Stream
			number, err := l.OpenAccount(e.Client, event.Account)
			if e.Client == stays {
				opened = err == nil && number == theirs
			} else if !errors.Is(err, seal.ErrDestroyed) {
				r.t.Errorf("%s can be opened: %v", e.Stream, err)
			}
		}
	}
	if !opened {
		r.t.Error("what is another client's cannot be read any more")
	}
	if kept, _ := filepath.Glob(filepath.Join(r.folder.Kept(), "in", "*")); len(kept) > 1 { // the client's own input, which its key sealed
		r.t.Errorf("kept files of the bank are left: %q", kept)
	}
}

// A held file is released before the keys are destroyed. It could not be rendered any
// more after an approval, since nobody can read its account numbers.
func TestAHeldFileIsTakenBackBeforeTheKeysOfItsClientAreDestroyed(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T15:00:00Z")
	gymID, gym := r.client("Harbor Gym")
	r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+gymID, object{"limits": []object{{"direction": "credit", "per": "entry", "cents": 1}}}, nil)
	if status := r.raw(gym, "/v1/nacha", wageFile(t, "261123")); status != 201 {
		t.Fatalf("the upload answers %d", status)
	}
	state := func() string {
		var list struct{ Data []struct{ State string } }
		r.must(200, r.ops, "GET", "/v1/ops/files?client="+gymID, nil, &list)
		return list.Data[0].State
	}
	eventually(t, "the file is held", func() bool { return state() == "held" })
	destroy := func(undelivered bool) error {
		_, err := r.server.DestroyKeys(control.AsOwner(t.Context()), Destruction{Client: gymID, Undelivered: undelivered})
		return err
	}
	if err := destroy(false); err == nil || !strings.Contains(err.Error(), "is held and was not delivered") {
		t.Errorf("it says %v", err)
	}
	r.noError(destroy(true))
	if s := state(); s != "released" {
		t.Errorf("the file is %s", s)
	}
}
