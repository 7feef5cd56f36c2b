package node

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/achledger/achledger/domain"
)

// A page that keeps itself up to date leaves its reader where the reader is: the row
// that was chosen by keys, the focus on its link, and what was opened.
func TestAnOpenPageLeavesItsReaderInPlace(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	web := newBrowser(t, day.Base)
	day.signIn(web, "m.ortiz@lantern.example", domain.RoleOperator)
	web.key("j", "j")
	const focus = "document.activeElement.href ?? document.activeElement.tagName"
	before := value[string](web, focus)
	if !strings.Contains(before, "/console/queues/") {
		t.Fatalf("the focus is on %s", before)
	}
	value[bool](web, "(document.querySelector('#windows details').open = true)")
	day.send(day.dinerKey, "push", "Cook Three", 2290)
	eventually(t, "the page has the new entry", func() bool { return strings.Contains(web.text("#windows"), "$4,570.34") })
	if after := value[string](web, focus); after != before {
		t.Errorf("the focus went from %s to %s", before, after)
	}
	if !value[bool](web, "document.querySelector('#windows details').open") {
		t.Error("what was opened is closed")
	}

	// A held entry: the queue on the page changes, and the row stays chosen.
	approver := day.signsIn("p.quill@lantern.example", domain.RoleApprover)
	approver.posts("/console/do/hold/"+day.dinerSecond, url.Values{"reason": {"a look at it"}}, 303)
	eventually(t, "the page counts it", func() bool { return strings.Contains(web.text("#waiting"), "$26,780.34") })
	if after := value[string](web, focus); after != before {
		t.Errorf("the focus went from %s to %s", before, after)
	}
	if chosen := value[string](web, "document.querySelector('tr.chosen a')?.href ?? ''"); chosen != before {
		t.Errorf("chosen is %q", chosen)
	}
	web.quiet("a page that was left open")
}

// Two clicks send a form once, and the answer has the focus and is said once.
func TestTwoClicksAreOneRequest(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	web := newBrowser(t, day.Base)
	day.signIn(web, "m.ortiz@lantern.example", domain.RoleOperator)
	web.visit("/console/system")
	before := day.server.Ledger.Now()
	value[bool](web, `(() => {
		const form = document.querySelector("form[action*=clock]");
		form.querySelector("select").value = "1h";
		form.querySelector("button").click();
		form.querySelector("button").click();
		return true;
	})()`)
	web.does(chromedp.WaitVisible(chromedp.CSS(".done")))
	if moved := day.server.Ledger.Now().Sub(before); moved < time.Hour || moved >= 2*time.Hour {
		t.Errorf("two clicks moved the clock by %s", moved)
	}
	eventually(t, "the answer has the focus", func() bool { return value[string](web, "document.activeElement.className") == "done" })
	eventually(t, "a reload does not say it again", func() bool { return !strings.Contains(web.at(), "done=") })
	web.quiet("two clicks")
}

// A session ends while somebody types: the page stays, and what was typed can be
// sent after signing in.
func TestWhatIsBeingTypedOutlivesTheSession(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	web := newBrowser(t, day.Base)
	day.signIn(web, "m.ortiz@lantern.example", domain.RoleApprover)
	page := "/console/transactions/" + day.diner + "/" + day.held
	web.visit(page)
	web.fill("form[action*=approve] input[name=reason]", "a new oven, invoice seen")
	value[bool](web, `(() => {
		const stream = new EventSource("/console/live");
		stream.addEventListener("changed", () => { window.opened = true; });
		stream.addEventListener("ended", () => { stream.close(); window.ended = true; });
		return true;
	})()`)
	eventually(t, "the stream is open", func() bool { return value[bool](web, "window.opened === true") })
	web.must(day.server.signIns().SignOut(t.Context(), "m.ortiz@lantern.example", "a test"))
	eventually(t, "the page is told that the session has ended", func() bool { return value[bool](web, "window.ended === true") })
	web.submit("form[action*=approve] button")
	web.says("main", "nothing was done")
	web.quietBut("401")
	secret, _, err := day.server.signIns().DirectLink(t.Context(), "m.ortiz@lantern.example")
	web.must(err)
	web.fill("#link", secret)
	web.submit("form[action$=link] button")
	if typed := value[string](web, "document.querySelector('form[action*=approve] input[name=reason]').value"); typed != "a new oven, invoice seen" {
		t.Errorf("what was typed is %q", typed)
	}
	web.submit("form[action*=approve] button")
	web.says(".done", "approved")
	web.goes(page)
	web.quiet("after signing in again")
}
