package domain_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
	"github.com/achledger/achledger/domain/nacha"
)

// deciding is an answer to an event of a case.
type deciding interface {
	Decide(answers.Case) (answers.Decision, error)
}

// Whatever another bank sends and a client answers to it: what the rulebook
// took is written, and reads back.
func TestWhatAnswersTookRendersAndReadsBack(t *testing.T) {
	n, d := rolls(t, 20_000)
	taken := map[domain.ItemKind]int{}
	for range n {
		sent := d.IntN(2) == 0
		story := d.received()
		if sent {
			story = d.cameBack()
		}
		c := answers.Case{Transaction: story, Now: tuesday, Files: map[string]domain.File{"f1": {
			ID: "f1", DeliveredAt: noon, Batches: []domain.FileBatch{{BatchHeader: nacha.BatchHeader{Number: 1, EffectiveOn: "261123"}}},
		}}}
		command := d.answer(sent)
		decision, err := command.Decide(c)
		if err != nil {
			if domain.CodeOf(err) == "" {
				t.Fatalf("%#v: %v is no refusal", command, err)
			}
			continue
		}
		if len(decision.Events) == 0 {
			continue // asked before
		}
		item, file := answerFile(t, story, decision, command)
		taken[item.Kind]++
		leaves(t, file, command)
	}
	t.Logf("taken: %v", taken)
	for _, kind := range []domain.ItemKind{
		domain.Return, domain.Correction, domain.Dishonor, domain.Contest, domain.RefusedChange, domain.Retry, domain.Reversal,
	} {
		if taken[kind] < n/2000 {
			t.Errorf("only %d of kind %s were taken", taken[kind], kind)
		}
	}
}

// tuesday is when all is answered; what came settled on Monday.
var tuesday = time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)

// answerFile is the file of an answer that was taken.
func answerFile(t *testing.T, story domain.Transaction, decision answers.Decision, command deciding) (*domain.Item, nacha.File) {
	t.Helper()
	recorded, err := json.Marshal(decision.Events[0])
	if err != nil {
		t.Fatal(err)
	}
	event, err := domain.New(decision.Events[0].Type())
	if err == nil {
		err = json.Unmarshal(recorded, event)
	}
	if err != nil {
		t.Fatal(err)
	}
	tell(&story, event)
	item, _ := story.Item(decision.ItemID)
	e, err := story.EntryOf(item)
	if err != nil {
		t.Fatal(err)
	}
	e.Entry.Account = "4000001"
	if correct, ok := command.(answers.Correct); ok {
		e.Entry.Correction.Data = correct.Data
	}
	if e.Entry.RefusedChange != nil {
		e.Entry.RefusedChange.Data = "12345678"
	}
	return item, fileOf(e, story.ODFI(), settings().File)
}

// answer draws one to what came, or to what came back.
func (d dice) answer(sent bool) deciding {
	information := d.maybe("01*03", 44)
	if !sent {
		switch d.IntN(3) {
		case 0:
			return answers.Contest{ItemID: "x", ReplyTo: "d1", Code: d.of("R71", "R72", "R73", "R74", "R75", "R76", "R77")}
		case 1:
			code := d.of("C01", "C02", "C03", "C05", "C06", "C07", "C09", "C13")
			return answers.Correct{ItemID: "x", ReplyTo: "in", Code: code, Data: d.text(correctedData[code], 29)}
		default:
			all := codes.Returns(calendar.DateOf(tuesday))
			return answers.Return{ItemID: "x", ReplyTo: "in", Code: all[d.IntN(len(all))].Code, Information: information,
				DateOfDeath: d.of("", "", "", "2026-11-01")}
		}
	}
	switch d.IntN(4) {
	case 0:
		return answers.RefuseChange{ItemID: "x", ReplyTo: "noc", Code: d.of("C61", "C62", "C63", "C64", "C65", "C66", "C67", "C68", "C69")}
	case 1:
		return answers.Retry{ItemID: "x", ReplyTo: "ret"}
	case 2:
		return answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}
	default:
		return answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: d.of("R61", "R62", "R67", "R68", "R69", "R70"), Information: information}
	}
}

var correctedData = map[string]string{
	"C01": "12345678", "C02": "121042882", "C03": "121042882   12345678", "C05": "37", "C06": "12345678            37",
	"C07": "12104288212345678         37", "C09": "MEMBER 18", "C13": "",
}

