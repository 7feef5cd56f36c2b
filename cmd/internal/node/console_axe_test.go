package node

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// serious asks axe-core for its serious and critical findings of inaccessibility,
// each with the elements that it is about.
const serious = `axe.run(document, {resultTypes: ["violations"], preload: false}).then(found => found.violations
	.filter(v => v.impact === "serious" || v.impact === "critical")
	.map(v => v.id + ", " + v.help + ": " + v.nodes.slice(0, 5).map(n => n.target.join(" ") + " " +
		n.any.concat(n.all, n.none).map(c => c.message).join("; ")).join(" | ")))`

// Every page, in light and in dark, on a large screen and a small one.
func TestAxeFindsNothingSeriousOnAnyPage(t *testing.T) {
	t.Parallel()
	axe := axeCore(t)
	day := newBankDay(t)
	day.asks()
	if _, err := day.server.AddOperator(t.Context(), NewOperator{Email: "m.ortiz@lantern.example", Roles: []string{"viewer"}}); err != nil {
		t.Fatal(err) // one of the pages is about this person
	}
	for _, view := range []struct {
		name       string
		wide, high int64
		scheme     string
	}{{"light", 1280, 800, "light"}, {"dark", 1280, 800, "dark"}, {"small", 390, 844, "light"}} {
		t.Run(view.name, func(t *testing.T) {
			web := newBrowser(t, day.Base)
			_, err := chromedp.Call(web.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: axe})
			web.must(err) // every page has it, and it is sent once
			web.looks(view.wide, view.high, view.scheme)
			web.visit("/console/sign-in")
			web.accessible("sign-in")
			day.signIn(web, view.name+"@lantern.example", "approver", "admin")
			for _, p := range day.pages() {
				web.visit("/console" + p[1])
				web.accessible(p[0])
			}
		})
	}
}

// accessible fails the test if axe-core finds something serious.
func (b *browser) accessible(page string) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, stepTimeout)
	defer stop()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](serious, chromedp.EvalAwaitPromise))
	b.must(err)
	for _, f := range found {
		b.t.Errorf("%s: %s", page, f)
	}
}

// axeCore is the source of axe-core, which .ci/node installs.
func axeCore(t *testing.T) string {
	t.Helper()
	program, err := os.ReadFile(filepath.Join("..", "..", "..", ".ci", "npm", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("no axe-core: run bash .ci/node (%v)", err)
	}
	return string(program)
}
