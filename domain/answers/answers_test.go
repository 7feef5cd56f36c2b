package answers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
)

// story builds a transaction event by event.
type story struct{ t domain.Transaction }

func (s *story) add(at string, e domain.Event) *story {
	when, err := time.Parse(time.RFC3339, at)
	if err != nil {
		panic(err)
	}
	n := s.t.Version + 1
	s.t.Evolve(domain.Fact{Event: e, Meta: domain.Meta{At: when}, Version: n, Position: n})
	return s
}

func (s *story) at(now string, files ...domain.File) answers.Case {
	when, err := time.Parse(time.RFC3339, now)
	if err != nil {
		panic(err)
	}
	c := answers.Case{Transaction: s.t, Now: when, Files: map[string]domain.File{}}
	for _, f := range files {
		c.Files[f.ID] = f
	}
	return c
}

// incoming is a CCD debit from a county tax office that settled on Monday,
// 23 November 2026; Thursday of that week is Thanksgiving.
func incoming() *story {
	return (&story{}).add("2026-11-23T12:00:00Z", &domain.TransactionReceived{
		TransactionID: "t1",
		Incoming: domain.Incoming{
			ItemID: "in", Inbound: "file", SettledOn: "2026-11-23",
			Header: nacha.BatchHeader{SEC: "CCD", ODFI: "12104288", CompanyName: "COUNTY TAX", CompanyID: "3750000099",
				Description: "TAXES", SettlementDay: "327"},
			Entry: nacha.Entry{Code: 27, Routing: "231380104", AmountCents: 2500000, Trace: "121042880000081"},
		},
	})
}

// outgoing is a PPD debit that settled on Monday and came back.
func outgoing(code, on string) *story {
	return sent().add(on+"T12:00:00Z", returned("ret", "out", code, on))
}

func sent() *story {
	return (&story{}).add("2026-11-20T15:00:00Z", &domain.TransactionOriginated{
		TransactionID: "t1", ItemID: "out",
		Proposal: domain.Proposal{SEC: "PPD", PushPull: domain.Pull, FromRouting: "231380104", ToRouting: "121042882",
			ToAccountType: "checking", AmountCents: 1025, ToName: "TEST PERSON 01", Description: "DUES NOV", CompanyID: "1840000017"},
		CompanyName: "HARBOR GYM",
	}).add("2026-11-20T19:00:00Z", &domain.TransactionFiled{ItemID: "out", File: "f1", Batch: 1, Trace: "231380100000001"})
}

func returned(id, to, code, on string) *domain.TransactionReturned {
	return &domain.TransactionReturned{Incoming: domain.Incoming{
		ItemID: id, ReplyTo: to, SettledOn: on,
		Header: nacha.BatchHeader{SEC: "PPD", ODFI: "12104288", SettlementDay: "328",
			CompanyName: "HARBOR GYM", CompanyID: "1840000017", Description: "DUES NOV"},
		Entry: nacha.Entry{Code: 26, Routing: "231380104", AmountCents: 1025, Trace: "121042880000501",
			Return: &nacha.Return{Code: code, OriginalTrace: "231380100000001", OriginalRouting: "12104288"}},
	}}
}

func fee(notice string) answers.ReturnFee {
	return answers.ReturnFee{ItemID: "x", ReplyTo: "ret", AmountCents: 2500, NoticeGivenOn: notice}
}

// charged is a debit that came back R01, and for which a fee was asked.
func charged(cents int64) *story {
	return outgoing("R01", "2026-11-24").add("2026-11-25T12:00:00Z", &domain.TransactionReturnFeeRequested{
		Outgoing: domain.Outgoing{ItemID: "fee", ReplyTo: "ret", AmountCents: cents, NoticeGivenOn: "2026-11-20"},
	})
}

// delivered is the file our entry left in.
func delivered() domain.File {
	return domain.File{ID: "f1", DeliveredAt: time.Date(2026, 11, 20, 19, 5, 0, 0, time.UTC),
		Batches: []domain.FileBatch{{BatchHeader: nacha.BatchHeader{Number: 1, EffectiveOn: "261123"}}}}
}

