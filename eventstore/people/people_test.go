package people_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/people"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// world is a ledger in a temporary folder, with its SignIns.
type world struct {
	*testing.T
	ctx    context.Context
	now    time.Time
	store  *sqlite.Store
	ledger *ledger.Ledger
	people *people.SignIns
	logs   bytes.Buffer
	upTo   int64 // position up to which a restore is unconfirmed
}

func (w *world) Now() time.Time { return w.now }

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, ctx: t.Context(), now: time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)}
	folder := t.TempDir()
	var err error
	w.store, err = sqlite.Open(folder, sqlite.Options{})
	w.must(err)
	t.Cleanup(func() { w.must(w.store.Close()) })
	keys, err := seal.Open(filepath.Join(folder, "keys"))
	w.must(err)
	w.ledger = &ledger.Ledger{Store: w.store, Keys: keys, Clock: w, Unconfirmed: func() int64 { return w.upTo }}
	w.people = people.New(people.Config{Ledger: w.ledger, Rows: w.store, Now: w.Now, Log: slog.New(slog.NewTextHandler(&w.logs, nil)), Sandbox: true})
	w.add("alice@lantern.example", domain.RoleApprover, domain.RoleAdmin)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) add(email string, roles ...string) {
	w.Helper()
	_, err := ledger.Execute(w.ctx, w.ledger, ledger.OperatorsStream(), domain.AddOperator{Email: email, Name: "Alice Ng", Roles: roles}.Decide)
	w.must(err)
}

func (w *world) enable(email string, enabled bool) {
	w.Helper()
	_, err := ledger.Execute(w.ctx, w.ledger, ledger.OperatorsStream(), domain.ChangeOperator{Email: email, Enabled: &enabled}.Decide)
	w.must(err)
}

const (
	alice    = "alice@lantern.example"
	password = "correct horse battery"
	home     = "198.51.100.7:4711"
)

// begin begins to set up a person by a link, from an address.
func (w *world) begin(email, from string) people.Setup {
	w.Helper()
	link, _, err := w.people.Link(w.ctx, email)
	w.must(err)
	begun, err := w.people.Begin(w.ctx, link, from)
	w.must(err)
	return begun
}

// setUp sets a password and an app for Alice; secret is the app's.
func (w *world) setUp() (secret string, s people.Session) {
	w.Helper()
	return w.setUpWith(password)
}

func (w *world) setUpWith(password string) (secret string, s people.Session) {
	w.Helper()
	begun := w.begin(alice, home)
	s, err := w.people.Finish(w.ctx, begun.Ticket, password, w.code(begun.Secret), home)
	w.must(err)
	w.now = w.now.Add(time.Minute)
	return begun.Secret, s
}

// atOnce tries something so many times at once, and returns how often it succeeded.
func atOnce(times int, try func() error) int {
	var all sync.WaitGroup
	var in atomic.Int64
	for range times {
		all.Go(func() {
			if try() == nil {
				in.Add(1)
			}
		})
	}
	all.Wait()
	return int(in.Load())
}

func (w *world) code(secret string) string {
	w.Helper()
	code, err := totp.GenerateCode(secret, w.now)
	w.must(err)
	return code
}

// refused fails the test unless the error is a refused sign-in.
func (w *world) refused(what string, err error) {
	w.Helper()
	if !people.IsRefused(err) {
		w.Errorf("%s: %v", what, err)
	}
}

