package answers_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
)

// askedBack is a sent entry that the receiving bank was asked to return on
// Tuesday, 24 November 2026. Thanksgiving is on Thursday, so that the tenth
// banking day is Wednesday, 9 December.
func askedBack(s *story) *story {
	return s.add("2026-11-24T15:00:00Z", &domain.TransactionAskedBack{ItemID: "ask", ReplyTo: "out", Reason: "paid twice", AnswerBy: "2026-12-10T05:00:00Z"})
}

func TestAnEntryIsAskedBackOnceWhileItStands(t *testing.T) {
	ask := answers.AskBack{ItemID: "x", Reason: "paid twice"}
	declined := func() *story {
		return askedBack(sent()).add("2026-11-25T15:00:00Z", &domain.TransactionRejected{ItemID: "ask", Reason: "the receiver does not agree"})
	}
	lapsed := func() *story {
		return askedBack(sent()).add("2026-12-10T06:00:00Z", &domain.TransactionUnanswered{ItemID: "ask", Reason: "silence"})
	}
	reversed := sent().add("2026-11-24T15:00:00Z", &domain.TransactionReversalRequested{Outgoing: domain.Outgoing{ItemID: "rev", ReplyTo: "out", Reason: "duplicate"}})
	// Its reversal left and came back; then the return of the reversal may be sent back.
	cameBack := func(then ...domain.Event) *story {
		s := sent().add("2026-11-24T15:00:00Z", &domain.TransactionReversalRequested{Outgoing: domain.Outgoing{ItemID: "rev", ReplyTo: "out", Reason: "duplicate"}}).
			add("2026-11-24T15:30:00Z", &domain.TransactionFiled{ItemID: "rev", File: "f2", Batch: 1, Trace: "231380100000002"}).
			add("2026-11-25T12:00:00Z", returned("back", "rev", "R02", "2026-11-25"))
		for _, e := range then {
			s.add("2026-11-25T15:00:00Z", e)
		}
		return s
	}
	sentBack := &domain.TransactionDishonorRequested{Outgoing: domain.Outgoing{ItemID: "dis", ReplyTo: "back", Code: "R68"}}
	leaves := &domain.TransactionFiled{ItemID: "dis", File: "f3", Batch: 1, Trace: "231380100000003"}
	contest := &domain.TransactionContested{Incoming: domain.Incoming{ItemID: "con", ReplyTo: "dis", SettledOn: "2026-11-25"}}
	dishonor := answers.Dishonor{ItemID: "x", ReplyTo: "back", Code: "R68"}
	for name, tt := range map[string]question{
		"its reversal came back":  {cameBack().at("2026-11-25T20:00:00Z", delivered()), ask, ""},
		"and is to be sent again": {cameBack(sentBack).at("2026-11-25T20:00:00Z", delivered()), ask, domain.RuleBroken},
		"and was":                 {cameBack(sentBack, leaves).at("2026-11-25T20:00:00Z", delivered()), ask, domain.RuleBroken},
		"and the bank insists":    {cameBack(sentBack, leaves, contest).at("2026-11-25T20:00:00Z", delivered()), ask, ""},
		"and that was recalled":   {cameBack(sentBack, &domain.TransactionRecalled{ItemID: "dis"}).at("2026-11-25T20:00:00Z", delivered()), ask, ""},
		"its reversal is not sent again beside the request": {askedBack(cameBack()).at("2026-11-25T20:00:00Z", delivered()), dishonor, domain.RuleBroken},
		"but once that was withdrawn":                       {askedBack(cameBack()).add("2026-11-25T16:00:00Z", &domain.TransactionRecalled{ItemID: "ask"}).at("2026-11-25T20:00:00Z", delivered()), dishonor, ""},
		"an entry that stands":                              {sent().at("2026-11-24T20:00:00Z", delivered()), ask, ""},
		"a year later, by agreement":                        {sent().at("2027-11-24T20:00:00Z", delivered()), ask, ""},
		"by its id":                                         {sent().at("2026-11-24T20:00:00Z", delivered()), answers.AskBack{ItemID: "x", ReplyTo: "out", Reason: "paid twice"}, ""},
		"no reason is given":                                {sent().at("2026-11-24T20:00:00Z", delivered()), answers.AskBack{ItemID: "x", Reason: " "}, domain.Invalid},
		"no such event":                                     {sent().at("2026-11-24T20:00:00Z", delivered()), answers.AskBack{ItemID: "x", ReplyTo: "none", Reason: "paid twice"}, domain.Invalid},
		"it has not left":                                   {sent().at("2026-11-24T20:00:00Z"), ask, domain.RuleBroken},
		"a payment that came":                               {incoming().at("2026-11-24T20:00:00Z"), ask, domain.RuleBroken},
		"the same again":                                    {askedBack(sent()).at("2026-11-25T20:00:00Z", delivered()), ask, "again"},
		"for another reason":                                {askedBack(sent()).at("2026-11-25T20:00:00Z", delivered()), answers.AskBack{ItemID: "x", Reason: "wrong account"}, domain.AlreadyDone},
		"the bank declined: one may ask again":              {declined().at("2026-11-25T20:00:00Z", delivered()), ask, ""},
		"the bank was silent: one may ask again":            {lapsed().at("2026-12-10T20:00:00Z", delivered()), ask, ""},
		"it came back":                                      {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), ask, domain.RuleBroken},
		"by its id, too":                                    {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), answers.AskBack{ItemID: "x", ReplyTo: "out", Reason: "paid twice"}, domain.RuleBroken},
		"a return is not asked back":                        {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), answers.AskBack{ItemID: "x", ReplyTo: "ret", Reason: "paid twice"}, domain.RuleBroken},
		"it is being reversed":                              {reversed.at("2026-11-24T20:00:00Z", delivered()), ask, domain.RuleBroken},
		"and is not reversed beside the request":            {askedBack(sent()).at("2026-11-24T20:00:00Z", delivered()), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, domain.RuleBroken},
		"but once the bank declined":                        {declined().at("2026-11-25T20:00:00Z", delivered()), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, ""},
		"what was asked for is no R70":                      {askedBack(sent()).add("2026-11-30T12:00:00Z", returned("ret", "out", "R06", "2026-11-30")).at("2026-11-30T20:00:00Z", delivered()), answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: "R70"}, domain.RuleBroken},
		"what nobody asked for is":                          {outgoing("R06", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: "R70"}, ""},
	} {
		t.Run(name, func(t *testing.T) { tt.ask(t) })
	}
}

