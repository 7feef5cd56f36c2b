package node

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"github.com/achledger/achledger/domain"
)

// says fails the test if an element lacks one of the texts.
func (b *browser) says(selector string, wants ...string) {
	b.t.Helper()
	text := b.text(selector)
	for _, want := range wants {
		if !strings.Contains(text, want) {
			b.t.Errorf("%s does not say %q but %q", selector, want, text)
		}
	}
}

// fill writes into a field; submit sends the form of a button.
func (b *browser) fill(selector, text string) {
	b.t.Helper()
	value[string](b, fmt.Sprintf("document.querySelector(%q).value = ''", selector))
	b.does(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// choose selects one of the options of a field.
func (b *browser) choose(selector, one string) {
	b.t.Helper()
	if got := value[string](b, fmt.Sprintf("(document.querySelector(%q).value = %q, document.querySelector(%q).value)", selector, one, selector)); got != one {
		b.t.Fatalf("%s does not offer %q", selector, one)
	}
}

func (b *browser) submit(selector string) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, stepTimeout)
	defer stop()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		b.t.Fatalf("%s at %s: %v", selector, b.at(), err)
	}
}

func TestAPersonSetsAPasswordAndAnAppAndSignsInWithThem(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	web := newBrowser(t, r.Base)
	link, err := r.server.AddOperator(context.Background(), NewOperator{Email: "m.ortiz@lantern.example", Roles: []string{domain.RoleOperator}})
	web.must(err)

	web.visit("/console/sign-in#" + link.Secret)
	if at := value[string](web, "location.href"); strings.Contains(at, link.Secret) {
		t.Errorf("the secret stays in the address: %s", at)
	}
	web.submit("form[action$=link] button")
	key := web.text("#secret")
	code := func() string {
		c, err := totp.GenerateCode(key, time.Now())
		web.must(err)
		return c
	}
	web.fill("#code", code())
	web.fill("#password", "a walk along the harbour")
	web.fill("#again", "a walk along the harbour")
	web.submit("button.first")
	web.says("#waiting", "Needs attention")
	web.quiet("setting a password")

	web.submit(".who button")
	web.visit("/console/money")
	web.says("main", "E-mail address") // the sign-in page
	web.fill("#email", "m.ortiz@lantern.example")
	web.fill("#password", "a walk along the pier")
	web.fill("#code", "000000")
	web.submit("form[action$=sign-in] button")
	web.quietBut("401")
	if text := web.text(".alarm"); text == "" || strings.Contains(text, "password") && strings.Contains(text, "wrong password") {
		t.Errorf("a wrong password is answered with %q", text)
	}
	// A code of the app works once, and this one was just used: wait for the next.
	for used := code(); code() == used; time.Sleep(500 * time.Millisecond) {
	}
	web.fill("#email", "m.ortiz@lantern.example")
	web.fill("#password", "a walk along the harbour")
	web.fill("#code", code())
	web.submit("form[action$=sign-in] button")
	web.says("h1", "Money") // the page that was asked for
}

func TestOperationsWorkTheirQueuesInABrowser(t *testing.T) {
	t.Parallel()
	t.Run("at a desk", func(t *testing.T) { operationsWork(t, 1280, 800, "light") })
	t.Run("on a telephone in the dark", func(t *testing.T) { operationsWork(t, 390, 844, "dark") })
}

func operationsWork(t *testing.T, wide, high int64, scheme string) {
	day := newBankDay(t)
	web := newBrowser(t, day.Base)
	web.looks(wide, high, scheme)
	day.signIn(web, "m.ortiz@lantern.example", domain.RoleApprover)

	// Held: found in its queue, approved with a reason, and the page says who.
	web.says("#waiting", "Held", "$24,500.17")
	web.visit("/console/queues/held")
	web.says("main", "Marta Svensson", "far above what this company usually pays", "Juniper Diner")
	web.submit("#held tbody a")
	web.fill("form[action*=approve] input[name=reason]", "a new oven, invoice seen")
	web.submit("form[action*=approve] button")
	web.says(".done", "approved")
	web.says("#what-happened", "Approved", "a new oven, invoice seen", "by m.ortiz@lantern.example")

	// Unmatched: given to a client.
	web.visit("/console/unmatched/" + day.unmatchedRow)
	web.says("main", "CITY UTILITIES", "$182.50")
	web.choose("form[action*=assign] select[name=client]", day.gym)
	web.submit("form[action*=assign] button")
	web.says(".done", "is assigned")
	web.says(".head", "assigned")

	// The page moves the clock, and the file appears in a tab that is left open
	// without being reloaded.
	other := web.tab()
	other.visit("/console")
	if strings.Contains(other.text("#day-files"), "1630") {
		t.Fatal("the file is there before its window")
	}
	web.visit("/console/system")
	web.does(chromedp.SetValue(chromedp.CSS("select[name=advance]"), "6h"))
	web.submit("form[action*=clock] button")
	web.does(chromedp.SetValue(chromedp.CSS("select[name=advance]"), "1h"))
	web.submit("form[action*=clock] button")
	eventually(t, "the file of 16:30 stands on the page", func() bool { return strings.Contains(other.text("#day-files"), "1630") })
	other.quiet("the page that was left open")

	// Found by name and amount, by the last four, and by its trace number.
	for typed, found := range map[string]string{"okafor 2,153.17": "Ines Okafor", "2153": "Ines Okafor", "juniper": "Juniper Diner"} {
		web.visit("/console/search?q=" + url.QueryEscape(typed))
		web.says("main", found)
	}
	// Found by its trace number.
	web.does(chromedp.KeyEvent("/"))
	web.fill("#q", "231380100000049\r")
	web.does(chromedp.WaitVisible(chromedp.CSS("#what-happened")))
	web.says("main", "Ines Okafor", "$2,153.17", "C01", "231380100000049")
	web.quiet("the queues")
}

func TestTheConsoleCanBeReadWithoutAScript(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	web := newBrowser(t, day.Base)
	day.signIn(web, "m.ortiz@lantern.example", domain.RoleViewer)
	_, err := chromedp.Call(web.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	web.must(err)
	web.looks(390, 844, "light")
	for _, p := range day.pages() {
		response, err := chromedp.Run(web.ctx, chromedp.NavigateResponse(day.Base+"/console"+p[1]))
		web.must(err)
		if response.Status != 200 {
			t.Errorf("%s answers %d", p[0], response.Status)
		}
		web.says("nav", "Today", "System")
	}
	web.visit("/console/transactions/" + day.diner + "/" + day.held)
	web.says("main", "Marta Svensson", "far above", "Your role does not include")
}

func TestASearchOpensWhatIsFoundAlone(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	web := newBrowser(t, day.Base)
	day.signIn(web, "viewer@lantern.example", domain.RoleViewer)
	for q, page := range map[string]string{
		day.returned: "/console/transactions/" + day.gym + "/" + day.returned, day.heldEvent: "/console/transactions/" + day.diner + "/" + day.held,
		day.file: "/console/files/" + day.file, day.gym: "/console/clients/" + day.gym,
	} {
		web.visit("/console/search?q=" + q)
		if at := value[string](web, "location.pathname"); at != page {
			t.Errorf("a search for %s leads to %s, want %s", q, at, page)
		}
	}
	web.visit("/console/search?q=Pending")
	web.says("main", "read as status “Pending”", "Transaction")
	web.visit("/console/search?q=zzzz")
	web.says("main", "Nothing is found")
}