func TestAPersonSetsAPasswordByALinkAndSignsIn(t *testing.T) {
	w := newWorld(t)
	if _, _, err := w.people.Link(w.ctx, "nobody@lantern.example"); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("a link for nobody: %v", err)
	}
	old, _, err := w.people.Link(w.ctx, alice)
	w.must(err)
	link, until, err := w.people.Link(w.ctx, "Alice@Lantern.example")
	w.must(err)
	if !until.Equal(w.now.Add(15 * time.Minute)) {
		t.Errorf("the link lasts until %s", until)
	}
	_, err = w.people.Begin(w.ctx, old, home)
	w.refused("a link that another followed", err)
	_, err = w.people.SignInByLink(w.ctx, link, home)
	w.refused("a link for a password signs in by itself", err)
	begun, err := w.people.Begin(w.ctx, link, home)
	w.must(err)
	if begun.Email != alice || !strings.HasPrefix(begun.URL, "otpauth://totp/achledger:alice@lantern.example?") {
		t.Errorf("got %+v", begun)
	}
	_, err = w.people.Begin(w.ctx, link, home)
	w.refused("a link used twice", err)
	for _, weak := range []string{"short", "Alice@lantern.example!", "i am alice really", "aaaaaaaaaaaaaaaa", strings.Repeat("long", 100)} {
		if _, err := w.people.Finish(w.ctx, begun.Ticket, weak, w.code(begun.Secret), home); domain.CodeOf(err) != domain.Invalid {
			t.Errorf("password %q: %v", weak, err)
		}
	}
	_, err = w.people.Finish(w.ctx, begun.Ticket, password, "000000", home)
	w.refused("a wrong code", err)
	if set, err := w.people.IsSetUp(w.ctx, alice); set || err != nil {
		t.Errorf("before the person has finished it is set up: %t, %v", set, err)
	}
	code := w.code(begun.Secret)
	s, err := w.people.Finish(w.ctx, begun.Ticket, password, code, home)
	w.must(err)
	if set, err := w.people.IsSetUp(w.ctx, alice); !set || err != nil {
		t.Errorf("set up: %t, %v", set, err)
	}
	who, err := w.people.Session(w.ctx, s.Secret)
	w.must(err)
	if who.Email != alice || !slices.Contains(who.Scopes, domain.ScopeOpsApprove) || slices.Contains(who.Scopes, domain.ScopeOps) {
		t.Errorf("signed in is %+v", who)
	}
	_, err = w.people.Finish(w.ctx, begun.Ticket, password, code, home)
	w.refused("a ticket used twice", err)
	_, err = w.people.SignIn(w.ctx, alice, password, code, home)
	w.refused("the code that set up the app, again", err)
	w.now = w.now.Add(time.Minute)
	_, err = w.people.SignIn(w.ctx, "ALICE@lantern.example", password, w.code(begun.Secret), home)
	w.must(err)

	var told []string
	audit, err := w.store.ReadStream(w.ctx, domain.AuditStream(domain.LedgerClient), 0)
	w.must(err)
	for _, r := range audit {
		f, err := ledger.Fact(r)
		w.must(err)
		told = append(told, r.Type+" "+f.Meta.Actor)
	}
	want := []string{"audit.link_made ", "audit.link_made ", "audit.person_set_up " + alice, "audit.person_signed_in " + alice, "audit.person_signed_in " + alice}
	if !slices.Equal(told, want) {
		t.Errorf("the log says %q", told)
	}
}

func TestALinkEndsAfterAQuarterOfAnHour(t *testing.T) {
	w := newWorld(t)
	link, _, err := w.people.Link(w.ctx, alice)
	w.must(err)
	w.now = w.now.Add(15 * time.Minute)
	_, err = w.people.Begin(w.ctx, link, home)
	w.refused("after a quarter of an hour", err)
}

// Of several people who use a link at once, one gets in.
func TestALinkIsUsedOnce(t *testing.T) {
	w := newWorld(t)
	link, _, err := w.people.DirectLink(w.ctx, alice)
	w.must(err)
	in := atOnce(8, func() error {
		_, err := w.people.SignInByLink(w.ctx, link, home)
		return err
	})
	if in != 1 {
		t.Errorf("%d signed in by one link", in)
	}
	production := people.New(people.Config{Ledger: w.ledger, Rows: w.store, Now: w.Now})
	if _, _, err := production.DirectLink(w.ctx, alice); err == nil {
		t.Error("a link signs in by itself outside a sandbox")
	}
}

// Every refusal has the same words, whoever is named.
func TestNothingTellsWhetherAPersonExists(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.setUp()
	words := map[string]bool{}
	for what, try := range map[string][3]string{
		"another password":            {alice, "wrong horse battery", w.code(secret)},
		"another code":                {alice, password, "000000"},
		"nobody":                      {"nobody@lantern.example", password, w.code(secret)},
		"a person without a password": {"bob@lantern.example", password, w.code(secret)},
	} {
		_, err := w.people.SignIn(w.ctx, try[0], try[1], try[2], home)
		w.refused(what, err)
		words[err.Error()] = true
	}
	if len(words) != 1 {
		t.Errorf("the words are %v", words)
	}
	if strings.Contains(w.logs.String(), password) {
		t.Error("a password is in the logs")
	}
}

