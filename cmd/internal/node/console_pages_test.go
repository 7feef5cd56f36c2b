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

// ACHLEDGER_PICTURES=DIR writes the pictures of docs/console.md into a folder,
// and with ACHLEDGER_PICTURES_ALL=1 one of every page at every size.
func TestEveryPageShowsWithoutAComplaint(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	day.asks()
	web := newBrowser(t, day.Base)
	day.signIn(web, "m.ortiz@lantern.example", "approver", "admin")
	folder, all, manual := os.Getenv("ACHLEDGER_PICTURES"), os.Getenv("ACHLEDGER_PICTURES_ALL") != "", pictured(t)
	for _, view := range []struct {
		name       string
		wide, high int64
		scheme     string
	}{{"", 1280, 800, "light"}, {"-dark", 1280, 800, "dark"}, {"-small", 390, 844, "light"}} {
		web.looks(view.wide, view.high, view.scheme)
		for _, p := range day.pages() {
			web.visit("/console" + p[1])
			if folder != "" && (all || slices.Contains(manual, p[0]+view.name)) {
				web.shoot(filepath.Join(folder, p[0]+view.name+".png"))
			}
			web.quiet(p[0] + view.name)
			wide, room := value[int64](web, "document.documentElement.scrollWidth"), value[int64](web, "window.innerWidth")
			if wide > room {
				t.Errorf("%s%s is %d wide in a window of %d", p[0], view.name, wide, room)
			}
			if broken := value[string](web, brokenMail); broken != "" {
				t.Errorf("%s%s breaks %s over two lines", p[0], view.name, broken)
			}
			if cut := value[string](web, cutOff); cut != "" {
				t.Errorf("%s%s cuts off %s", p[0], view.name, cut)
			}
			if p[0] == "queue-held" && view.wide > 1000 {
				if share := value[float64](web, reasonShare); share < 0.2 {
					t.Errorf("the reason of a held entry has %.2f of the width of its table", share)
				}
			}
		}
	}
}
