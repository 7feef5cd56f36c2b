package node

import (
	"os"
	"path/filepath"
	"testing"
)

// pages are those of the console, by the name of their picture.
func (b *bankDay) pages() [][2]string {
	return [][2]string{
		{"today", ""}, {"queues", "/queues"}, {"queue-held", "/queues/held"}, {"queue-unmatched", "/queues/unmatched"}, {"queue-quarantine", "/queues/quarantine"},
		{"unmatched", "/unmatched/" + b.unmatchedRow}, {"transactions", "/transactions"}, {"transaction", "/transactions/" + b.gym + "/" + b.sent[1]},
		{"transaction-held", "/transactions/" + b.diner + "/" + b.held}, {"transaction-returned", "/transactions/" + b.gym + "/" + b.returned},
		{"files", "/files"}, {"file", "/files/" + b.file}, {"inbound", "/inbound"}, {"inbound-file", "/inbound/" + b.inbound}, {"inbound-quarantined", "/inbound/" + b.quarantined},
		{"returns", "/returns"}, {"money", "/money"}, {"clients", "/clients"}, {"client", "/clients/" + b.gym}, {"banks", "/banks"}, {"bank", "/banks/231380104"},
		{"system", "/system"}, {"search", "/search?q=nothing"},
	}
}

// ACHLEDGER_PICTURES=1 writes the pictures of docs/console.md again.
func TestEveryPageShowsWithoutAComplaint(t *testing.T) {
	day := newBankDay(t)
	web := newBrowser(t, day.Base)
	day.signIn(web, "m.ortiz@lantern.example", "approver", "admin")
	folder := os.Getenv("ACHLEDGER_PICTURES")
	for _, view := range []struct {
		name       string
		wide, high int64
		scheme     string
	}{{"", 1280, 800, "light"}, {"-dark", 1280, 800, "dark"}, {"-small", 390, 844, "light"}} {
		web.looks(view.wide, view.high, view.scheme)
		for _, p := range day.pages() {
			web.visit("/console" + p[1])
			if folder != "" {
				web.shoot(filepath.Join(folder, p[0]+view.name+".png"))
			}
			web.quiet(p[0] + view.name)
			wide, room := value[int64](web, "document.documentElement.scrollWidth"), value[int64](web, "window.innerWidth")
			if wide > room {
				t.Errorf("%s%s is %d wide in a window of %d", p[0], view.name, wide, room)
			}
		}
	}
}
