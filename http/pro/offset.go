package pro

import (
	"encoding/json"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/http/api"
)

// offset is the account against which a batch is balanced: the one in the
// request, or else that of the client's settings; nil for none. The batch's
// service class becomes mixed debits and credits. The offset entry itself is
// made when the file is cut.
func (b *fileBuilder) offset(at string, in proBatch, company domain.Recipient, batch *nacha.Batch, odfi string) (*domain.OrderedOffset, json.RawMessage, error) {
	bank, err := b.server.Ledger.Bank(b.ctx, odfi)
	if err != nil {
		return nil, in.OffsetAccount, err
	}
	debits, credits := sides(*batch)
	o := &domain.OrderedOffset{EntriesClass: batch.Header.ServiceClass}
	ref := in.OffsetAccount
	settings := b.client.Settings
	if in.hasOffset() {
		if debits == credits {
			b.wrong(at+"/offsetAccount", "balanced", "the batch is balanced without an offset")
		}
		var account numbers
		if account, ref, err = b.offsetAccount(at, in.OffsetAccount, company); err != nil {
			return nil, ref, err
		}
		o.Routing, o.AccountType, o.Number = account.routing, account.kind, account.number
		// Apply the same checks as to a balance in the client's settings.
		settings.Balance = []domain.Balance{{CompanyID: batch.Header.CompanyID}}
		if bank.Balance == domain.BalanceNone {
			b.breaks(at+"/offsetAccount", "balance", "the bank takes no batches with an offset")
		}
	} else if account := bank.Offset(settings, batch.Header.CompanyID, batch.Header.SEC); account != nil {
		o.Routing, o.AccountType = account.Routing, account.AccountType
		if o.Number, err = b.server.Ledger.OpenAccount(b.who.Client, account.Account); err != nil {
			return nil, ref, err
		}
	}
	if debits+credits == 0 {
		return nil, ref, nil
	}
	if why := bank.Unbalanced(settings, batch.Header.CompanyID, batch.Header.SEC); why != nil {
		b.breaks(map[string]string{
			"/StandardEntryClassCode": at + "/secCode", "/CompanyIdentification": at + "/offsetAccount", "/FromRouting": "/odfi",
		}[why.Pointer], "balance", why.Message)
		return nil, ref, nil
	}
	if o.Routing == "" {
		return nil, ref, nil
	}
	if max(debits, credits)-min(debits, credits) > domain.MaxAmountCents {
		b.breaks(at+"/entries", "balance", "the batch's offset would be more than an entry can hold: send it as several batches")
	}
	batch.Header.ServiceClass = nacha.MixedClass
	return o, ref, nil
}

// offsetAccount reads an account of the company that can be both debited and
// credited.
func (b *fileBuilder) offsetAccount(at string, raw json.RawMessage, company domain.Recipient) (numbers, json.RawMessage, error) {
	account, ref, err := b.account(at+"/offsetAccount", raw, company)
	if err != nil {
		return account, ref, err
	}
	// It belongs to no entry.
	b.accounts, b.named = b.accounts[:len(b.accounts)-1], b.named[:len(b.named)-1]
	b.repeated = append(b.repeated, api.Repetitions(account.number, at+"/offsetAccount/nickname", nickname(ref))...)
	b.numbers = append(b.numbers, account.number)
	if account.kind == domain.Loan {
		b.breaks(at+"/offsetAccount", "balance", "a loan account cannot be debited (R35), and no batch is balanced against one")
	}
	return account, ref, nil
}
