package node

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/achledger/achledger/domain"
)

// key presses a key, and goes waits until the tab is at a path.
func (b *browser) key(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.does(chromedp.KeyEvent(k))
	}
}

func (b *browser) goes(to string) {
	b.t.Helper()
	eventually(b.t, "the tab is at "+to, func() bool {
		at, err := url.Parse(b.at())
		return err == nil && at.Path == to
	})
	b.does(chromedp.WaitVisible(chromedp.CSS("main")))
}

func TestTheConsoleIsWorkedByKeysAndPrinted(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	web := newBrowser(t, day.Base)
	day.signIn(web, "m.ortiz@lantern.example", domain.RoleOperator)

	for letter, to := range map[string]string{
		"q": "/queues", "x": "/transactions", "f": "/files", "i": "/inbound", "r": "/returns", "a": "/rates", "m": "/money", "e": "/exposure",
		"c": "/clients", "b": "/banks", "p": "/people", "y": "/policy", "s": "/system", "t": "",
	} {
		web.key("g", letter)
		web.goes("/console" + to)
	}
	web.visit("/console/transactions")
	web.key("j", "j", "k")
	if n := value[int](web, "[...document.querySelectorAll('main tbody tr')].findIndex((r) => r.classList.contains('chosen'))"); n != 0 {
		t.Errorf("down, down and up is row %d", n)
	}
	web.key("j")
	second := value[string](web, "new URL(document.querySelectorAll('main tbody tr')[1].querySelector('a').href).pathname")
	web.key("\r")
	web.goes(second)

	web.visit("/console/transactions/" + day.gym + "/" + day.sent[1])
	// A field of a record is explained when it gets the focus, as by the Tab key.
	value[bool](web, "(document.querySelector('.record .part').focus(), true)")
	if said, title := web.text("[data-explained]"), value[string](web, "document.querySelector('.record .part').title"); said != title || title == "" {
		t.Errorf("the first field of the record says %q, below stands %q", title, said)
	}
	// It is also explained when the mouse points at it.
	third := "document.querySelectorAll('.record .part')[2]"
	value[bool](web, third+".dispatchEvent(new MouseEvent('mouseenter'))")
	if said, title := web.text("[data-explained]"), value[string](web, third+".title"); said != title || title == "" {
		t.Errorf("a field that is pointed at says %q, below stands %q", title, said)
	}

	web.visit("/console")
	if text := web.text(".clock"); !strings.Contains(text, "New York") {
		t.Errorf("the clock says %q", text)
	}
	before := web.text("#day-files time")
	web.submit(".zone")
	web.says(".clock", "UTC")
	if after := web.text("#day-files time"); after == before {
		t.Errorf("a file cut at %s in New York was cut at %s in UTC", before, after)
	}
	web.submit(".zone")

	_, err := chromedp.Call(web.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	web.must(err)
	for what, gone := range map[string]bool{".side": true, ".top form": true, "main h1": false, "#waiting": false} {
		if hidden := value[bool](web, "getComputedStyle(document.querySelector('"+what+"')).display === 'none'"); hidden != gone {
			t.Errorf("on paper %s is hidden: %v", what, hidden)
		}
	}
	web.quiet("keys and paper")
}

// A live page refreshes itself while its session lasts. After a sign-out it goes to
// the sign-in page.
func TestAPageThatIsLeftOpenEndsWithItsSession(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	web := newBrowser(t, day.Base)
	day.signIn(web, "m.ortiz@lantern.example", domain.RoleViewer)
	web.visit("/console")
	web.must(day.server.signIns().SignOut(context.Background(), "m.ortiz@lantern.example", "a test"))
	eventually(t, "the tab is led to where one signs in", func() bool { return strings.HasSuffix(web.at(), "/console/sign-in") })
}