// theirs is the header of a batch of another bank as the reader has it.
func (d dice) theirs(h nacha.BatchHeader) nacha.BatchHeader {
	h.Number, h.ServiceClass, h.SettlementDay, h.EffectiveOn = 7, nacha.MixedClass, "327", d.of("261123", "", "000000")
	h.OriginatorStatus = d.of("1", "2")
	h.ODFI = d.of("12104288", "09140060", "99999999", "50000000", "00000001", "01100001")
	if d.IntN(4) > 0 {
		h.ODFI = "12104288"
	}
	return h
}

// received is a payment of another bank, and sometimes the return that was
// sent back for it and came back dishonored.
func (d dice) received() domain.Transaction {
	drawn := d.entry()
	h, e := d.theirs(drawn.Header), drawn.Entry
	e.Routing, e.Trace, e.Account = d.of("231380104", "091400606"), h.ODFI+"0000081", ""
	t := domain.Transaction{Client: "gym"}
	tell(&t, &domain.TransactionReceived{TransactionID: "t", Incoming: domain.Incoming{
		ItemID: "in", Inbound: "f", SettledOn: "2026-11-23", Header: h, Entry: e,
	}})
	if d.IntN(2) == 0 {
		return t
	}
	tell(&t, &domain.TransactionReturnRequested{Outgoing: domain.Outgoing{ItemID: "r1", ReplyTo: "in", Code: "R01"}})
	if d.IntN(4) > 0 {
		tell(&t, &domain.TransactionFiled{ItemID: "r1", File: "f1", Batch: 1, Trace: "231380100000003"})
	}
	back := e
	back.Code, back.Trace, back.Addenda05, back.Addenda02, back.IAT = int(nacha.TransactionCode(e.Code).ForReturn()), h.ODFI+"0000090", nil, "", nil
	back.Dishonored = &nacha.Dishonored{Code: d.of("R61", "R62", "R67", "R68", "R69", "R70"), OriginalTrace: e.Trace, OriginalRouting: e.Routing[:8],
		ReturnTrace: "231380100000003", ReturnSettlement: "328", ReturnCode: "01"}
	tell(&t, &domain.TransactionDishonored{Incoming: domain.Incoming{ItemID: "d1", ReplyTo: "r1", SettledOn: "2026-11-24", Header: h, Entry: back}})
	return t
}

// cameBack is a debit of ours that left, came back, and was corrected.
func (d dice) cameBack() domain.Transaction {
	t := domain.Transaction{Client: "gym"}
	p := domain.Proposal{SEC: "PPD", PushPull: domain.Pull, FromRouting: "231380104", ToRouting: "121042882", ToAccountType: domain.Checking,
		ToName: "TEST PERSON 01", Description: "DUES NOV", AmountCents: 1025, CompanyID: "1840000017"}
	tell(&t, &domain.TransactionOriginated{TransactionID: "t", ItemID: "out", Proposal: p, CompanyName: "HARBOR GYM"})
	tell(&t, &domain.TransactionFiled{ItemID: "out", File: "f1", Batch: 1, Trace: "231380100000001"})
	if d.IntN(4) == 0 {
		return t
	}
	h := d.theirs(d.entry().Header)
	h.SEC, h.IAT, h.CompanyName = "PPD", nil, d.text("HARBOR GYM", 16)
	e := nacha.Entry{Code: 26, Routing: d.of("231380104", "091400606"), AmountCents: 1025, Name: d.maybe("TEST PERSON 01", 22),
		IndividualID: d.maybe("MEMBER 17", 15), Discretionary: d.maybe("S", 2), Trace: fmt.Sprintf("%s%07d", h.ODFI, 1+d.IntN(999))}
	ret := e
	ret.Return = &nacha.Return{Code: d.of("R01", "R06", "R09", "R31"), OriginalTrace: "231380100000001", OriginalRouting: "12104288"}
	tell(&t, &domain.TransactionReturned{Incoming: domain.Incoming{ItemID: "ret", ReplyTo: "out", SettledOn: "2026-11-23", Header: h, Entry: ret}})
	h.SEC = "COR"
	noc := e
	noc.AmountCents, noc.Correction = 0, &nacha.Correction{Code: "C01", OriginalTrace: "231380100000001", OriginalRouting: "12104288"}
	tell(&t, &domain.TransactionCorrected{Incoming: domain.Incoming{ItemID: "noc", ReplyTo: "out", SettledOn: "2026-11-23", Header: h, Entry: noc}})
	return t
}

func tell(t *domain.Transaction, e domain.Event) {
	t.Evolve(domain.Fact{Event: e, Meta: domain.Meta{At: tuesday}, Version: t.Version + 1, Position: t.Version + 1})
}
