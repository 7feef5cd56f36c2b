package inbound

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
)

// acknowledging returns a world with an inbox, whose acknowledgements are
// collected in got; err is the error of the next one.
func acknowledging(t *testing.T) (w *world, got *[]ack.Acknowledgement, err *error) {
	w = watching(t)
	got, err = new([]ack.Acknowledgement), new(error)
	w.intake.Acknowledge = func(_ context.Context, a ack.Acknowledgement) (domain.File, error) {
		*got = append(*got, a)
		return domain.File{}, *err
	}
	return w, got, err
}

func yes() []byte {
	return ack.Acknowledgement{Origin: ourBank, Destination: fed, CreatedOn: "261120", CreatedAt: "1430", Modifier: "A", Result: ack.Accepted}.Format()
}

func TestAnAcknowledgementInTheInboxIsAppliedAndMoved(t *testing.T) {
	w, got, _ := acknowledging(t)
	w.drop("A1.ack", yes())
	w.look()
	if len(*got) != 1 || (*got)[0].Result != ack.Accepted {
		t.Errorf("applied %+v", *got)
	}
	if !slices.Equal(w.in("done"), []string{"A1.ack"}) || len(w.in("")) != 0 {
		t.Errorf("done %v, inbox %v", w.in("done"), w.in(""))
	}
	if n := len(w.events((domain.InboundReceived{}).Type())); n != 0 {
		t.Error("it was received as a file of entries")
	}
}

func TestAnAcknowledgementWaitsForItsEnd(t *testing.T) {
	w, got, _ := acknowledging(t)
	whole := yes()
	for _, n := range []int{3, 24, 60, len(whole) - 5, len(whole) - 2} {
		w.drop("A1.ack", whole[:n])
		w.look()
		if len(*got) != 0 || len(w.in("")) != 1 {
			t.Fatalf("at %d bytes: applied %v, inbox %v", n, *got, w.in(""))
		}
	}
	w.drop("A1.ack", whole)
	w.look()
	if len(*got) != 1 {
		t.Errorf("applied %d times", len(*got))
	}
}

func TestAnAcknowledgementThatCannotBeAppliedGoesIntoQuarantineWithItsReason(t *testing.T) {
	for name, tt := range map[string]struct {
		text   string
		err    error
		reason string
	}{
		"it does not parse":    {strings.Replace(string(yes()), "ACCEPTED", "PERHAPS", 1), nil, `"perhaps" is not accepted`},
		"no file of ours":      {string(yes()), domain.Refuse(domain.NotFound, "which is no file of ours"), "not-found: which is no file of ours"},
		"contradicts itself":   {string(yes()), domain.Refuse(domain.Conflict, "it was rejected before"), "conflict: it was rejected before"},
		"something behind END": {string(yes()) + "REASON x\nEND\n", nil, "comes after END"},
	} {
		t.Run(name, func(t *testing.T) {
			w, _, err := acknowledging(t)
			*err = tt.err
			w.drop("A1.ack", []byte(tt.text))
			w.look()
			if got := w.in("quarantine"); !slices.Equal(got, []string{"A1.ack", "A1.ack.reasons.txt"}) {
				t.Fatalf("quarantine %v, inbox %v", got, w.in(""))
			}
			if text := read(t, w.watch.Dir, "quarantine", "A1.ack.reasons.txt"); !strings.Contains(text, tt.reason) {
				t.Errorf("reasons\n%s", text)
			}
		})
	}
}

func TestAFailureIsNoRefusal(t *testing.T) {
	w, got, err := acknowledging(t)
	*err = errors.New("the disk is full")
	w.drop("A1.ack", yes())
	for range 2 {
		_ = w.intake.Sweep(t.Context())
	}
	*err = nil
	w.look()
	if len(*got) < 2 || !slices.Equal(w.in("done"), []string{"A1.ack"}) {
		t.Errorf("tried %d times, done %v", len(*got), w.in("done"))
	}
}

// After a crash between the two the file is still in the inbox, and is applied
// again, which changes nothing.
func TestACrashBetweenApplyingAndMovingAppliesItAgain(t *testing.T) {
	w, got, _ := acknowledging(t)
	w.drop("A1.ack", yes())
	w.fault = func(step string) {
		if step == "after acknowledge" {
			panic(step)
		}
	}
	func() {
		defer func() { _ = recover() }()
		w.look()
	}()
	if !slices.Equal(w.claims(), []string{"A1.ack"}) {
		t.Fatalf("claimed %v", w.claims())
	}
	apply := w.intake.Acknowledge
	w.restart()
	w.intake.Acknowledge = apply
	w.look()
	if len(*got) != 2 || !slices.Equal(w.in("done"), []string{"A1.ack"}) {
		t.Errorf("applied %d times, done %v", len(*got), w.in("done"))
	}
}
