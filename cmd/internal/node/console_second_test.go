package node

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/achledger/achledger/domain"
)

// When two people are required, a request of one person waits for another, who finds
// it in the queue.
func TestASecondPersonApprovesInABrowser(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	web := newBrowser(t, day.Base)
	day.signsIn("p.quill@lantern.example", domain.RoleApprover)
	day.signsIn("a.bell@lantern.example", domain.RoleAdmin)
	day.signIn(web, "m.ortiz@lantern.example", domain.RoleApprover)
	day.must(200, day.ops, "PUT", "/v1/ops/policy", object{"four_eyes": true}, nil)

	// asks has the person who is signed in ask for what is held to be approved.
	held := "/console/transactions/" + day.diner + "/" + day.held
	asks := func(why string) (request string) {
		t.Helper()
		web.visit(held)
		web.fill("form[action*=approve] input[name=reason]", why)
		web.submit("form[action*=approve] button")
		web.says(".done", "another person")
		web.says(".head", "Held")
		web.submit(".done a")
		web.says("#asked", "Approved", why, "held: ")
		web.says("main", "m.ortiz@lantern.example", "asked")
		web.says("#decide", "Withdraw")
		if value[bool](web, "document.querySelector('form[action*=approve-request]') !== null") {
			t.Error("who asked is offered to approve it")
		}
		return value[string](web, "location.pathname")
	}

	request := asks("no invoice yet")
	day.signIn(web, "p.quill@lantern.example", domain.RoleApprover)
	web.says("#waiting", "Approvals")
	web.visit("/console/queues/approvals?by=others")
	web.says("#approvals", "m.ortiz@lantern.example", "Approve what is held")
	web.submit("#approvals tbody a")
	web.does(chromedp.Click(chromedp.CSS("#decide details:last-child summary")))
	web.fill("form[action*=refuse-request] input[name=reason]", "ask them for the invoice")
	web.submit("form[action*=refuse-request] button")
	web.says(".done", "refused")
	web.says("main", "ask them for the invoice", "by p.quill@lantern.example")
	web.visit(held)
	web.says(".head", "Held")

	day.signIn(web, "m.ortiz@lantern.example", domain.RoleApprover)
	expired := asks("invoice seen")
	day.clock("2026-11-18 12:00")
	web.visit(expired)
	web.says(".head", "expired")
	web.says("#decide", "Nothing can be done")
	web.visit("/console/queues/approvals?state=expired")
	web.says("#approvals", "Approve what is held", "expired")
	web.visit("/console/queues/approvals?state=refused")
	web.says("#approvals", "refused", "ended by p.quill@lantern.example")

	asks("invoice seen again")
	day.signIn(web, "p.quill@lantern.example", domain.RoleApprover)
	web.visit(held)
	web.says(".request", "Approve what is held", "asked by m.ortiz@lantern.example")
	if value[bool](web, "document.querySelector('details[open] form[action*=approve]') !== null") {
		t.Error("a request waits, and the page suggests to make another")
	}
	web.submit(".request a")
	web.submit("form[action*=approve-request] button")
	web.says(".done", "approved")
	web.visit(held)
	web.says("#what-happened", "Approved", "invoice seen again", "by p.quill@lantern.example, asked for by m.ortiz@lantern.example", "Open the request")
	if value[bool](web, "document.querySelector('.request') !== null") {
		t.Error("a request that was approved is shown as waiting")
	}
	web.visit(request)
	web.says(".head", "refused")
	web.quiet("two people")
}
