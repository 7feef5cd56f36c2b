package node

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

var (
	hiddenFields = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`)
	seenVersion  = regexp.MustCompile(`name="seen" value="(\d+)"`)
)

// hiddenIn returns the hidden fields of a page.
func hiddenIn(page string) url.Values {
	fields := url.Values{}
	for _, f := range hiddenFields.FindAllStringSubmatch(page, -1) {
		fields.Set(f[1], html.UnescapeString(f[2]))
	}
	return fields
}

// What a person typed into a form that is refused is in the answer, in the form
// itself. Where no other input would help there is no form.
func TestARefusedFormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	client, gym := r.client("Harbor Gym")
	admin, approver := r.signsIn("a.bell@lantern.example", domain.RoleAdmin), r.signsIn("m.ortiz@lantern.example", domain.RoleApprover)
	r.signsIn("v.lund@lantern.example", domain.RoleViewer)
	_, id := r.pay(gym)
	event := r.told(gym, id).Events[0].EventID
	r.must(200, r.ops, "POST", "/v1/ops/events/"+event+"/reject", object{"reason": "not ours"}, nil)
	for name, tt := range map[string]struct {
		who  *visitor
		path string
		form url.Values
		want int
		says []string
	}{
		"settings with a slip": {admin, "/do/change-client/" + client, url.Values{"settings": {"{\n  \"name\": \"Harbour\",\n}"}}, 400,
			[]string{"Settings: line 3: ", "&#34;name&#34;: &#34;Harbour&#34;", `<details open><summary>Change`, "Nothing was changed."}},
		"a setting that is none": {admin, "/do/change-client/" + client, url.Values{"settings": {`{"batching": {"windows": ["25:00"]}}`}}, 400,
			[]string{"25:00"}},
		"a policy": {admin, "/do/policy/ledger", url.Values{"approval_expires": {"soon"}, "four_eyes": {"false"}, "reason": {"the auditor's wish"}}, 400,
			[]string{"How long a request waits (24h, 90m): ", `value="soon"`, "the auditor&#39;s wish", `<option value="false" selected>`}},
		"a person's roles": {admin, "/do/add-person/new", url.Values{"email": {"nobody"}, "name": {"Pat Quill"}, "roles": {"viewer", "approver"}, "reason": {"joins"}}, 400,
			[]string{`value="nobody"`, `value="Pat Quill"`, `value="approver" checked`, `value="joins"`}},
		"a person of no role": {admin, "/do/change-person/v.lund@lantern.example", url.Values{"name": {"Vera"}, "reason": {"left the desk"}}, 400,
			[]string{"Roles: at least one of viewer, ", `value="Vera"`}},
		"a session that is none":  {admin, "/do/end-session/one", url.Values{"key": {"0123456789abcdef"}}, 400, []string{`<option value="0123456789abcdef" selected>`}},
		"what is over":            {approver, "/do/approve/" + event, url.Values{"reason": {"seen"}}, 409, []string{"Nothing was changed."}},
		"what the role lacks":     {approver, "/do/suspend/" + client, url.Values{}, 403, []string{"Your role does not include this", "It needs the role admin."}},
		"what the role sees only": {approver, "/reveal/" + client + "/" + id, url.Values{"reason": {"x"}}, 403, []string{"revealer"}},
	} {
		t.Run(name, func(t *testing.T) {
			tt.form.Set("back", "/console/clients/"+client)
			response, text := tt.who.send("POST", "/console"+tt.path, tt.form)
			if response.StatusCode != tt.want {
				t.Fatalf("answers %d: %.900s", response.StatusCode, text)
			}
			for _, want := range append(tt.says, `<a href="/console/clients/`+client+`">Go back</a>`) {
				if !strings.Contains(text, want) {
					t.Errorf("does not say %q: %s", want, text)
				}
			}
			if offers := strings.Contains(text, `action="/console`+tt.path+`"`); offers != (tt.want == 400) {
				t.Errorf("offers the form again: %v", offers)
			}
		})
	}
	// What conflicts may be what was typed.
	if response, text := admin.send("POST", "/console/do/add-person/new", url.Values{"email": {"v.lund@lantern.example"}, "name": {"Vera Lund"}, "roles": {"approver"}}); response.StatusCode != 409 ||
		!strings.Contains(text, `value="Vera Lund"`) || !strings.Contains(text, `value="approver" checked`) {
		t.Errorf("a person who is there already answers %d: %s", response.StatusCode, text)
	}
	// A reason is as long as its field lets a person type, in any script.
	_, id = r.pay(gym)
	long := strings.Repeat("é", 200)
	approver.posts("/console/do/hold/"+r.told(gym, id).Events[0].EventID, url.Values{"reason": {long}}, http.StatusSeeOther)
	approver.posts("/console/do/hold/"+r.told(gym, id).Events[0].EventID, url.Values{"reason": {long + "é"}}, http.StatusBadRequest)

	// A page that was asked for wrongly leads back to the one before it.
	if _, text := admin.send("GET", "/console/files?day=soon", nil, "Referer", r.Base+"/console/files?state=cut"); !strings.Contains(text, `<a href="/console/files?state=cut">Go back</a>`) || strings.Contains(text, "Nothing was changed") {
		t.Errorf("a wrong day leads nowhere: %s", text)
	}
}

// A form that is sent after its session has ended does nothing. After signing in
// the person gets it back, as it was typed, and sends it.
func TestASessionThatEndedKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	client, gym := r.client("Harbor Gym")
	_, id := r.pay(gym)
	event, page := r.told(gym, id).Events[0].EventID, "/console/transactions/"+client+"/"+id
	person := r.signsIn("m.ortiz@lantern.example", domain.RoleOperator)
	r.noError(r.server.signIns().SignOut(t.Context(), "m.ortiz@lantern.example", "a test"))

	typed := url.Values{"reason": {`far above "usual" & odd`}, "back": {page}, "by": {"m.ortiz@lantern.example"}}
	response, text := person.send("POST", "/console/do/hold/"+event, typed)
	if response.StatusCode != http.StatusUnauthorized || !strings.Contains(text, "nothing was done") {
		t.Fatalf("without a session it answers %d: %s", response.StatusCode, text)
	}
	if strings.Contains(text, "far above") || strings.Contains(text, "m.ortiz") {
		t.Errorf("whoever comes to that browser reads it: %s", text)
	}
	_, err := r.server.AddOperator(t.Context(), NewOperator{Email: "v.lund@lantern.example", Roles: []string{domain.RoleOperator}})
	r.noError(err)
	secret, _, err := r.server.signIns().DirectLink(t.Context(), "v.lund@lantern.example")
	r.noError(err)
	another := hiddenIn(text)
	another.Set("link", secret)
	if to := person.posts("/console/sign-in/link", another, http.StatusSeeOther); to != "/console" {
		t.Errorf("another person who signs in there is led to %q", to)
	}
	form := hiddenIn(text)
	form.Set("link", "not a link at all, but long enough")
	if response, text = person.send("POST", "/console/sign-in/link", form); response.StatusCode != http.StatusUnauthorized {
		t.Fatalf("a wrong link answers %d", response.StatusCode)
	}
	secret, _, err = r.server.signIns().DirectLink(t.Context(), "m.ortiz@lantern.example")
	r.noError(err)
	form = hiddenIn(text)
	form.Set("link", secret)
	response, text = person.send("POST", "/console/sign-in/link", form)
	if response.StatusCode != http.StatusOK || !strings.Contains(text, `action="/console/do/hold/`+event) || !strings.Contains(text, `value="far above &#34;usual&#34; &amp; odd"`) {
		t.Fatalf("after signing in it answers %d: %s", response.StatusCode, text)
	}
	if n := r.count("transaction.held"); n != 0 {
		t.Errorf("it was held %d times by itself", n)
	}
	person.cookie = response.Cookies()[0].Name + "=" + response.Cookies()[0].Value
	again := hiddenIn(text)
	again.Set("reason", typed.Get("reason"))
	if to := person.posts("/console/do/hold/"+event, again, http.StatusSeeOther); to != page+"?done=hold" {
		t.Errorf("sending it leads to %s", to)
	}
	person.sees(page, "far above &#34;usual&#34; &amp; odd")
}