// carried is the same file where its client takes it to the bank.
func carried() domain.File {
	f := delivered()
	f.DeliveredAt, f.State, f.Opened.Method = time.Time{}, domain.FileIsRendered, domain.ByDownload
	return f
}

type command interface {
	Decide(answers.Case) (answers.Decision, error)
}

// question is a command about a case, and what is to come of it.
type question struct {
	c    answers.Case
	do   command
	want domain.Code // "" accepted, "again" for an answer given before
}

func (q question) ask(t *testing.T) answers.Decision {
	t.Helper()
	d, err := q.do.Decide(q.c)
	got := domain.CodeOf(err)
	if err == nil && len(d.Events) == 0 {
		got = "again"
	}
	if got != q.want {
		t.Errorf("got %q (%v), want %q", got, err, q.want)
	}
	return d
}

func TestAnAnswerIsAllowedInTimeAndOnceAlone(t *testing.T) {
	afterReturn := func(s *story) *story {
		return s.add("2026-11-23T15:00:00Z", &domain.TransactionReturnRequested{Outgoing: domain.Outgoing{ItemID: "r1", ReplyTo: "in", Code: "R01"}})
	}
	dishonored := incoming().add("2026-11-23T15:00:00Z", &domain.TransactionReturnRequested{Outgoing: domain.Outgoing{ItemID: "r1", ReplyTo: "in", Code: "R01"}}).
		add("2026-11-23T19:30:00Z", &domain.TransactionFiled{ItemID: "r1", File: "f2", Batch: 1, Trace: "231380100000003"}).
		add("2026-11-25T12:00:00Z", &domain.TransactionDishonored{Incoming: domain.Incoming{ItemID: "d1", ReplyTo: "r1", SettledOn: "2026-11-25",
			Header: nacha.BatchHeader{SEC: "CCD", ODFI: "12104288", CompanyName: "COUNTY TAX", CompanyID: "3750000099", Description: "TAXES", SettlementDay: "329"},
			Entry: nacha.Entry{Code: 26, Routing: "231380104", AmountCents: 2500000, Trace: "121042880000090", Dishonored: &nacha.Dishonored{
				Code: "R68", OriginalTrace: "121042880000081", OriginalRouting: "23138010", ReturnTrace: "231380100000003", ReturnSettlement: "328", ReturnCode: "01"}}}})
	corrected := sent().add("2026-11-24T12:00:00Z", &domain.TransactionCorrected{Incoming: domain.Incoming{ItemID: "noc", ReplyTo: "out", SettledOn: "2026-11-24",
		Header: nacha.BatchHeader{SEC: "COR", ODFI: "12104288", CompanyName: "HARBOR GYM", CompanyID: "1840000017", Description: "DUES NOV"},
		Entry: nacha.Entry{Code: 26, Routing: "231380104", Trace: "121042880000601", Correction: &nacha.Correction{
			Code: "C01", OriginalTrace: "231380100000001", OriginalRouting: "12104288"}}}})
	twice := outgoing("R01", "2026-11-24").
		add("2026-11-25T12:00:00Z", &domain.TransactionRetryRequested{Outgoing: domain.Outgoing{ItemID: "y1", ReplyTo: "ret"}}).
		add("2026-11-30T12:00:00Z", returned("ret2", "y1", "R01", "2026-11-30")).
		add("2026-12-01T12:00:00Z", &domain.TransactionRetryRequested{Outgoing: domain.Outgoing{ItemID: "y2", ReplyTo: "ret2"}}).
		add("2026-12-03T12:00:00Z", returned("ret3", "y2", "R01", "2026-12-03"))
	again := outgoing("R01", "2026-11-24").
		add("2026-12-07T12:00:00Z", &domain.TransactionRetryRequested{Outgoing: domain.Outgoing{ItemID: "y1", ReplyTo: "ret"}}).
		add("2026-12-07T15:00:00Z", &domain.TransactionFiled{ItemID: "y1", File: "f9", Batch: 1, Trace: "231380100000009"})
	presented := delivered()
	presented.ID, presented.Batches[0].EffectiveOn = "f9", "261208"
	saturday := delivered()
	saturday.Batches[0].EffectiveOn = "261121"

	for name, tt := range map[string]question{
		"a debit is returned in time":                  {incoming().at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R01"}, ""},
		"the last file of Tuesday's day is in time":    {incoming().at("2026-11-25T07:14:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R01"}, ""},
		"a minute later it is not":                     {incoming().at("2026-11-25T07:16:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R01"}, domain.ReturnWindowClosed},
		"a statement reviewed today has days left":     {incoming().at("2026-11-30T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R05", StatementOn: "2026-11-30"}, ""},
		"its sixth banking day opens":                  {incoming().at("2026-12-01T07:16:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R05", StatementOn: "2026-11-20"}, domain.ReturnWindowClosed},
		"a minute before that it is in time":           {incoming().at("2026-12-01T07:14:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R05", StatementOn: "2026-11-20"}, ""},
		"without a statement sixty days hold":          {incoming().at("2027-01-20T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R05"}, ""},
		"and they hold beside the statement":           {incoming().at("2027-01-27T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R05", StatementOn: "2027-01-26"}, domain.ReturnWindowClosed},
		"a statement of tomorrow was not reviewed":     {incoming().at("2026-11-30T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R05", StatementOn: "2026-12-01"}, domain.RuleBroken},
		"R01 needs no statement":                       {incoming().at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R01", StatementOn: "2026-11-24"}, domain.RuleBroken},
		"R29 goes with CCD":                            {incoming().at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R29"}, ""},
		"R53 does not":                                 {incoming().at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R53"}, domain.RuleBroken},
		"R23 is for credits":                           {incoming().at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R23"}, domain.RuleBroken},
		"R13 is the operator's":                        {incoming().at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R13"}, domain.RuleBroken},
		"R00 is no code":                               {incoming().at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R00"}, domain.Invalid},
		"R14 of tomorrow":                              {incoming().at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R14", DateOfDeath: "2026-11-25"}, domain.RuleBroken},
		"R14 of another century":                       {incoming().at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R14", DateOfDeath: "1926-11-20"}, domain.Invalid},
		"R14 of today":                                 {incoming().at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R14", DateOfDeath: "2026-11-24"}, ""},
		"R14 needs a date of death":                    {incoming().at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R14"}, domain.Invalid},
		"the identical return again is answered again": {afterReturn(incoming()).at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R01"}, "again"},
		"a second return is refused":                   {afterReturn(incoming()).at("2026-11-24T20:00:00Z"), answers.Return{ItemID: "x", ReplyTo: "in", Code: "R02"}, domain.AlreadyDone},
		"our own entry is not ours to return":          {sent().at("2026-11-24T20:00:00Z", delivered()), answers.Return{ItemID: "x", ReplyTo: "out", Code: "R01"}, domain.RuleBroken},

		"a return is dishonored in time":              {outgoing("R01", "2026-11-24").at("2026-12-01T20:00:00Z", delivered()), answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: "R68"}, ""},
		"Thanksgiving is no banking day":              {outgoing("R01", "2026-11-24").at("2026-12-02T07:00:00Z", delivered()), answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: "R68"}, ""},
		"the sixth banking day is too late":           {outgoing("R01", "2026-11-24").at("2026-12-03T15:00:00Z", delivered()), answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: "R68"}, domain.ReturnWindowClosed},
		"R70 answers R06 and R31 only":                {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: "R70"}, domain.RuleBroken},
		"R69 names the fields":                        {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: "R69", Information: "amount"}, domain.Invalid},
		"an untimely dishonor is contested":           {dishonored.at("2026-11-27T20:00:00Z"), answers.Contest{ItemID: "x", ReplyTo: "d1", Code: "R73"}, ""},
		"R75 does not answer R68":                     {dishonored.at("2026-11-27T20:00:00Z"), answers.Contest{ItemID: "x", ReplyTo: "d1", Code: "R75"}, domain.RuleBroken},
		"a change is refused":                         {corrected.at("2026-12-08T20:00:00Z", delivered()), answers.RefuseChange{ItemID: "x", ReplyTo: "noc", Code: "C68"}, ""},
		"not after fifteen days":                      {corrected.at("2026-12-11T20:00:00Z", delivered()), answers.RefuseChange{ItemID: "x", ReplyTo: "noc", Code: "C68"}, domain.ReturnWindowClosed},
		"a sent entry is reversed":                    {sent().at("2026-11-24T20:00:00Z", delivered()), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, ""},
		"one that was not sent is recalled":           {sent().at("2026-11-24T20:00:00Z"), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, domain.RuleBroken},
		"one that came back is not reversed":          {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, domain.RuleBroken},
		"nor after five banking days":                 {sent().at("2026-12-02T20:00:00Z", delivered()), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, domain.ReturnWindowClosed},
		"what is dated a Saturday settled on Monday":  {sent().at("2026-12-01T20:00:00Z", saturday), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, ""},
		"what was presented again is reversed":        {again.at("2026-12-14T20:00:00Z", delivered(), presented), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, ""},
		"until five banking days after that":          {again.at("2026-12-16T20:00:00Z", delivered(), presented), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, domain.ReturnWindowClosed},
		"not before that was sent":                    {again.at("2026-12-07T20:00:00Z", delivered()), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, domain.RuleBroken},
		"R01 is presented again":                      {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), answers.Retry{ItemID: "x", ReplyTo: "ret"}, ""},
		"it came back from a file its client carried": {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", carried()), answers.Retry{ItemID: "x", ReplyTo: "ret"}, ""},
		"one that was corrected was carried, too":     {corrected.at("2026-11-25T20:00:00Z", carried()), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, ""},
		"of one not heard of nobody knows":            {sent().at("2026-11-25T20:00:00Z", carried()), answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}, domain.RuleBroken},
		"a fee for R01":                               {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), fee("2026-11-20"), ""},
		"it settles within 45 days":                   {outgoing("R01", "2026-11-24").at("2027-01-08T07:14:00Z", delivered()), fee("2026-11-20"), ""},
		"and not after them":                          {outgoing("R01", "2026-11-24").at("2027-01-08T07:16:00Z", delivered()), fee("2026-11-20"), domain.ReturnWindowClosed},
		"no fee goes with R02":                        {outgoing("R02", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), fee("2026-11-20"), domain.RuleBroken},
		"the receiver was told before it settled":     {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), fee("2026-11-24"), domain.RuleBroken},
		"nobody was told":                             {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), fee(""), domain.Invalid},
		"a fee of nothing":                            {outgoing("R01", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), answers.ReturnFee{ItemID: "x", ReplyTo: "ret", NoticeGivenOn: "2026-11-20"}, domain.Invalid},
		"the same fee is asked for again":             {charged(2500).at("2026-11-25T20:00:00Z", delivered()), fee("2026-11-20"), "again"},
		"another fee for the same return":             {charged(100).at("2026-11-25T20:00:00Z", delivered()), fee("2026-11-20"), domain.AlreadyDone},
		"after the first was recalled":                {charged(100).add("2026-11-25T12:00:00Z", &domain.TransactionRecalled{ItemID: "fee"}).at("2026-11-25T20:00:00Z", delivered()), fee("2026-11-20"), ""},
		"no fee for a fee that came back":             {charged(2500).add("2026-11-30T12:00:00Z", returned("ret2", "fee", "R01", "2026-11-30")).at("2026-11-30T20:00:00Z", delivered()), answers.ReturnFee{ItemID: "x", ReplyTo: "ret2", AmountCents: 2500, NoticeGivenOn: "2026-11-20"}, domain.RuleBroken},
		"nor is the entry presented again for it":     {charged(2500).add("2026-11-30T12:00:00Z", returned("ret2", "fee", "R01", "2026-11-30")).at("2026-11-30T20:00:00Z", delivered()), answers.Retry{ItemID: "x", ReplyTo: "ret2"}, domain.RuleBroken},
		"a charged return is presented again":         {charged(2500).at("2026-11-25T20:00:00Z", delivered()), answers.Retry{ItemID: "x", ReplyTo: "ret"}, ""},
		"a charged return is not dishonored":          {charged(2500).at("2026-11-25T20:00:00Z", delivered()), answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: "R68"}, domain.RuleBroken},
		"R02 is not":                                  {outgoing("R02", "2026-11-24").at("2026-11-25T20:00:00Z", delivered()), answers.Retry{ItemID: "x", ReplyTo: "ret"}, domain.RuleBroken},
		"twice is all":                                {twice.at("2026-12-04T20:00:00Z", delivered()), answers.Retry{ItemID: "x", ReplyTo: "ret3"}, domain.RuleBroken},
		"an older return is not the one to ask":       {twice.at("2026-12-04T20:00:00Z", delivered()), answers.Retry{ItemID: "x", ReplyTo: "ret"}, "again"},
	} {
		t.Run(name, func(t *testing.T) {
			if d := tt.ask(t); tt.want == "" && d.ItemID != "x" {
				t.Errorf("the answer's item is %q", d.ItemID)
			}
		})
	}
}

func TestWhatIsAvailableCanBeDone(t *testing.T) {
	for name, tt := range map[string]struct {
		c    answers.Case
		want string
	}{
		"a pending entry":           {(&story{}).add("2026-11-20T15:00:00Z", &domain.TransactionOriginated{ItemID: "out"}).at("2026-11-20T15:00:00Z"), "recall "},
		"an incoming debit":         {incoming().at("2026-11-24T15:00:00Z"), "return correct "},
		"an old incoming CCD":       {incoming().at("2026-12-24T15:00:00Z"), "return "},
		"a sent entry":              {sent().at("2026-11-24T15:00:00Z", delivered()), "reverse return_request "},
		"one that is asked back":    {askedBack(sent()).at("2026-11-24T15:00:00Z", delivered()), "recall "},
		"one that came back R01":    {outgoing("R01", "2026-11-24").at("2026-11-25T15:00:00Z", delivered()), "dishonor retry return_fee "},
		"one its client carried":    {sent().at("2026-11-24T15:00:00Z", carried()), ""},
		"that came back R01":        {outgoing("R01", "2026-11-24").at("2026-11-25T15:00:00Z", carried()), "dishonor retry return_fee "},
		"a month later":             {outgoing("R01", "2026-11-24").at("2026-12-25T15:00:00Z", delivered()), "retry return_fee "},
		"when 180 days have gone":   {outgoing("R01", "2026-11-24").at("2027-06-25T15:00:00Z", delivered()), ""},
		"one that came back as R02": {outgoing("R02", "2026-11-24").at("2026-11-25T15:00:00Z", delivered()), "dishonor "},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			for _, a := range tt.c.Available() {
				got += a.Name + " "
				if !a.Deadline.IsZero() && !a.Deadline.After(tt.c.Now) {
					t.Errorf("%s ended on %s", a.Name, a.Deadline)
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAReversalOfWhatIsNotKnownToHaveLeftSaysWhatCanBeDone(t *testing.T) {
	cut := delivered()
	cut.DeliveredAt, cut.State = time.Time{}, domain.FileIsCut
	waits := sent().add("2026-11-20T19:30:00Z", &domain.TransactionReleasedFromFile{ItemID: "out", File: "f1"})
	for name, tt := range map[string]struct {
		c    answers.Case
		want string
	}{
		"it waits for a file":    {waits.at("2026-11-20T20:00:00Z"), "recall it instead"},
		"its file is on its way": {sent().at("2026-11-20T20:00:00Z", cut), "f1, which has not been delivered yet"},
		"its client carries it":  {sent().at("2026-11-20T20:00:00Z", carried()), "confirm that it was carried"},
	} {
		_, err := answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}.Decide(tt.c)
		if domain.CodeOf(err) != domain.RuleBroken || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
