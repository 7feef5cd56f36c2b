package domain

import (
	"reflect"
	"testing"
	"time"

	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/nacha"
)

// What the operator counted never changes what it says about the file.
func TestOtherTotalsAreRecordedBesideWhateverTheOperatorSays(t *testing.T) {
	ours := nacha.Totals{Batches: 1, Entries: 3, DebitCents: 600}
	theirs := ack.Counted(nacha.Totals{Batches: 1, Entries: 2, DebitCents: 600})
	batch := []ack.RejectedBatch{{Number: 1, Reason: "hash"}}
	for name, said := range map[string]ack.Acknowledgement{
		"accepted":                   {Result: ack.Accepted},
		"accepted, a batch rejected": {Result: ack.Accepted, Batches: batch},
		"pended":                     {Result: ack.Pended, Reason: "funds"},
		"rejected":                   {Result: ack.Rejected, Reason: "hash"},
		"duplicate":                  {Result: ack.Duplicate},
	} {
		t.Run(name, func(t *testing.T) {
			sent := File{ID: "F1", Cut: &FileCut{Totals: ours}, State: FileIsDelivered, DeliveredAt: time.Unix(1, 0), Batches: []FileBatch{{BatchHeader: nacha.BatchHeader{Number: 1}}}}
			plain, err := Acknowledge{Acknowledgement: said}.Decide(sent)
			if err != nil || len(plain) == 0 {
				t.Fatalf("%v, %v", plain, err)
			}
			for name, totals := range map[string]ack.Totals{"nothing": {}, "ours": ack.Counted(ours)} {
				said.Totals = totals
				if same, err := (Acknowledge{Acknowledgement: said}).Decide(sent); err != nil || !reflect.DeepEqual(same, plain) {
					t.Errorf("%s counted: %v, %v", name, same, err)
				}
			}
			said.Totals = theirs
			events, err := Acknowledge{Acknowledgement: said}.Decide(sent)
			want := FileTotalsDiffer{Result: said.Result, Theirs: theirs, Ours: ack.Counted(ours)}
			if err != nil || !reflect.DeepEqual(events, append([]Event{want}, plain...)) {
				t.Fatalf("recorded %+v, %v", events, err)
			}
			state := sent
			for i, e := range events {
				state.Evolve(Fact{Event: pointerTo(e), Version: int64(i + 1), Meta: Meta{At: time.Unix(2, 0)}})
			}
			if again, err := (Acknowledge{Acknowledgement: said}).Decide(state); err != nil || len(again) != 0 {
				t.Errorf("said twice: %+v, %v", again, err)
			}
		})
	}
}

// A difference is new, though the answer beside it is known.
func TestARepeatedAnswerThatCountsOtherwiseIsRecorded(t *testing.T) {
	sent := File{ID: "F1", Cut: &FileCut{Totals: nacha.Totals{Entries: 3}}, State: FileIsAcked, DeliveredAt: time.Unix(1, 0)}
	sent.Answered.Result = ack.Accepted
	events, err := Acknowledge{Acknowledgement: ack.Acknowledgement{Result: ack.Duplicate, Totals: ack.Counted(nacha.Totals{Entries: 2})}}.Decide(sent)
	if _, differs := events[0].(FileTotalsDiffer); err != nil || len(events) != 1 || !differs {
		t.Errorf("%+v, %v", events, err)
	}
	contradiction := Acknowledge{Acknowledgement: ack.Acknowledgement{Result: ack.Rejected, Totals: ack.Counted(nacha.Totals{Entries: 2})}}
	if events, err := contradiction.Decide(sent); CodeOf(err) != Conflict || len(events) != 0 {
		t.Errorf("a contradiction records %+v, %v", events, err)
	}
}

// pointerTo is an event as the log gives it back.
func pointerTo(e Event) Event {
	p := reflect.New(reflect.TypeOf(e))
	p.Elem().Set(reflect.ValueOf(e))
	return p.Interface().(Event)
}
