package inbound

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// writes configures the format in which our bank sends files.
func (w *world) writes(form domain.InboundForm, header *domain.HeaderLiterals) {
	w.t.Helper()
	w.write(ledger.Change{Stream: domain.BankStream(ourBank), Client: domain.LedgerClient, Expect: eventstore.NewStream, Events: []domain.Event{
		domain.BankConfigured{Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.ToOutbox}, BankProfile: domain.BankProfile{Inbound: &form, Header: header}},
	}})
	must(w.t, w.views.CatchUp(context.Background()))
}

// without removes the records of some kinds, and filler.
func without(content []byte, kinds string) []byte {
	var kept []string
	for line := range strings.Lines(string(content)) {
		filler := strings.Trim(line, "9\r\n") == ""
		if !strings.Contains(kinds, line[:1]) && !filler {
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, ""))
}

func TestAFileWithoutHeaderOrControlIsTakenOfABankThatLeavesThemOut(t *testing.T) {
	whole := vector(t, "05")
	for name, content := range map[string][]byte{
		"neither": without(whole, "19"), "no header": without(whole, "1"), "no control": without(whole, "9"),
		"with CRLF": []byte(strings.ReplaceAll(string(without(whole, "19")), "\n", "\r\n")),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			if o := w.feed(content); o.State != "quarantined" {
				t.Fatalf("of another bank: %+v", o)
			}
			w = newWorld(t)
			w.writes(domain.InboundForm{BareBatches: true}, nil)
			o := w.feed(content)
			if o.State != "applied" || len(w.received(gym)) != 2 {
				t.Fatalf("outcome %+v, %d payments", o, len(w.received(gym)))
			}
			if again := w.feed(content); again.ID != o.ID || again.State != Duplicate {
				t.Errorf("the same again is %+v", again)
			}
			w.sound()
		})
	}
}

// Banks that omit the file header do so mostly for returns.
func TestReturnsWithoutFileHeaderAreBooked(t *testing.T) {
	w := newWorld(t)
	w.writes(domain.InboundForm{BareBatches: true}, nil)
	ids := w.sent()
	o := w.feed(without(render(t, w.returned(ids[0], "R01")), "19"))
	if o.State != "applied" || o.Counts.Applied != 1 || w.only(ids[0], domain.Return) == nil {
		t.Errorf("outcome %+v", o)
	}
	w.sound()
}

// A return has the effective entry date of the entry it returns, which may be older
// than the others in the file.
func TestReturnsOfOlderEntriesComeBeforeTheOthersWithoutFileHeader(t *testing.T) {
	w := newWorld(t)
	w.writes(domain.InboundForm{BareBatches: true}, nil)
	ids := w.sent()
	older := w.returned(ids[1], "R02", func(h *nacha.BatchHeader, _ *nacha.Entry) { h.EffectiveOn = "261102" })
	o := w.feed(without(render(t, older, w.returned(ids[0], "R01")), "19"))
	if o.State != "applied" || o.Counts.Applied != 2 || w.only(ids[0], domain.Return) == nil {
		t.Errorf("outcome %+v", o)
	}
	w.sound()
}

// The totals of a batch must hold although the file control is added here.
func TestABareBatchThatContradictsItselfStaysOut(t *testing.T) {
	w := newWorld(t)
	w.writes(domain.InboundForm{BareBatches: true}, nil)
	content := without(vector(t, "31"), "19") // a wrong entry hash
	if o := w.feed(content); o.State != "quarantined" && o.State != "partly_quarantined" {
		t.Errorf("outcome %+v", o)
	}
}

// A part of a file is not taken for such a file if its bank writes complete
// ones.
func TestABareFileInTheInboxIsTakenAtTheEndOfABatch(t *testing.T) {
	w := watching(t)
	content := without(vector(t, "05"), "9")
	w.drop("half.ach", content)
	w.look()
	if len(w.in("")) != 1 {
		t.Fatalf("of a bank that writes whole files it is taken: %v", w.in("done"))
	}
	w.writes(domain.InboundForm{BareBatches: true}, nil)
	w.drop("half.ach", content[:len(content)-300])
	w.look()
	if len(w.in("")) != 1 {
		t.Fatalf("in the middle of a batch it is taken: %v %v", w.in("done"), w.in("quarantine"))
	}
	w.drop("half.ach", content)
	w.look()
	if !slices.Equal(w.in("done"), []string{"half.ach"}) || len(w.received(gym)) != 2 {
		t.Errorf("done %v, %d payments", w.in("done"), len(w.received(gym)))
	}
}

