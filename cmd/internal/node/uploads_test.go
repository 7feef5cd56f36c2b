package node

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// wageFile is a client's own NACHA file of one entry, dated YYMMDD.
func wageFile(t testing.TB, day string) string {
	t.Helper()
	content, err := nacha.Render(nacha.File{
		Header: nacha.FileHeader{
			ImmediateDestination: "061000146", ImmediateDestinationName: "FEDERAL RESERVE BANK", ImmediateOrigin: "231380104",
			ImmediateOriginName: "LANTERN SAVINGS BANK", CreatedOn: "261120", CreatedAt: "0900", Modifier: "A",
		},
		Batches: []nacha.Batch{{
			Header: nacha.BatchHeader{ServiceClass: 220, CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: "PPD", Description: "PAYROLL",
				EffectiveOn: day, OriginatorStatus: "1", ODFI: "23138010", Number: 1},
			Entries: []nacha.Entry{{Code: 22, Routing: "121042882", Account: "770001", AmountCents: 100, Name: "ADA MARSH", Trace: "231380100000001"}},
		}},
	}, "\n")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// send sends a body, with an Idempotency-Key unless key is empty.
func (r *running) send(who folder.Credential, path, media, key string, body io.Reader) (status int, replayed bool, answer string) {
	r.t.Helper()
	request, err := http.NewRequest(http.MethodPost, r.Base+path, body)
	if err != nil {
		r.t.Error(err)
		return 0, false, ""
	}
	request.SetBasicAuth(who.Key, who.Secret)
	request.Header.Set("Content-Type", media)
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Error(err)
		return 0, false, ""
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Error(err)
	}
	return response.StatusCode, response.Header.Get("Idempotent-Replayed") == "true", string(content)
}

func (r *running) check(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestAFileWhoseClientIsStoppedWhileItsBodyComesIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		stop   func(r *running, id string, key string)
		status int
	}{
		"suspended": {func(r *running, id, _ string) {
			r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+id, object{"suspended": true}, nil)
		}, 403},
		"without the class": {func(r *running, id, _ string) {
			r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+id, object{"sec_codes": []string{"CCD"}, "default_sec_code": "CCD"}, nil)
		}, 422},
		"with its credential revoked": {func(r *running, _, key string) {
			r.must(204, r.ops, "DELETE", "/v1/ops/credentials/"+key, nil, nil)
		}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			r := serve(t, "", nil)
			r.day("2026-11-20T19:05:00Z")
			id, gym := r.client("Harbor Gym")
			var other struct{ Key, Secret string }
			r.must(201, r.ops, "POST", "/v1/ops/clients/"+id+"/credentials", object{"scopes": []string{"read"}}, &other)
			body, half := io.Pipe()
			content := wageFile(t, "261123")
			var status int
			var answer string
			answered := make(chan struct{})
			go func() {
				defer close(answered)
				status, _, answer = r.send(gym, "/v1/nacha", "text/plain", "", body)
			}()
			_, err := io.WriteString(half, content[:300])
			r.check(err)
			tt.stop(r, id, gym.Key)
			_, err = io.WriteString(half, content[300:])
			r.check(err)
			r.check(half.Close())
			<-answered
			if status != tt.status {
				t.Errorf("it answers %d, want %d: %s", status, tt.status, answer)
			}
			if n := len(r.files(folder.Credential{Key: other.Key, Secret: other.Secret})); n != 0 {
				t.Errorf("%d files were made", n)
			}
		})
	}
}

func TestANACHAFileUnderAKeyIsAnsweredAsTheFirstTime(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T19:05:00Z")
	_, gym := r.client("Harbor Gym")
	first, other := wageFile(t, "261123"), wageFile(t, "261124")
	for n, tt := range []struct {
		key, content string
		status       int
		replayed     bool
	}{
		{"k1", first, 201, false}, {"k1", first, 201, true}, {"", first, 200, false}, {"k1", other, 422, false}, {"k2", other, 201, false},
	} {
		if status, replayed, answer := r.send(gym, "/v1/nacha", "text/plain", tt.key, strings.NewReader(tt.content)); status != tt.status || replayed != tt.replayed {
			t.Errorf("request %d: %d, replayed %t: %s", n, status, replayed, answer)
		}
	}
	if n := len(r.files(gym)); n != 2 {
		t.Errorf("%d files, want two", n)
	}
}

