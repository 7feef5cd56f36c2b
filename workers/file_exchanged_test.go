package workers

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// order is the event of a payment as POST /api/transaction writes it; old is
// how earlier releases sealed its account.
func (b *bank) order(id, number string, old bool) domain.TransactionOriginated {
	b.t.Helper()
	asked := pull(1)
	content, err := ledger.OrderContent(asked, number)
	must(b.t, err)
	mac, err := b.Keys.MAC(gym, content)
	must(b.t, err)
	account, err := b.SealAccountIn(domain.TransactionStream(gym, id), gym, asked.ToRouting, number, asked.ToAccountType)
	must(b.t, err)
	if old {
		account.Sealed, err = b.Keys.Seal(gym, []byte(number), "account")
		must(b.t, err)
	}
	c, err := b.Ledger.Client(b.t.Context(), gym)
	must(b.t, err)
	events, err := domain.Originate{
		TransactionID: id, ItemID: itemOf(id), Proposal: asked, Number: number, Account: account, Content: mac,
	}.Decide(c, domain.Transaction{})
	must(b.t, err)
	return events[0].(domain.TransactionOriginated)
}

// A log whose chain was computed again after somebody exchanged something in
// it, without any key, is a log like any other but for what the keys say.
func TestAnAccountThatWasExchangedInTheLogIsNeverPaid(t *testing.T) {
	for name, tt := range map[string]struct {
		old   bool
		spoil func(a, b *domain.TransactionOriginated)
	}{
		"two accounts":                        {false, func(a, b *domain.TransactionOriginated) { a.Account, b.Account = b.Account, a.Account }},
		"two accounts that are bound to none": {true, func(a, b *domain.TransactionOriginated) { a.Account, b.Account = b.Account, a.Account }},
		"the sealed numbers alone": {true, func(a, b *domain.TransactionOriginated) {
			a.Account.Sealed, b.Account.Sealed = b.Account.Sealed, a.Account.Sealed
		}},
		"two accounts with their orders": {false, func(a, b *domain.TransactionOriginated) {
			a.Account, a.Content, b.Account, b.Content = b.Account, b.Content, a.Account, a.Content
		}},
		"the bank, where nothing is hashed": {true, func(a, b *domain.TransactionOriginated) {
			a.Content, b.Content = nil, nil
			a.Proposal.ToRouting, b.Proposal.ToRouting = otherODFI, otherODFI
		}},
		"the amount": {false, func(a, b *domain.TransactionOriginated) { a.Proposal.AmountCents++; b.Proposal.AmountCents++ }},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			one, two := b.order("a", "7700001001", tt.old), b.order("b", "7700001002", tt.old)
			tt.spoil(&one, &two)
			b.write(domain.TransactionStream(gym, "a"), gym, 0, one)
			b.write(domain.TransactionStream(gym, "b"), gym, 0, two)
			good := b.order("good", "7700001003", tt.old)
			b.write(domain.TransactionStream(gym, "good"), gym, 0, good)
			b.sweepAt("2026-11-20 14:30")
			b.sweepAt("2026-11-20 16:30")
			b.sweepAt("2026-11-23 22:30")
			paid := ""
			for _, f := range b.cutFiles() {
				if f.State == domain.FileIsDelivered {
					paid += b.bytes(f)
				}
			}
			if strings.Contains(paid, "7700001001") || strings.Contains(paid, "7700001002") {
				t.Errorf("it was paid:\n%s", paid)
			}
			if !strings.Contains(paid, "7700001003") {
				t.Error("the payment beside them did not leave")
			}
			found := strings.Join(b.problems(), "\n")
			for _, id := range []string{"a", "b"} {
				if !strings.Contains(found, domain.TransactionStream(gym, id)) {
					t.Errorf("verify does not name %s: %s", id, found)
				}
			}
			if strings.Contains(found, "good") {
				t.Errorf("verify names what is in order: %s", found)
			}
		})
	}
}

