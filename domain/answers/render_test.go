package answers_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
)

// rendered writes the file of an answer that was decided for, under a trace of
// the bank that sent or received the payment.
func rendered(t *testing.T, s *story, d answers.Decision) string {
	t.Helper()
	event := d.Events[0]
	switch e := event.(type) {
	case domain.TransactionDishonorRequested:
		event = &e
	case domain.TransactionRefusalRequested:
		event = &e
	case domain.TransactionReturnRequested:
		event = &e
	}
	s.add("2026-11-25T20:00:00Z", event)
	i, _ := s.t.Item(d.ItemID)
	e, err := s.t.EntryOf(i)
	if err != nil {
		t.Fatal(err)
	}
	e.Header.Number, e.Header.ServiceClass = 1, nacha.MixedClass
	e.Entry.Account, e.Entry.Trace = "4000001", s.t.ODFI()[:8]+"0000017"
	if e.Entry.RefusedChange != nil {
		e.Entry.RefusedChange.Data = "12345"
	}
	content, err := nacha.Render(nacha.File{
		Header:  nacha.FileHeader{ImmediateDestination: "061000146", ImmediateOrigin: "841234567", CreatedOn: "261125", CreatedAt: "1430", Modifier: "A"},
		Batches: []nacha.Batch{{Header: e.Header, Entries: []nacha.Entry{e.Entry}}},
	}, "\n")
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// What R61 and C61 are for: the record names another receiving bank than ours.
func TestAMisroutedAnswerIsSentBackByTheBankThatSentTheEntry(t *testing.T) {
	misrouted := returned("ret", "out", "R01", "2026-11-24")
	misrouted.Entry.Routing = "091400606"
	s := sent().add("2026-11-24T12:00:00Z", misrouted)
	d, err := answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: "R61"}.Decide(s.at("2026-11-25T20:00:00Z", delivered()))
	if err != nil {
		t.Fatal(err)
	}
	if file := rendered(t, s, d); !strings.Contains(file, "231380100000017") {
		t.Errorf("it does not leave under a trace of ours:\n%s", file)
	}

	change := &domain.TransactionCorrected{Incoming: domain.Incoming{ItemID: "noc", ReplyTo: "out", SettledOn: "2026-11-24",
		Header: nacha.BatchHeader{SEC: "COR", ODFI: "12104288", CompanyName: "HARBOR GYM", CompanyID: "1840000017", Description: "DUES NOV"},
		Entry: nacha.Entry{Code: 26, Routing: "091400606", Trace: "121042880000601", Correction: &nacha.Correction{
			Code: "C01", OriginalTrace: "231380100000001", OriginalRouting: "12104288"}}}}
	s = sent().add("2026-11-24T12:00:00Z", change)
	d, err = answers.RefuseChange{ItemID: "x", ReplyTo: "noc", Code: "C61"}.Decide(s.at("2026-11-25T20:00:00Z", delivered()))
	if err != nil {
		t.Fatal(err)
	}
	if file := rendered(t, s, d); !strings.Contains(file, "231380100000017") {
		t.Errorf("it does not leave under a trace of ours:\n%s", file)
	}
}

func TestAnAnswerThatNoFileCanCarryIsRefusedWithItsField(t *testing.T) {
	nobody := incoming()
	nobody.t.Received.Header.ODFI = "99999999"
	letters := incoming()
	letters.t.Received.Header.ODFI = "1210428X"
	for name, tt := range map[string]struct {
		s    *story
		do   command
		at   string
		text string
	}{
		"a sender that no routing number has":   {nobody, answers.Return{ItemID: "x", ReplyTo: "in", Code: "R03"}, "/ReplyToEventId", "routing number"},
		"a correction for it":                   {nobody, answers.Correct{ItemID: "x", ReplyTo: "in", Code: "C01", Data: "12345"}, "/ReplyToEventId", "routing number"},
		"a sender that is not digits":           {letters, answers.Return{ItemID: "x", ReplyTo: "in", Code: "R03"}, "/ReplyToEventId", "eight digits"},
		"a contest that lacks the return's day": {unfiled(), answers.Contest{ItemID: "x", ReplyTo: "d1", Code: "R73"}, "/ReplyToEventId", "date of the return"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.do.Decide(tt.s.at("2026-11-24T20:00:00Z"))
			var r *domain.Refusal
			if !errors.As(err, &r) || r.Code != domain.RuleBroken || len(r.Fields) != 1 || r.Fields[0].Pointer != tt.at || !strings.Contains(r.Reason, tt.text) {
				t.Errorf("got %#v, want it refused at %s for its %s", err, tt.at, tt.text)
			}
		})
	}
}

// unfiled is dishonored although our return of it never left.
func unfiled() *story {
	return incoming().add("2026-11-23T15:00:00Z", &domain.TransactionReturnRequested{Outgoing: domain.Outgoing{ItemID: "r1", ReplyTo: "in", Code: "R01"}}).
		add("2026-11-24T12:00:00Z", &domain.TransactionDishonored{Incoming: domain.Incoming{ItemID: "d1", ReplyTo: "r1", SettledOn: "2026-11-24",
			Header: nacha.BatchHeader{SEC: "CCD", ODFI: "12104288", CompanyName: "COUNTY TAX", CompanyID: "3750000099", Description: "TAXES", SettlementDay: "328"},
			Entry: nacha.Entry{Code: 26, Routing: "231380104", AmountCents: 2500000, Trace: "121042880000090", Dishonored: &nacha.Dishonored{
				Code: "R68", OriginalTrace: "121042880000081", OriginalRouting: "23138010", ReturnTrace: "231380100000003", ReturnSettlement: "328", ReturnCode: "01"}}}})
}
