package inbound

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/sqlite/forge"
	corrections "github.com/achledger/achledger/workers/accounts"
)

// exchanged replaces a sealed value in the log by that of another event, and
// computes the chain again.
func (w *world) exchanged(eventType string, path ...string) {
	w.t.Helper()
	w.close()
	_, err := forge.Exchange(w.folder, eventType, path...)
	must(w.t, err)
	w.open()
}

func TestAKeptFileInThePlaceOfAnotherIsNotApplied(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for n, account := range []string{"400000001", "400000002", "400000003"} {
		o, err := w.intake.Accept(t.Context(), "file.ach", FromAPI, bytes.NewReader(renderAs(t, "080"+string(rune('0'+n)), credits(account))))
		must(t, err)
		ids = append(ids, o.ID)
	}
	kept := func(id string) string { return filepath.Join(w.folder, "files", keptFolder, id) }
	must(t, os.Rename(kept(ids[0]), kept("aside")))
	must(t, os.Rename(kept(ids[1]), kept(ids[0])))
	must(t, os.Rename(kept("aside"), kept(ids[1])))
	err := w.intake.Resume(t.Context())
	for _, id := range ids[:2] {
		if err == nil || !strings.Contains(err.Error(), id) {
			t.Errorf("file %s is not named: %v", id, err)
		}
	}
	if list := w.received(gym); len(list) != 1 || list[0].Account.Tail != "0003" {
		t.Errorf("received: %+v", list)
	}
}

// Two clients have one receiving account each. Payments to either wait for a
// person, and the rest of the file is applied.
func TestWhatComesForAnExchangedReceivingAccountWaits(t *testing.T) {
	w := emptyWorld(t)
	receives := func(client, number string) func(*domain.Settings) {
		account, err := w.SealAccountIn(domain.ClientStream(client), client, "", number, "")
		must(t, err)
		return func(s *domain.Settings) {
			s.UnknownAccounts = domain.ReturnUnknown
			s.ReceivingAccounts = []domain.AccountMatch{{Account: account}}
		}
	}
	w.client(gym, receives(gym, "400000001"))
	w.client("spa", receives("spa", "400000002"))
	w.exchanged(domain.ClientOpened{}.Type(), "settings", "receiving_accounts")
	w.client("cafe", receives("cafe", "400000003"))
	o := w.feed(render(t, credits("400000001", "400000002", "400000003")))
	if o.Counts != (domain.InboundApplied{Applied: 1, Unmatched: 2}) || len(w.received("cafe")) != 1 {
		t.Errorf("outcome %+v", o)
	}
}

// Corrected data contains an account number too.
func TestExchangedCorrectedDataLeadsNoPaymentAnywhere(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	w.feed(render(t, w.corrected(ids[0], "C01", "9900112233"), w.corrected(ids[1], "C01", "9900445566")))
	w.exchanged(domain.TransactionCorrected{}.Type(), "data")
	c, err := corrections.New(corrections.Config{Ledger: w.Ledger, Views: w.views})
	must(t, err)
	must(t, c.Sweep(t.Context()))
	for _, id := range ids[:2] {
		account, err := w.BankAccount(t.Context(), gym, w.transaction(gym, id).Account.Fingerprint)
		must(t, err)
		if len(account.Leads) != 0 || len(account.Left) != 1 {
			t.Errorf("the account of %s leads to %+v", id, account.Leads)
		}
	}
}

// An entry that waits with another's account can be neither booked nor
// returned, only dismissed.
func TestAnExchangedEntryOfTheQueueIsOnlyDismissed(t *testing.T) {
	w := newWorld(t)
	w.feed(render(t, credits("770000001", "770000002")))
	w.exchanged(domain.EntryQueued{}.Type(), "account")
	for _, u := range w.queue() {
		if _, err := w.intake.Assign(t.Context(), u.ID, gym, ""); !ledger.Exchanged(err) {
			t.Errorf("assigned: %v", err)
		}
		if _, err := w.intake.Return(t.Context(), u.ID, "R03"); !ledger.Exchanged(err) {
			t.Errorf("returned: %v", err)
		}
		must(t, w.intake.Dismiss(t.Context(), u.ID, "compared with another copy"))
	}
}

// A payment of ours whose account was exchanged does not prevent that the
// answers to others are booked.
func TestAnAnswerToAnExchangedPaymentStopsNothing(t *testing.T) {
	w := newWorld(t)
	ids := w.sent()
	content := render(t, w.returned(ids[0], "R01"), w.returned(ids[1], "R01"))
	w.exchanged(domain.TransactionOriginated{}.Type(), "account")
	o := w.feed(content)
	if o.State != "applied" || o.Counts.Applied != 2 {
		t.Errorf("outcome %+v", o)
	}
	if r := w.only(ids[0], domain.Return); len(r.Incoming.Flags) != 1 || r.Incoming.Flags[0] != flagAccount {
		t.Errorf("flags %v", r.Incoming.Flags)
	}
}

// Earlier releases sealed a waiting entry with the ledger's own keys and bound
// it to nothing.
func TestWhatAnEarlierReleaseQueuedIsStillBooked(t *testing.T) {
	w := newWorld(t)
	w.feed(render(t, credits("770000001")))
	u, err := w.Unmatched(t.Context(), w.queue()[0].ID)
	must(t, err)
	q := *u.Queued
	q.EntryID = "11111111-1111-8111-8111-111111111111"
	q.Account.Sealed, err = w.Keys.Seal(domain.LedgerClient, []byte("770000001"), "account")
	must(t, err)
	w.write(ledger.Change{Stream: domain.UnmatchedStream(q.EntryID), Client: domain.LedgerClient, Events: []domain.Event{q}})
	id, err := w.intake.Assign(t.Context(), q.EntryID, gym, "")
	must(t, err)
	if number, err := w.OpenAccount(gym, w.transaction(gym, id).Account); err != nil || number != "770000001" {
		t.Errorf("booked for %s, %v", number, err)
	}
}
