package projections

import (
	"reflect"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// What an item shows, spelled out: the views and a fold share the code that
// says it, so comparing them with each other would not notice it going wrong.
func TestWhatAnItemShows(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 11, 23, 15, minute, 0, 0, time.UTC) }
	files := map[string]domain.File{
		"sent": {
			DeliveredAt: at(30), Cut: &domain.FileCut{},
			Batches: []domain.FileBatch{{BatchHeader: nacha.BatchHeader{Number: 1, EffectiveOn: "261125"}}, {BatchHeader: nacha.BatchHeader{Number: 2, EffectiveOn: "261124"}}},
		},
		"cut": {Cut: &domain.FileCut{}, Batches: []domain.FileBatch{{BatchHeader: nacha.BatchHeader{Number: 1, EffectiveOn: "261127"}}}},
	}
	origination := domain.Fact{Event: &domain.TransactionOriginated{TransactionID: "t", ItemID: "i", Proposal: domain.Proposal{AmountCents: 500}},
		Meta: domain.Meta{At: at(0)}, Position: 10, Version: 1}
	then := func(minute int, position int64, e domain.Event) domain.Fact {
		return domain.Fact{Event: e, Meta: domain.Meta{At: at(minute)}, Position: position, Version: 2}
	}
	for name, tt := range map[string]struct {
		facts []domain.Fact
		want  Item
	}{
		"just originated": {nil, Item{Status: Pending, Position: 10, History: []StatusAt{{Pending, at(0)}}}},
		"held: still Pending, with the reason": {
			[]domain.Fact{then(1, 11, &domain.TransactionHeld{ItemID: "i", Reason: "screening"})},
			Item{Status: Pending, Reason: "screening", Position: 11, History: []StatusAt{{Pending, at(0)}}},
		},
		"rejected": {
			[]domain.Fact{then(2, 12, &domain.TransactionRejected{ItemID: "i", Reason: "sanctions"})},
			Item{Status: Rejected, Reason: "sanctions", Position: 12, History: []StatusAt{{Pending, at(0)}, {Rejected, at(2)}}},
		},
		"recalled after a hold": {
			[]domain.Fact{then(1, 11, &domain.TransactionHeld{ItemID: "i", Reason: "screening"}), then(3, 13, &domain.TransactionRecalled{ItemID: "i"})},
			Item{Status: Recalled, Position: 13, History: []StatusAt{{Pending, at(0)}, {Recalled, at(3)}}},
		},
		"in a file that was not sent yet": {
			[]domain.Fact{then(4, 14, &domain.TransactionFiled{ItemID: "i", File: "cut", Batch: 1, Trace: "231380100000001"})},
			Item{Status: Released, FileID: "cut", Trace: "231380100000001", EffectiveOn: "2026-11-27", Position: 14,
				History: []StatusAt{{Pending, at(0)}, {Released, at(4)}}},
		},
		"in a file that was sent": {
			[]domain.Fact{then(4, 14, &domain.TransactionFiled{ItemID: "i", File: "sent", Batch: 2, Trace: "231380100000001"})},
			Item{Status: Transmitted, FileID: "sent", Trace: "231380100000001", EffectiveOn: "2026-11-24", Position: 14,
				History: []StatusAt{{Pending, at(0)}, {Released, at(4)}, {Transmitted, at(30)}}},
		},
		"released from a file that was sent": {
			[]domain.Fact{then(4, 14, &domain.TransactionFiled{ItemID: "i", File: "sent", Batch: 1, Trace: "231380100000001"}),
				then(40, 15, &domain.TransactionReleasedFromFile{ItemID: "i", File: "sent", Reason: "refused"})},
			Item{Status: Pending, Reason: "refused", Position: 15,
				History: []StatusAt{{Pending, at(0)}, {Released, at(4)}, {Transmitted, at(30)}, {Pending, at(40)}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			tx := domain.Transaction{Client: "gym"}
			for _, f := range append([]domain.Fact{origination}, tt.facts...) {
				tx.Evolve(f)
			}
			tt.want.Client, tt.want.TransactionID, tt.want.ItemID = "gym", "t", "i"
			tt.want.Kind, tt.want.Direction, tt.want.AmountCents, tt.want.MadeAt = domain.Origination, domain.ToFed, 500, at(0)
			if got := DescribeItems(&tx, files); !reflect.DeepEqual(got, []Item{tt.want}) {
				t.Errorf("got\n%+v\nwant\n%+v", got, tt.want)
			}
		})
	}
}

func TestWhatCameFromTheBankShows(t *testing.T) {
	at := time.Date(2026, 11, 25, 13, 0, 0, 0, time.UTC)
	in := incoming("i", "")
	in.DataMasked = ""
	tx := domain.Transaction{Client: "gym"}
	tx.Evolve(domain.Fact{Event: &domain.TransactionReceived{TransactionID: "t", Incoming: in, Account: domain.Account{Tail: "4321"}},
		Meta: domain.Meta{At: at}, Position: 7, Version: 1})
	change := incoming("noc", "i")
	change.Entry.Correction = &nacha.Correction{Code: "C01"}
	tx.Evolve(domain.Fact{Event: &domain.TransactionCorrected{Incoming: change}, Meta: domain.Meta{At: at}, Position: 8, Version: 2})
	tx.Evolve(domain.Fact{Event: &domain.TransactionReturnRequested{Outgoing: domain.Outgoing{ItemID: "r", ReplyTo: "i", Code: "R10", Reason: "why"}},
		Meta: domain.Meta{At: at}, Position: 9, Version: 3})
	history := []StatusAt{{Released, at}}
	want := []Item{
		{Client: "gym", TransactionID: "t", ItemID: "i", Kind: domain.Origination, Direction: domain.FromFed, Status: Released,
			AmountCents: 777, MadeAt: at, Trace: "061000140000001", EffectiveOn: "2026-11-25", SettledOn: "2026-11-25", History: history, Position: 7},
		{Client: "gym", TransactionID: "t", ItemID: "noc", Kind: domain.Correction, Direction: domain.FromFed, Status: Released, ReplyTo: "i",
			Code: "C01", CorrectedData: "*****1111",
			AmountCents: 777, MadeAt: at, Trace: "061000140000001", EffectiveOn: "2026-11-25", SettledOn: "2026-11-25", History: history, Position: 8},
		{Client: "gym", TransactionID: "t", ItemID: "r", Kind: domain.Return, Direction: domain.ToFed, Status: Pending, ReplyTo: "i",
			Code: "R10", Reason: "why", AmountCents: 777, MadeAt: at, History: []StatusAt{{Pending, at}}, Position: 9},
	}
	got := DescribeItems(&tx, nil)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	row, ok := DescribeTransaction(&tx, nil, got)
	wanted := Transaction{Client: "gym", ID: "t", Status: Released, Direction: domain.FromFed, SEC: "PPD", Type: domain.Pull,
		AmountCents: 777, Name: "LUMEN POWER", AccountTail: "4321", CreatedAt: at, UpdatedAt: at, Position: 9,
		ItemID: "i", Trace: "061000140000001", EffectiveOn: "2026-11-25"}
	if !ok || row != wanted {
		t.Errorf("got\n%+v\nwant\n%+v", row, wanted)
	}
}