func TestSigningInLeadsToThePageThatWasAskedFor(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	if _, err := r.server.AddOperator(t.Context(), NewOperator{Email: "m.ortiz@lantern.example", Roles: []string{domain.RoleViewer}}); err != nil {
		t.Fatal(err)
	}
	signIn := func(cookie string) string {
		t.Helper()
		secret, _, err := r.server.signIns().DirectLink(t.Context(), "m.ortiz@lantern.example")
		r.noError(err)
		v := &visitor{t: t, base: r.Base, cookie: cookie}
		return v.posts("/console/sign-in/link", url.Values{"link": {secret}}, http.StatusSeeOther)
	}
	nobody := &visitor{t: t, base: r.Base}
	for asked, want := range map[string]string{
		"/console/files?state=cut&day=2026-11-24": "/console/files?state=cut&day=2026-11-24",
		"/console/queues/held?done=approve":       "/console/queues/held",
		"/console/transactions?format=csv":        "/console",
		"/console/live":                           "/console",
	} {
		response, _ := nobody.send("GET", asked, nil)
		cookie := ""
		for _, c := range response.Cookies() {
			cookie = c.Name + "=" + c.Value
			nobody.cookie = cookie
			nobody.sees("/console/sign-in", "the page that you asked for")
			nobody.cookie = ""
		}
		if to := signIn(cookie); to != want {
			t.Errorf("asking for %s leads to %s, want %s", asked, to, want)
		}
	}
	for _, elsewhere := range []string{"https%3A%2F%2Felsewhere.example%2F", "%2F%2Felsewhere.example", "%2Fconsole%2Fsign-out", "%zz", "%2Fconsole%2F%5Celsewhere"} {
		if to := signIn("achledger-return=" + elsewhere); to != "/console" {
			t.Errorf("%s leads to %s", elsewhere, to)
		}
	}
}