// Nothing of a file that waits for its control record changes when operations say
// that its bank writes none.
func TestAnUnfinishedFileIsTakenOnceItsBankIsSetUp(t *testing.T) {
	content := without(vector(t, "05"), "9")
	t.Run("in the inbox", func(t *testing.T) {
		w := watching(t)
		w.watch.Again = time.Nanosecond
		w.restart()
		w.drop("half.ach", content)
		w.look()
		w.writes(domain.InboundForm{BareBatches: true}, nil)
		w.look()
		if !slices.Equal(w.in("done"), []string{"half.ach"}) || len(w.received(gym)) != 2 {
			t.Errorf("done %v, %d payments", w.in("done"), len(w.received(gym)))
		}
	})
	t.Run("at the server", func(t *testing.T) {
		w, s, p := picking(t, AfterPickupLeave)
		p.Again = time.Nanosecond
		put(t, s, "half.ach", content)
		looks(t, p, 2)
		w.write(ledger.Change{Stream: domain.BankStream(ourBank), Client: domain.LedgerClient, Expect: 1, Events: []domain.Event{
			domain.BankConfigured{Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.BySFTP, SFTP: &s.Settings},
				BankProfile: domain.BankProfile{Inbound: &domain.InboundForm{BareBatches: true}}},
		}})
		must(t, w.views.CatchUp(t.Context()))
		looks(t, p, 1)
		if len(w.received(gym)) != 2 {
			t.Errorf("%d payments", len(w.received(gym)))
		}
	})
}

// A bank's own format of acknowledgements is read as it is configured. Without
// that it is no NACHA file.
func TestABanksOwnAcknowledgementIsReadByItsForm(t *testing.T) {
	form := ack.Form{
		Begins: "****** ACKNOWLEDGEMENT OF ACH FILE DEPOSITS", Ends: "END OF REPORT",
		Lines: []string{
			`FILE ID MODIFIER +(?P<modifier>[A-Z0-9]) +CREATION DATE (?P<created>\d{6}) +TIME (?P<time>\d{4})`,
			`FILE STATUS: (?P<result>\w+)`, `REASON (?P<reason>.*)`,
		},
		Results: map[string]ack.Result{"ACCEPTED": ack.Accepted, "REJECTED": ack.Rejected},
	}
	text := "\r\n****** ACKNOWLEDGEMENT OF ACH FILE DEPOSITS ******\r\n  FILE ID MODIFIER   A     CREATION DATE 261120  TIME 1431\r\n" +
		"  FILE STATUS: REJECTED\r\n  REASON OUT OF BALANCE\r\n"
	w, got, _ := acknowledging(t)
	w.writes(domain.InboundForm{Acknowledgements: &form}, &domain.HeaderLiterals{ImmediateOrigin: "1840000017"})
	w.drop("fed.txt", []byte(text))
	w.look()
	if len(*got) != 0 || len(w.in("")) != 1 {
		t.Fatalf("before its end: applied %v, inbox %v", *got, w.in(""))
	}
	w.drop("fed.txt", []byte(text+"END OF REPORT\r\n"))
	w.look()
	want := ack.Acknowledgement{Origin: "1840000017", CreatedOn: "261120", CreatedAt: "1431", Modifier: "A", Result: ack.Rejected, Reason: "OUT OF BALANCE"}
	if len(*got) != 1 || (*got)[0].Origin != want.Origin || (*got)[0].Reason != want.Reason || (*got)[0].Result != want.Result || !slices.Equal(w.in("done"), []string{"fed.txt"}) {
		t.Errorf("applied %+v; done %v", *got, w.in("done"))
	}
	w.drop("odd.txt", []byte(strings.Replace(text, "REJECTED", "PERHAPS", 1)+"END OF REPORT\r\n"))
	w.look()
	if !slices.Contains(w.in("quarantine"), "odd.txt") || !strings.Contains(read(t, w.watch.Dir, "quarantine/odd.txt.reasons.txt"), `"PERHAPS" is not one`) {
		t.Errorf("quarantine %v", w.in("quarantine"))
	}
}
