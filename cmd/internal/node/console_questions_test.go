package node

import (
	"fmt"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
)

// follows opens the link of the page whose text contains step, as a reader would. A
// step "search TEXT" types the text into the search instead.
func (b *browser) follows(step string) {
	b.t.Helper()
	if typed, ok := strings.CutPrefix(step, "search "); ok {
		b.fill("#q", typed+"\r")
		eventually(b.t, "what was typed is found", func() bool { return !strings.Contains(b.at(), "/console/search") && b.at() != b.base+"/console" })
		return
	}
	mark := fmt.Sprintf(`(() => {
		const links = [...document.querySelectorAll("a[href]")].filter((a) => a.textContent.includes(%q));
		links.sort((a, b) => a.textContent.length - b.textContent.length);
		links[0]?.setAttribute("data-step", "here");
		return links.length > 0;
	})()`, step)
	if !value[bool](b, mark) {
		b.t.Fatalf("%s has no link %q", b.at(), step)
	}
	b.submit("[data-step=here]")
}

// Questions of somebody who has never seen the console. Each is answered by
// following the texts of links from the first page.
func TestWhoHasNeverSeenItFindsTheAnswers(t *testing.T) {
	t.Parallel()
	day := newBankDay(t)
	approver := day.signsIn("p.quill@lantern.example", domain.RoleApprover)
	approver.posts("/console/do/hold/"+day.dinerSecond, map[string][]string{"reason": {"a look at it"}}, 303)
	approver.posts("/console/do/approve/"+day.dinerSecond, map[string][]string{"reason": {"invoice 4471 seen"}}, 303)
	web := newBrowser(t, day.Base)
	web.looks(1280, 800, "light")
	day.signIn(web, "v.lund@lantern.example", domain.RoleViewer)
	for question, tt := range map[string]struct {
		steps  []string
		where  string
		answer []string
	}{
		"what leaves at 16:30, and how much":              {nil, "#windows", []string{"16:30", "$2,280.17", "Juniper Diner"}},
		"why is this entry held, and who can release it":  {[]string{"Held", "Marta Svensson"}, "main", []string{"far above what this company usually pays", "It can be released by p.quill@lantern.example"}},
		"what came back today":                            {[]string{"Came back today"}, "main", []string{"R01: Insufficient funds", "Pat Quill", "C01"}},
		"did this file arrive":                            {[]string{"Files out", "-1015"}, "main", []string{"acknowledged", "It accepted the file"}},
		"which company is near its limit":                 {[]string{"Exposure"}, "#nearest", []string{"Harbor Gym", "Credits settling on one day", "92."}},
		"where is trace 231380100000049":                  {[]string{"search 231380100000049"}, "main", []string{"Ines Okafor", "$2,153.17", "Put into a file", "231380100000049"}},
		"who approved that":                               {[]string{"Transactions", "Cook Two"}, "#what-happened", []string{"Approved", "invoice 4471 seen", "by p.quill@lantern.example"}},
		"what happens if nobody acts":                     {[]string{"Queues"}, "#all-queues", []string{"If nobody acts: It stays held", "If nobody acts: What is in quarantine is not applied"}},
		"what does the bank owe us on Tuesday":            {[]string{"Money"}, "#owed", []string{"So far the bank owes us $972.33 on Tue 17 Nov 2026", "Into the reserve account"}},
		"what do we owe the bank on Wednesday":            {[]string{"Money", "Day after"}, "#owed", []string{"So far we owe the bank $8,989.51 on Wed 18 Nov 2026"}},
		"is the ledger healthy":                           {nil, "#health", []string{"writing", "up to date"}},
		"which company's debits come back too often":      {[]string{"Rates"}, "#rates", []string{"1840000017", "Harbor Gym", "4 of 40, limit 15%"}},
		"is that company stopped":                         {[]string{"Rates", "1840000017"}, ".head", []string{"Company 1840000017", "too few to act on"}},
		"what is wrong with the file that was held back":  {[]string{"Quarantine", "torn.ach"}, "main", []string{"quarantined"}},
		"who may pay through this ledger, and since when": {[]string{"Clients", "Harbor Gym"}, "main", []string{"active", "10:15, 14:30, 16:30", "Set for the first time"}},
		"who can approve, and what takes two people":      {[]string{"Policy"}, "main", []string{"1 person can approve", "Approve what is held", "one person"}},
	} {
		t.Run(question, func(t *testing.T) {
			at := *web
			at.t = t
			at.visit("/console")
			for _, step := range tt.steps {
				at.follows(step)
			}
			at.says(tt.where, tt.answer...)
		})
	}
	web.quiet("the questions")
}