// A code is accepted once, even if it is sent several times at once.
func TestACodeIsNotTakenTwice(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.setUp()
	code := w.code(secret)
	in := atOnce(3, func() error {
		_, err := w.people.SignIn(w.ctx, alice, password, code, home)
		return err
	})
	if in != 1 {
		t.Errorf("%d signed in with one code", in)
	}
	_, err := w.people.SignIn(w.ctx, alice, password, code, "203.0.113.9:1")
	w.refused("the code once more", err)
	earlier, err := totp.GenerateCode(secret, w.now.Add(-30*time.Second))
	w.must(err)
	_, err = w.people.SignIn(w.ctx, alice, password, earlier, "203.0.113.9:1")
	w.refused("an earlier code", err)
	w.now = w.now.Add(30 * time.Second)
	_, err = w.people.SignIn(w.ctx, alice, password, w.code(secret), "203.0.113.9:1")
	w.must(err)
}

// A password can be guessed, so after too many failures even the right one has
// to wait.
func TestGuessesAreSlowed(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.setUp()
	var slowed *people.Error
	for n := range 5 {
		_, err := w.people.SignIn(w.ctx, alice, "a guess of mine", "000000", home)
		if !errors.As(err, &slowed) || slowed.Wait > 0 {
			t.Fatalf("guess %d: %v", n+1, err)
		}
	}
	if _, err := w.people.SignIn(w.ctx, alice, password, w.code(secret), home); !errors.As(err, &slowed) || slowed.Wait <= 0 {
		t.Errorf("the right password after five guesses: %v", err)
	}
	_, err := w.people.SignIn(w.ctx, alice, password, w.code(secret), "203.0.113.9:1") // the person, from another address
	w.must(err)
	w.now = w.now.Add(time.Minute)
	_, err = w.people.SignIn(w.ctx, alice, password, w.code(secret), home)
	w.must(err)
}

// meanwhile calls a function when a sign-in reads what is kept of a password: it has
// passed the wait by then.
type meanwhile struct {
	eventstore.People
	then func()
}

func (m *meanwhile) PersonRow(ctx context.Context, kind, id string) (eventstore.PersonRow, bool, error) {
	if then := m.then; kind == "password" && then != nil {
		m.then = nil
		then()
	}
	return m.People.PersonRow(ctx, kind, id)
}

// Guesses that are sent all at once pass the wait together, and gain nothing by it.
func TestGuessesAtOnceAreSlowedToo(t *testing.T) {
	w := newWorld(t)
	secret, _ := w.setUp()
	rows := &meanwhile{People: w.store}
	w.people = people.New(people.Config{Ledger: w.ledger, Rows: rows, Now: w.Now})
	rows.then = func() {
		for range 5 {
			_, err := w.people.SignIn(w.ctx, alice, "a guess of mine", "000000", home)
			w.refused("a guess", err)
		}
	}
	var slowed *people.Error
	if _, err := w.people.SignIn(w.ctx, alice, password, w.code(secret), home); !errors.As(err, &slowed) || slowed.Wait <= 0 {
		t.Errorf("the sixth of six at once: %v", err)
	}
	w.now = w.now.Add(time.Minute)
	_, err := w.people.SignIn(w.ctx, alice, password, w.code(secret), home)
	w.must(err)
}

// Whoever used a link before the person did cannot finish once there is another.
func TestAnotherLinkEndsTheSetupsOfEarlierOnes(t *testing.T) {
	w := newWorld(t)
	begun := w.begin(alice, "203.0.113.9:1")
	secret, s := w.setUp() // with another link
	_, err := w.people.Finish(w.ctx, begun.Ticket, "a password of theirs", w.code(begun.Secret), "203.0.113.9:1")
	w.refused("the setup of the link before", err)
	_, err = w.people.Session(w.ctx, s.Secret)
	w.must(err)
	_, err = w.people.SignIn(w.ctx, alice, password, w.code(secret), home)
	w.must(err)
}