// In every order of arrival a return by agreement is matched to the request
// that stands, and no other is.
func TestAReturnIsMatchedToItsRequest(t *testing.T) {
	back := func(code string) domain.Event { return returned("ret", "out", code, "2026-12-11") }
	second := &domain.TransactionAskedBack{ItemID: "ask2", ReplyTo: "out", Reason: "paid twice", AnswerBy: "2026-12-28T05:00:00Z"}
	for name, tt := range map[string]struct {
		events   []domain.Event
		matched  string // the request
		state    domain.State
		leftOver domain.State // of the first request
	}{
		"R06 while it waits":             {[]domain.Event{back("R06")}, "ask", domain.WasAnswered, domain.WasAnswered},
		"R31 while it waits":             {[]domain.Event{back("R31")}, "ask", domain.WasAnswered, domain.WasAnswered},
		"it came back for another cause": {[]domain.Event{back("R02")}, "ask", domain.WasAnswered, domain.WasAnswered},
		"R06 after the ten days": {[]domain.Event{&domain.TransactionUnanswered{ItemID: "ask"}, back("R06")},
			"ask", domain.WasAnswered, domain.WasAnswered},
		"another cause after the ten days": {[]domain.Event{&domain.TransactionUnanswered{ItemID: "ask"}, back("R02")}, "", "", domain.Lapsed},
		"R06 though the bank had declined": {[]domain.Event{&domain.TransactionRejected{ItemID: "ask"}, back("R06")},
			"ask", domain.WasAnswered, domain.WasAnswered},
		"R06 after it was withdrawn": {[]domain.Event{&domain.TransactionRecalled{ItemID: "ask"}, back("R06")}, "", "", domain.Recalled},
		"R06 after a second request": {[]domain.Event{&domain.TransactionUnanswered{ItemID: "ask"}, second, back("R06")},
			"ask2", domain.WasAnswered, domain.Lapsed},
		"R06 of another item": {[]domain.Event{returned("ret", "other", "R06", "2026-12-11")}, "", "", domain.Asked},
	} {
		t.Run(name, func(t *testing.T) {
			s := askedBack(sent())
			for _, e := range tt.events {
				s.add("2026-12-11T12:00:00Z", e)
			}
			c := s.at("2026-12-11T20:00:00Z", delivered())
			ret, _ := c.Transaction.Item("ret")
			request := c.Transaction.Answering(ret)
			if (request == nil) != (tt.matched == "") || request != nil && (request.ID != tt.matched || request.State != tt.state) {
				t.Errorf("the return answers %+v, want %q", request, tt.matched)
			}
			if first, _ := c.Transaction.Item("ask"); first.State != tt.leftOver {
				t.Errorf("the first request is %s, want %s", first.State, tt.leftOver)
			}
		})
	}
}

// A return that was there before anybody asked: there is nothing to ask for.
func TestAReturnBeforeTheRequestLeavesNothingToAskFor(t *testing.T) {
	c := outgoing("R06", "2026-11-24").at("2026-11-25T20:00:00Z", delivered())
	for _, a := range c.Available() {
		if a.Name == "return_request" {
			t.Errorf("%+v is offered", a)
		}
	}
	if _, err := (answers.AskBack{ItemID: "x", Reason: "paid twice"}).Decide(c); domain.CodeOf(err) != domain.RuleBroken {
		t.Errorf("got %v", err)
	}
}

func TestARequestLapsesAfterTenBankingDays(t *testing.T) {
	c := sent().at("2026-11-24T20:00:00Z", delivered())
	d, err := answers.AskBack{ItemID: "ask", Reason: "paid twice"}.Decide(c)
	if err != nil {
		t.Fatal(err)
	}
	if by := d.Events[0].(domain.TransactionAskedBack).AnswerBy; by != "2026-12-10T05:00:00Z" {
		t.Errorf("it is to be answered by %s", by)
	}
	asked := askedBack(sent())
	for now, want := range map[string]int{"2026-12-10T04:59:59Z": 0, "2026-12-10T05:00:00Z": 1} {
		c := asked.at(now)
		if events, err := (domain.Unanswered{ItemID: "ask", Now: c.Now}).Decide(c.Transaction); err != nil || len(events) != want {
			t.Errorf("at %s: %v, %v", now, events, err)
		}
	}
	answered := askedBack(sent()).add("2026-11-30T12:00:00Z", returned("ret", "out", "R06", "2026-11-30")).at("2026-12-11T05:00:00Z")
	if events, err := (domain.Unanswered{ItemID: "ask", Now: answered.Now}).Decide(answered.Transaction); err != nil || len(events) != 0 {
		t.Errorf("an answered one: %v, %v", events, err)
	}
}