func TestAnACHProFileIsOneFileUnderItsKeyAndInItsWords(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T19:05:00Z")
	_, gym := r.client("Harbor Gym")
	r.must(201, gym, "POST", "/v1/odfis", object{"name": "Lantern", "routingNumber": "231380104", "fileLineEndings": "UNIX"}, nil)
	var odfis []struct{ ODFIID string }
	r.must(200, gym, "GET", "/v1/odfis", nil, &odfis)
	words := func(cents string) string {
		return `{"odfi":"` + odfis[0].ODFIID + `","delivery":"deliver","batches":[{"company":{"name":"HARBOR GYM","recipientType":"COMPANY","companyId":"1840000017"},` +
			`"entryDescription":"PAYROLL","secCode":"PPD","entries":[{"recipient":{"name":"Ada Marsh","recipientType":"CONSUMER"},` +
			`"account":{"routingNumber":"121042882","accountNumber":"770001","accountType":"CHECKING"},"amount":` + cents + `,"entryType":"CREDIT"}]}]}`
	}
	ids := map[string]bool{}
	for n, tt := range []struct {
		key, words string
		day        string
		status     int
		replayed   bool
	}{
		{"k1", words("1.00"), "2026-11-20T19:05:00Z", 201, false},
		{"", words("1.00"), "2026-11-20T19:06:00Z", 201, false},
		{"k1", words("1.00"), "2026-11-23T15:00:00Z", 201, true}, // without the replay the file would have another date
		{"", words("1.00"), "2026-11-23T15:01:00Z", 200, true},
		{"k1", words("2.00"), "2026-11-23T15:02:00Z", 422, false},
	} {
		r.day(tt.day)
		status, replayed, answer := r.send(gym, "/v1/ach-files", "application/json", tt.key, strings.NewReader(tt.words))
		if status != tt.status || replayed != tt.replayed {
			t.Errorf("request %d: %d, replayed %t: %s", n, status, replayed, answer)
		}
		if _, id, ok := strings.Cut(answer, `"achFileId":"`); ok {
			ids[id[:32]] = true
		}
	}
	var list []struct{ ACHFileID string }
	r.must(200, gym, "GET", "/v1/ach-files", nil, &list)
	if len(ids) != 2 || len(list) != 2 || len(r.files(gym)) != 2 {
		t.Errorf("%d ids, %d ACH Pro files, %d files; want two of each", len(ids), len(list), len(r.files(gym)))
	}
}

// Older releases recorded the key only once the file was made, with the event
// ProfileFileMade.
func TestAnACHProFileUnderAKeyOfAnOlderReleaseIsAnsweredAsTheFirstTime(t *testing.T) {
	r := serve(t, "", nil)
	r.day("2026-11-20T19:05:00Z")
	client, gym := r.client("Harbor Gym")
	body := r.orderedFile(gym, "download")
	status, _, answer := r.send(gym, "/v1/ach-files", "application/json", "", strings.NewReader(body))
	if status != 201 {
		t.Fatalf("it answers %d: %s", status, answer)
	}
	file := r.files(gym)[0].ID
	hash, err := r.server.Ledger.Keys.MAC(client, []byte(body))
	r.check(err)
	const other = "0123456789ABCDEF0123456789ABCDEF"
	change := ledger.Change{Stream: domain.ProfileFileStream(client, other), Client: client, Events: []domain.Event{
		domain.ProfileFileMade{ID: other, FileID: file, Asked: []byte("{}"), Accounts: map[string]string{}},
	}}
	ledger.WithKey(&eventstore.IdempotencyKey{Client: client, Scope: "POST /v1/ach-files", Key: "k1"}, hash)(&change)
	_, err = r.server.Ledger.Write(t.Context(), change)
	r.check(err)
	r.day("2026-11-24T15:00:00Z")
	status, replayed, again := r.send(gym, "/v1/ach-files", "application/json", "k1", strings.NewReader(body))
	if status != 201 || !replayed || again[:60] != answer[:60] || len(r.files(gym)) != 1 {
		t.Errorf("it answers %d, replayed %t: %s; the first time %s", status, replayed, again, answer)
	}
}