// Disabling a person ends links and setups as it ends sessions: enabling the person
// again does not bring them back.
func TestALinkEndsWhenItsPersonIsDisabled(t *testing.T) {
	w := newWorld(t)
	link, _, err := w.people.Link(w.ctx, alice)
	w.must(err)
	w.add("bob@lantern.example", domain.RoleViewer)
	begun := w.begin("bob@lantern.example", home)
	for _, email := range []string{alice, "bob@lantern.example"} {
		w.enable(email, false)
		w.enable(email, true)
	}
	_, err = w.people.Begin(w.ctx, link, home)
	w.refused("the link", err)
	_, err = w.people.Finish(w.ctx, begun.Ticket, password, w.code(begun.Secret), home)
	w.refused("the setup", err)
	w.setUp() // a link that is made afterwards
}

// The longest password has 256 bytes; what begins with it is another one.
func TestAPasswordIsComparedWhole(t *testing.T) {
	w := newWorld(t)
	longest := strings.Repeat("correct horse...", 16)
	secret, _ := w.setUpWith(longest)
	_, err := w.people.SignIn(w.ctx, alice, longest+"!", w.code(secret), home)
	w.refused("one character more", err)
	_, err = w.people.SignIn(w.ctx, alice, longest, w.code(secret), home)
	w.must(err)
}

func TestASessionEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		does func(w *world, s people.Session)
		ends bool
	}{
		"not while it is used": {func(w *world, s people.Session) {
			for range 20 {
				w.now = w.now.Add(28 * time.Minute)
				_, err := w.people.Session(w.ctx, s.Secret)
				w.must(err)
			}
		}, false},
		"when it is not used for half an hour": {func(w *world, _ people.Session) { w.now = w.now.Add(30 * time.Minute) }, true},
		"after half a day, used or not": {func(w *world, s people.Session) {
			for range 26 {
				w.now = w.now.Add(28 * time.Minute)
				_, _ = w.people.Session(w.ctx, s.Secret)
			}
		}, true},
		"when the person leaves":      {func(w *world, s people.Session) { w.must(w.people.End(w.ctx, s.Secret)) }, true},
		"when it is said to":          {func(w *world, s people.Session) { w.must(w.people.EndAll(w.ctx, alice)) }, true},
		"when the person is disabled": {func(w *world, _ people.Session) { w.enable(alice, false) }, true},
		"and does not come back with the person": {func(w *world, _ people.Session) {
			w.enable(alice, false)
			w.enable(alice, true)
		}, true},
		"when another password is set":     {func(w *world, _ people.Session) { w.setUp() }, true},
		"while nobody looked at a restore": {func(w *world, _ people.Session) { w.upTo = 1 }, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			_, s := w.setUp()
			tt.does(w, s)
			if _, err := w.people.Session(w.ctx, s.Secret); (err != nil) != tt.ends || tt.ends && !people.IsRefused(err) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A page that keeps itself up to date, at an empty desk, keeps no session open.
func TestWatchingIsNoUseOfASession(t *testing.T) {
	w := newWorld(t)
	_, session := w.setUp()
	_, err := w.people.Session(w.ctx, session.Secret)
	w.must(err)
	for range 29 {
		w.now = w.now.Add(time.Minute)
		if who, err := w.people.Watch(w.ctx, session.Secret); err != nil || who.Email != alice {
			t.Fatalf("a session in use is %+v, %v", who, err)
		}
	}
	w.now = w.now.Add(time.Minute)
	if _, err := w.people.Watch(w.ctx, session.Secret); !people.IsRefused(err) {
		t.Errorf("a session that was only watched for half an hour: %v", err)
	}
	if _, err := w.people.Session(w.ctx, session.Secret); !people.IsRefused(err) {
		t.Errorf("using it then: %v", err)
	}
}

// Open sessions are listed, and one can be ended without the others.
func TestOpenSessionsAreListedAndEndedOneByOne(t *testing.T) {
	w := newWorld(t)
	secret, first := w.setUp()
	w.now = w.now.Add(20 * time.Minute)
	_, err := w.people.Session(w.ctx, first.Secret)
	w.must(err)
	second, err := w.people.SignIn(w.ctx, alice, password, w.code(secret), "203.0.113.9:1")
	w.must(err)
	open, err := w.people.OpenSessions(w.ctx)
	w.must(err)
	if len(open) != 2 || open[0].Address != "203.0.113.9" || open[0].Method != "password" || !open[0].Since.Equal(w.now) ||
		!open[1].Since.Equal(w.now.Add(-21*time.Minute)) || !open[1].Seen.Equal(w.now) || !open[1].Until.Equal(w.now.Add(people.SessionIdle)) {
		t.Fatalf("open are %+v", open)
	}
	if _, err := w.people.EndSession(w.ctx, open[0].ID[:15], "a guess"); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("part of an id ends %v", err)
	}
	if ended, err := w.people.EndSession(w.ctx, open[0].ID, "left open"); err != nil || ended.Email != alice {
		t.Errorf("ended %+v, %v", ended, err)
	}
	if _, err := w.people.Session(w.ctx, second.Secret); !people.IsRefused(err) {
		t.Errorf("the session that was ended: %v", err)
	}
	if _, err := w.people.Session(w.ctx, first.Secret); err != nil {
		t.Errorf("the other: %v", err)
	}
	if _, err := w.people.EndSession(w.ctx, open[0].ID, "again"); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("ended again: %v", err)
	}
	recorded, err := w.store.ReadAll(w.ctx, 0, 100)
	w.must(err)
	recorded = slices.DeleteFunc(recorded, func(r eventstore.Recorded) bool { return r.Type != "audit.session_ended" })
	if n := len(recorded); n != 1 {
		t.Errorf("the log says %d times that a session was ended", n)
	}
	w.now = w.now.Add(people.SessionIdle)
	if open, err := w.people.OpenSessions(w.ctx); len(open) != 0 || err != nil {
		t.Errorf("unused for long, open are %+v, %v", open, err)
	}
	_, err = w.people.SignIn(w.ctx, alice, password, w.code(secret), home)
	w.must(err)
	w.enable(alice, false)
	w.enable(alice, true)
	if open, err := w.people.OpenSessions(w.ctx); len(open) != 0 || err != nil {
		t.Errorf("of who was disabled, open are %+v, %v", open, err)
	}
}

