package node

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// pages are those of the console, by the name of their picture.
func (b *bankDay) pages() [][2]string {
	list := [][2]string{
		{"today", ""}, {"queues", "/queues"}, {"queue-held", "/queues/held"}, {"queue-unmatched", "/queues/unmatched"}, {"queue-quarantine", "/queues/quarantine"},
		{"unmatched", "/unmatched/" + b.unmatchedRow}, {"transactions", "/transactions"}, {"transaction", "/transactions/" + b.gym + "/" + b.sent[1]},
		{"transaction-held", "/transactions/" + b.diner + "/" + b.held}, {"transaction-waiting", "/transactions/" + b.diner + "/" + b.waits}, {"transaction-returned", "/transactions/" + b.gym + "/" + b.returned},
		{"files", "/files"}, {"file", "/files/" + b.file}, {"inbound", "/inbound"}, {"inbound-file", "/inbound/" + b.inbound}, {"inbound-settled", "/inbound/" + b.inbound + "?bank=231380104&settles=2026-11-13"}, {"inbound-quarantined", "/inbound/" + b.quarantined},
		{"returns", "/returns"}, {"money", "/money"}, {"clients", "/clients"}, {"client", "/clients/" + b.gym}, {"banks", "/banks"}, {"bank", "/banks/231380104"},
		{"approvals", "/queues/approvals"}, {"queue-returned", "/queues/returned"}, {"queue-delivery", "/queues/delivery"},
		{"queue-decisions", "/queues/decisions"}, {"queue-requests", "/queues/requests"}, {"queue-answers", "/queues/answers"}, {"people", "/people"}, {"person", "/people/m.ortiz@lantern.example"}, {"policy", "/policy"},
		{"rates", "/rates"}, {"rates-company", "/rates/" + b.gym + "/1840000017?class=overall"}, {"exposure", "/exposure"}, {"exposure-entries", "/exposure/entries?bank=231380104&money=credit&from=2026-11-16&to=2026-11-18"},
		{"waiting", "/waiting"}, {"queue-held-age", "/queues/held?age=hour"},
		{"system", "/system"}, {"search", "/search?q=nothing"},
	}
	if b.request != "" {
		list = append(list, [2]string{"approval", "/approvals/" + b.request})
	}
	return list
}

// brokenMail is an e-mail address among the facts of a page that has no line of its
// own.
const brokenMail = `[...document.querySelectorAll(".facts dd")].flatMap(dd => {
	const walk = document.createTreeWalker(dd, NodeFilter.SHOW_TEXT), broken = [];
	for (let text; text = walk.nextNode();) {
		for (const mail of text.data.matchAll(/\S+@\S+/g)) {
			const range = document.createRange();
			range.setStart(text, mail.index);
			range.setEnd(text, mail.index + mail[0].length);
			if (new Set([...range.getClientRects()].map(r => r.top)).size > 1) broken.push(mail[0]);
		}
	}
	return broken;
}).join(" ")`

// cutOff opens what can be opened and names the fields that end beyond the window.
const cutOff = `(() => {
	document.querySelectorAll("main details").forEach(d => d.open = true);
	return [...document.querySelectorAll("main form *, main table.fields-of")]
		.filter(e => e.getBoundingClientRect().right > window.innerWidth)
		.map(e => e.tagName + " " + (e.name || e.textContent.trim().slice(0, 30))).join(", ");
})()`

// reasonShare is how much of the width of the list of held entries their reasons
// have.
const reasonShare = `(() => {
	const table = document.querySelector("#held table");
	return table.querySelector("td[data-name='Why it is held']").offsetWidth / table.offsetWidth;
})()`

// Every page, on a large screen in light and in dark, and on a small one. What axe-core
// finds is a complaint too.
//
// ACHLEDGER_PICTURES=DIR writes the pictures of docs/console.md into a folder,
// and with ACHLEDGER_PICTURES_ALL=1 one of every page at every size.
func TestEveryPageShowsWithoutAComplaint(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	day.asks()
	if _, err := day.server.AddOperator(t.Context(), NewOperator{Email: "m.ortiz@lantern.example", Roles: []string{"viewer"}}); err != nil {
		t.Fatal(err) // one of the pages is about this person
	}
	folder, all, manual := os.Getenv("ACHLEDGER_PICTURES"), os.Getenv("ACHLEDGER_PICTURES_ALL") != "", pictured(t)
	for _, view := range []struct {
		name       string
		wide, high int64
		schemes    []string
	}{{"large", 1280, 800, []string{"light", "dark"}}, {"small", 390, 844, []string{"light"}}} {
		t.Run(view.name, func(t *testing.T) {
			web := newBrowser(t, day.Base)
			web.withAxe(t)
			// in shows the page in each scheme, and takes its picture.
			in := func(page string) {
				for _, scheme := range view.schemes {
					name := page
					if scheme == "dark" {
						name += "-dark"
					}
					if view.name == "small" {
						name += "-small"
					}
					web.looks(view.wide, view.high, scheme)
					web.accessible(name)
					if folder != "" && (all || slices.Contains(manual, name)) {
						web.shoot(filepath.Join(folder, name+".png"))
					}
				}
			}
			web.looks(view.wide, view.high, "light")
			web.visit("/console/sign-in")
			in("sign-in")
			day.signIn(web, view.name+"@lantern.example", "approver", "admin")
			for _, p := range day.pages() {
				web.looks(view.wide, view.high, "light")
				web.visit("/console" + p[1])
				in(p[0])
				web.quiet(p[0])
				web.fits(p[0], view.wide)
			}
		})
	}
}

// fits fails the test if something on a page has no room in a window of a width. It
// opens what can be opened.
func (b *browser) fits(page string, wide int64) {
	b.t.Helper()
	needs, room := value[int64](b, "document.documentElement.scrollWidth"), value[int64](b, "window.innerWidth")
	if needs > room {
		b.t.Errorf("%s is %d wide in a window of %d", page, needs, room)
	}
	if broken := value[string](b, brokenMail); broken != "" {
		b.t.Errorf("%s breaks %s over two lines", page, broken)
	}
	if cut := value[string](b, cutOff); cut != "" {
		b.t.Errorf("%s cuts off %s", page, cut)
	}
	if page == "queue-held" && wide > 1000 {
		if share := value[float64](b, reasonShare); share < 0.2 {
			b.t.Errorf("the reason of a held entry has %.2f of the width of its table", share)
		}
	}
}