// Settings that somebody else has changed since the form was opened are not put
// back by sending the form.
func TestAFormOfOldSettingsUndoesNoChange(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	client, _ := r.client("Harbor Gym")
	admin := r.signsIn("a.bell@lantern.example", domain.RoleAdmin)
	r.must(200, r.ops, "PUT", "/v1/ops/odfis/231380104", object{"delivery": object{"method": "outbox"}}, nil)
	for name, tt := range map[string]struct {
		page, form string
		typed      url.Values
		change     func()
		done       string // event of the change
	}{
		"a client": {"/console/clients/" + client, "/console/do/change-client/" + client, url.Values{"settings": {`{"name": "Harbor Gym West"}`}}, func() {
			r.must(200, r.ops, "PATCH", "/v1/ops/clients/"+client, object{"name": "Harbor Gym East"}, nil)
		}, "client.changed"},
		"a bank": {"/console/banks/231380104", "/console/do/configure-bank/231380104", url.Values{"settings": {`{"delivery": {"method": "outbox"}, "max_entries_per_file": 300}`}}, func() {
			r.must(200, r.ops, "PUT", "/v1/ops/odfis/231380104", object{"delivery": object{"method": "outbox"}, "max_entries_per_file": 200}, nil)
		}, "bank.configured"},
		"the policy": {"/console/policy", "/console/do/policy/ledger", url.Values{"four_eyes": {"false"}, "release_above_cents": {"1.00"}, "reason": {"a test"}}, func() {
			r.must(200, r.ops, "PUT", "/v1/ops/policy", object{"release_above_cents": 70000, "reason": "another"}, nil)
		}, "policy.changed"},
	} {
		t.Run(name, func(t *testing.T) {
			_, text := admin.send("GET", tt.page, nil)
			seen := seenVersion.FindStringSubmatch(text)
			if seen == nil {
				t.Fatalf("the form has no version: %s", text)
			}
			tt.typed.Set("seen", seen[1])
			tt.change()
			before := r.count(tt.done)
			response, text := admin.send("POST", tt.form, tt.typed)
			if response.StatusCode != http.StatusConflict || !strings.Contains(text, "Somebody changed these settings after you opened them") {
				t.Fatalf("old settings are answered with %d: %s", response.StatusCode, text)
			}
			if n := r.count(tt.done); n != before {
				t.Error("they were changed")
			}
			// Who has compared them sends the form again.
			tt.typed.Set("seen", seenVersion.FindStringSubmatch(text)[1])
			admin.posts(tt.form, tt.typed, http.StatusSeeOther)
			if n := r.count(tt.done); n != before+1 {
				t.Errorf("they were changed %d times", n-before)
			}
		})
	}
}

// A form that is sent twice, as by a double click, is done once.
func TestAFormThatIsSentTwiceIsDoneOnce(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	client, _ := r.client("Harbor Gym")
	admin := r.signsIn("a.bell@lantern.example", domain.RoleAdmin)
	_, text := admin.send("GET", "/console/clients/"+client, nil)
	once := hiddenIn(text).Get("once")
	opening := `{"name": "Juniper Diner", "company_name": "JUNIPER DINER", "company_identifications": ["1840000025"], "odfi_routing_numbers": ["231380104"], "sec_codes": ["PPD"],
		"file": {"immediate_destination": "061000146", "immediate_destination_name": "FED", "immediate_origin": "231380104", "immediate_origin_name": "LANTERN"}}`
	for path, tt := range map[string]struct {
		form  url.Values
		event string
	}{
		"/console/do/open-client/new":            {url.Values{"settings": {opening}}, "client.opened"},
		"/console/do/issue-credential/" + client: {url.Values{"scopes": {"read"}, "name": {"the till"}}, "credential.issued_v2"},
	} {
		tt.form.Set("once", once)
		before := r.count(tt.event)
		admin.posts(path, tt.form, http.StatusOK) // shows the secret
		if response, text := admin.send("POST", path, tt.form); response.StatusCode != http.StatusConflict || !strings.Contains(text, "This was done before") {
			t.Errorf("%s again answers %d: %s", path, response.StatusCode, text)
		}
		if n := r.count(tt.event); n != before+1 {
			t.Errorf("%s twice makes %d", path, n-before)
		}
	}
}
