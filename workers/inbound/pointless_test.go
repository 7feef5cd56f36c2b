package inbound

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/eventstore/ledger"
)

// The reversal is requested before a window, and its entry's return arrives
// before that window is cut.
func TestAReversalThatWaitsDoesNotLeaveAfterTheReturnOfItsEntry(t *testing.T) {
	w := newWorld(t)
	id := w.sent()[0]
	w.clock.Set(at("2026-11-24 09:00"))
	w.ask(gym, id, answers.Reverse{ItemID: "reversal", ReplyTo: "item-" + id, Reason: "duplicate"}, "2026-11-24 09:01")
	w.feed(render(t, w.returned(id, "R01", settles("2026-11-24"))))
	reversal := func() *domain.Item {
		t := w.transaction(gym, id)
		i, _ := t.Item("reversal")
		return i
	}
	if r := reversal(); r.State != domain.Rejected || r.Reason == "" {
		t.Errorf("the reversal is %s because %q", r.State, r.Reason)
	}
	if r := w.only(id, domain.Return); len(r.Incoming.Flags) != 0 {
		t.Errorf("the return, which made it pointless, bears flags %v", r.Incoming.Flags)
	}
	w.sweepAt("2026-11-24 10:16")
	if r := reversal(); r.Filing != nil {
		t.Errorf("it left in file %s", r.Filing.File)
	}
	w.sound()
}

// The rule is the same for an answer that is matched and for one that a person
// assigns: waiting items that it makes pointless are rejected.
func TestWhatAPersonAssignsRejectsWhatItMakesPointless(t *testing.T) {
	const origination = "item-"
	reverse := func(id string) command {
		return answers.Reverse{ItemID: "waits", ReplyTo: origination + id, Reason: "duplicate"}
	}
	held := func(w *world, id string) {
		_, err := ledger.Execute(t.Context(), w.Ledger, ledger.TransactionStream(gym, id), domain.Hold{ItemID: "waits", Reason: "a look at it"}.Decide)
		must(t, err)
	}
	for name, tt := range map[string]struct {
		before  func(w *world, id string) // up to the answer that waits
		arrives func(w *world, id string) batch
	}{
		"the return of an entry that is to be reversed": {
			func(w *world, id string) { w.ask(gym, id, reverse(id), "2026-11-24 09:01") },
			func(w *world, id string) batch { return w.returned(id, "R01", settles("2026-11-24")) },
		},
		"and the reversal is held": {
			func(w *world, id string) { w.ask(gym, id, reverse(id), "2026-11-24 09:01"); held(w, id) },
			func(w *world, id string) batch { return w.returned(id, "R01", settles("2026-11-24")) },
		},
		"the contest of a dishonor that made the entry stand": {
			func(w *world, id string) {
				w.feed(render(t, w.returned(id, "R01", settles("2026-11-24"))))
				w.ask(gym, id, answers.Dishonor{ItemID: "dishonor", ReplyTo: w.only(id, domain.Return).ID, Code: "R68"}, "2026-11-24 10:16")
				w.ask(gym, id, reverse(id), "2026-11-24 10:17")
			},
			func(w *world, id string) batch {
				return w.contested(gym, id, "dishonor", "R73", settles("2026-11-27"))
			},
		},
		"the return of an entry that was presented again": {
			func(w *world, id string) {
				w.feed(render(t, w.returned(id, "R01", settles("2026-11-24"))))
				w.ask(gym, id, answers.Retry{ItemID: "retry", ReplyTo: w.only(id, domain.Return).ID}, "2026-11-24 10:16")
				w.ask(gym, id, reverse(id), "2026-11-24 10:17")
			},
			func(w *world, id string) batch { return w.returnedItem(id, "retry", "R01", settles("2026-11-25")) },
		},
	} {
		for door, assigned := range map[string]bool{"it finds its place": false, "a person assigns it": true} {
			t.Run(name+", "+door, func(t *testing.T) {
				w := newWorld(t)
				id := w.sent()[0]
				tt.before(w, id)
				b := tt.arrives(w, id)
				if assigned {
					b.Entries[0].AmountCents++
				}
				w.feed(renderAs(t, "0900", b))
				if assigned {
					_, err := w.intake.Assign(t.Context(), w.waits(amountDiffers).ID, gym, id)
					must(t, err)
				}
				got := w.transaction(gym, id)
				if i, ok := got.Item("waits"); !ok || i.State != domain.Rejected || i.Reason == "" {
					t.Errorf("what waited is %+v", i)
				}
				w.sweepAt("2026-11-24 14:31")
				got = w.transaction(gym, id)
				if i, _ := got.Item("waits"); i.Filing != nil {
					t.Errorf("it left in file %s", i.Filing.File)
				}
				w.sound()
			})
		}
	}
}

// A payment and its reversal left. The operator refuses the file of the payment, which
// waits to leave again, since its reversal stands; then the reversal comes back. Nothing
// takes the payment back any more, and its client took it for an error: a person decides.
func TestAPaymentThatWaitsIsHeldWhenItsReversalComesBack(t *testing.T) {
	for door, assigned := range map[string]bool{"it finds its place": false, "a person assigns it": true} {
		t.Run(door, func(t *testing.T) {
			w := newWorld(t)
			id := w.sent()[0]
			file, err := w.Ledger.File(t.Context(), w.origination(id).Filing.File)
			must(t, err)
			w.ask(gym, id, answers.Reverse{ItemID: "reversal", ReplyTo: "item-" + id, Reason: "duplicate"}, "2026-11-24 10:16")
			_, err = w.batcher.Files.Acknowledge(t.Context(), w.views, ack.Acknowledgement{
				Origin: file.Opened.Settings.ImmediateOrigin, Destination: file.Opened.Settings.ImmediateDestination,
				CreatedOn: file.Cut.CreatedOn, CreatedAt: file.Cut.CreatedAt, Modifier: file.Cut.Modifier, Result: ack.Rejected, Reason: "hash",
			})
			must(t, err)
			if got := w.origination(id).State; got != domain.Pending {
				t.Fatalf("while its reversal stands, the payment is %s", got)
			}
			b := w.returnedItem(id, "reversal", "R01", settles("2026-11-25"))
			if assigned {
				b.Entries[0].AmountCents++
			}
			w.feed(renderAs(t, "0900", b))
			if assigned {
				_, err := w.intake.Assign(t.Context(), w.waits(amountDiffers).ID, gym, id)
				must(t, err)
			}
			w.sweepAt("2026-11-24 14:31")
			if i := w.origination(id); i.State != domain.Held || i.Reason == "" {
				t.Errorf("the payment is %s because %q", i.State, i.Reason)
			}
			w.sound()
		})
	}
}