// Roles are read from the log at each request.
func TestASessionHasTheRolesOfTheMoment(t *testing.T) {
	w := newWorld(t)
	_, s := w.setUp()
	_, err := ledger.Execute(w.ctx, w.ledger, ledger.OperatorsStream(), domain.ChangeOperator{Email: alice, Roles: []string{domain.RoleViewer}}.Decide)
	w.must(err)
	if who, err := w.people.Session(w.ctx, s.Secret); err != nil || !slices.Equal(who.Scopes, []string{domain.ScopeOpsRead}) {
		t.Errorf("got %+v, %v", who, err)
	}
}

func TestAProviderVouchesForVerifiedAddressesOnly(t *testing.T) {
	w := newWorld(t)
	id := people.Identity{Issuer: "https://id.lantern.example", Subject: "1", Email: "Alice@lantern.example"}
	_, err := w.people.SignInAs(w.ctx, id, home)
	w.refused("an address that is not verified", err)
	id.Verified = true
	s, err := w.people.SignInAs(w.ctx, id, home)
	w.must(err)
	if _, err := w.people.Session(w.ctx, s.Secret); err != nil {
		t.Error(err)
	}
	id.Email = "mallory@lantern.example"
	_, err = w.people.SignInAs(w.ctx, id, home)
	w.refused("somebody else", err)
}

// No secret, password or code is readable in the folder.
func TestNothingThatSignsInIsReadableInTheFolder(t *testing.T) {
	w := newWorld(t)
	secret, s := w.setUp()
	for _, row := range []struct{ kind, id string }{{"password", alice}, {"totp-step", alice}} {
		r, ok, err := w.store.PersonRow(w.ctx, row.kind, row.id)
		w.must(err)
		if !ok || bytes.Contains(r.Value, []byte(secret)) || bytes.Contains(r.Value, []byte(password)) || bytes.Contains(r.Value, []byte(s.Secret)) {
			t.Errorf("%s: %s", row.kind, r.Value)
		}
	}
}