// The order's hash was made of what was asked, before the client's defaults
// were filled in.
func TestWhatWasAskedIsKnownAgainWhateverWasLeftOut(t *testing.T) {
	b := openBank(t)
	c, err := b.Ledger.Client(t.Context(), gym)
	must(t, err)
	c.Settings.DefaultDescription = "DUES"
	c.Settings.SECCodes = append(c.Settings.SECCodes, "IAT")
	for name, change := range map[string]func(*domain.Proposal){
		"nothing":          func(p *domain.Proposal) { p.FromRouting, p.CompanyID = ourBank, c.Settings.CompanyIdentifications[0] },
		"bank and company": func(p *domain.Proposal) { p.FromRouting, p.CompanyID = "", "" },
		"the description":  func(p *domain.Proposal) { p.Description = "" },
		"all but blanks":   func(p *domain.Proposal) { p.Description, p.FromRouting = "   ", "" },
		"nothing of odd text": func(p *domain.Proposal) {
			p.Metadata = json.RawMessage("{\"b\" : \"<\\u00e9&\u2028>\", \"a\": 1.50}")
			p.Originals = map[string]string{"/ToName": "É <&>\u2028\x7f", "/Description": "b"}
		},
		"something foreign": func(p *domain.Proposal) { abroad(p); p.IAT.ForeignExchange, p.IAT.OriginatingCurrency = "", "" },
	} {
		asked := pull(1, change)
		const number = "7700001001"
		content, err := ledger.OrderContent(asked, number)
		must(t, err)
		mac, err := b.Keys.MAC(gym, content)
		must(t, err)
		account, err := b.SealAccountIn(domain.TransactionStream(gym, "a"), gym, asked.ToRouting, number, asked.ToAccountType)
		must(t, err)
		events, err := domain.Originate{TransactionID: "a", ItemID: "i", Proposal: asked, Number: number, Account: account, Content: mac}.Decide(c, domain.Transaction{})
		if err != nil {
			t.Errorf("%s left out: %v", name, err)
			continue
		}
		made := events[0].(domain.TransactionOriginated)
		tx := domain.Transaction{Client: gym}
		tx.Evolve(domain.Fact{Event: &made, Version: 1})
		if err := b.Attest(&tx, number); err != nil {
			t.Errorf("%s left out: %v", name, err)
		}
		if err := b.Attest(&tx, "7700001002"); !ledger.Exchanged(err) {
			t.Errorf("%s left out, another number: %v", name, err)
		}
	}
}

// Two orders were accepted and not made yet; somebody exchanges what was kept
// of them.
func TestTheKeptInputOfAnotherFileIsNeverFiled(t *testing.T) {
	b := openBank(t)
	var ids []string
	for n, content := range [][]byte{rendered(t, payroll(2)), rendered(t, payroll(3)), rendered(t, payroll(4))} {
		b.fault = stopAt("after opened")
		b.newWorkers()
		if _, err := b.upload(content); !errors.Is(err, errCrash) {
			t.Fatalf("upload %d: %v", n, err)
		}
		b.restart()
		b.fault = nil
		b.newWorkers()
	}
	must(t, b.views.CatchUp(t.Context()))
	open, err := b.views.UnfinishedFiles(t.Context())
	must(t, err)
	for _, f := range open {
		ids = append(ids, f.ID)
	}
	kept := func(id string) string {
		f, err := b.Ledger.File(t.Context(), id)
		must(t, err)
		return filepath.Join(b.folder, "files", inFolder, f.Opened.Upload.Name)
	}
	aside := filepath.Join(b.folder, "aside")
	must(t, os.Rename(kept(ids[0]), aside))
	must(t, os.Rename(kept(ids[1]), kept(ids[0])))
	must(t, os.Rename(aside, kept(ids[1])))
	if err := b.batcher.Sweep(t.Context()); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("the sweep says %v", err)
	}
	b.sweep()
	for n, want := range []domain.FileState{domain.FileIsGivenUp, domain.FileIsGivenUp, domain.FileIsDelivered} {
		if f, err := b.Ledger.File(t.Context(), ids[n]); err != nil || f.State != want {
			t.Errorf("file %d is %s, want %s: %v", n, f.State, want, err)
		}
	}
}
