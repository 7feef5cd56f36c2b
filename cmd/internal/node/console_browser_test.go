package node

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdpruntime "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is one real browser for all tests, which starts with the first that
// needs it: to start costs it more than to show most pages.
var chromium struct {
	once   sync.Once
	ctx    context.Context
	cancel []context.CancelFunc
	err    error
}

// chromiumPath finds the browser that .ci/chromium installs.
func chromiumPath() (string, error) {
	path, err := exec.LookPath("chromium-headless-shell")
	if err != nil {
		path, err = exec.LookPath("chromium")
	}
	return path, err
}

// startChromium starts it with little of what only pays off for people: its threads
// compete with the server for the processors, and no page lives long enough for an
// optimizing compiler.
func startChromium() {
	path, err := chromiumPath()
	if err != nil {
		chromium.err = fmt.Errorf("no chromium: .ci/chromium installs it: %w", err)
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("js-flags", "--no-opt,--no-maglev,--single-threaded-gc"),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("hide-scrollbars", true))
	allocated, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocated)
	chromium.ctx, chromium.cancel = ctx, []context.CancelFunc{stop, end}
	chromium.err = chromedp.Do(ctx)
}

// stopChromium ends the browser, if one was started, and removes its profile.
func stopChromium() {
	for _, cancel := range chromium.cancel {
		cancel()
	}
}

// browser is a tab of a real browser with a fresh profile. Its complaints fail the
// test; see heard.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string

	heardOf *complaints
}

// complaints are the faults that a browser has reported about pages.
type complaints struct {
	mu   sync.Mutex
	list []string
}

func newBrowser(t *testing.T, base string) *browser {
	t.Helper()
	chromium.once.Do(startChromium)
	if chromium.err != nil {
		t.Fatal(chromium.err)
	}
	ctx, stop := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	ctx, end := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(end)
	b := &browser{t: t, ctx: ctx, base: base, heardOf: &complaints{}}
	b.must(chromedp.Do(ctx))
	b.must(chromedp.Listen(ctx, b.heard))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	b.must(err)
	_, err = chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	b.must(err) // several tests have a page in front at once
	return b
}

// heard collects a page's complaints: errors of scripts, violations of the content
// security policy, and requests to other hosts.
func (b *browser) heard(event any) {
	b.heardOf.mu.Lock()
	defer b.heardOf.mu.Unlock()
	add := func(text string) { b.heardOf.list = append(b.heardOf.list, text) }
	switch e := event.(type) {
	case *cdpruntime.EventExceptionThrown:
		add("exception: " + e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" {
			add("console: " + e.Entry.Text + " " + e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, b.base) && !strings.HasPrefix(u, "data:") {
			add("request to " + u)
		}
	}
}

// quiet fails the test if any page has complained since the last call.
func (b *browser) quiet(where string) {
	b.t.Helper()
	for _, c := range b.heardOf.take() {
		b.t.Errorf("%s: %s", where, c)
	}
}

// quietBut is quiet for all complaints that do not contain a text.
func (b *browser) quietBut(text string) {
	b.t.Helper()
	for _, c := range b.heardOf.take() {
		if !strings.Contains(c, text) {
			b.t.Error(c)
		}
	}
}

func (c *complaints) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.list
	c.list = nil
	return list
}

// tab opens another tab of the same browser, with the same cookies.
func (b *browser) tab() *browser {
	b.t.Helper()
	ctx, stop := chromedp.NewContext(b.ctx)
	b.t.Cleanup(stop)
	other := &browser{t: b.t, ctx: ctx, base: b.base, heardOf: &complaints{}}
	other.must(chromedp.Do(ctx))
	other.must(chromedp.Listen(ctx, other.heard))
	return other
}

func (b *browser) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// stepTimeout bounds a step in the tab. Without it a step that never ends would show
// only as the timeout of all tests.
const stepTimeout = 45 * time.Second

// does runs steps in the tab.
func (b *browser) does(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, stepTimeout)
	defer stop()
	b.must(chromedp.Do(ctx, steps...))
}

// visit opens a page of the console.
func (b *browser) visit(path string) {
	b.t.Helper()
	b.does(chromedp.Navigate(b.base+path), chromedp.WaitVisible(chromedp.CSS("main")))
}

// at is the address of the page in the tab.
func (b *browser) at() string {
	at, _ := chromedp.Run(b.ctx, chromedp.Location())
	return at
}

// text is what an element shows.
func (b *browser) text(selector string) string {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, stepTimeout)
	defer stop()
	text, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		b.t.Fatalf("%s at %s: %v", selector, b.at(), err)
	}
	return text
}

// value evaluates an expression in the page.
func value[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	b.must(err)
	return v
}

// looks sets the size of the window and the color scheme, light or dark.
func (b *browser) looks(wide, high int64, scheme string) {
	b.t.Helper()
	b.does(chromedp.EmulateViewport(wide, high))
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	b.must(err)
}
