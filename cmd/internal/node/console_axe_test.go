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

// withAxe gives axe-core to every page that the tab opens from now on; it is sent once.
func (b *browser) withAxe(t *testing.T) {
	t.Helper()
	_, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: axeCore(t)})
	b.must(err)
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
