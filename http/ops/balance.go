package ops

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// offsetAccount is an account against which batches of a company are balanced,
// as operations write it; answers show the number masked.
type offsetAccount struct {
	CompanyID string `json:"company_identification"`
	Routing   string `json:"routing"`
	Account   string `json:"account"`
	Type      string `json:"type"`
}

func shownOffsets(list []domain.Balance) []offsetAccount {
	var shown []offsetAccount
	for _, b := range list {
		shown = append(shown, offsetAccount{b.CompanyID, b.Routing, b.Account.Masked(), b.AccountType})
	}
	return shown
}

// offsetAccounts seals the numbers of a client's offset accounts with the
// client's own key. A number that the body repeats masked, as answers show it,
// stays what it was.
func (s *surface) offsetAccounts(b clientBody, before []domain.Balance) ([]domain.Balance, error) {
	if !domain.ValidClientID(b.ClientID) {
		return nil, nil // the client is refused later; no keys are made for it
	}
	var list []domain.Balance
	for i, in := range b.Balance {
		number := in.Account
		n := slices.IndexFunc(before, func(was domain.Balance) bool {
			return was.CompanyID == in.CompanyID && was.Account.Masked() == in.Account
		})
		if n >= 0 && before[n].Routing == in.Routing && before[n].AccountType == in.Type {
			list = append(list, before[n])
			continue
		}
		if n >= 0 {
			var err error
			if number, err = s.Ledger.OpenAccount(b.ClientID, before[n].Account); err != nil {
				return nil, err
			}
		}
		if faults := domain.CheckAccountNumber("/balance/"+strconv.Itoa(i)+"/account", number, 17); len(faults) > 0 {
			return nil, &domain.Refusal{Code: domain.Invalid, Fields: faults}
		}
		account, err := s.Ledger.SealAccountIn(domain.ClientStream(b.ClientID), b.ClientID, in.Routing, number, in.Type)
		if err != nil {
			return nil, err
		}
		list = append(list, domain.Balance{
			CompanyID: in.CompanyID, OffsetAccount: domain.OffsetAccount{Routing: in.Routing, AccountType: in.Type, Account: account},
		})
	}
	return list, nil
}

// balances refuses offset accounts of a client whose entries leave through a
// bank that takes files of one direction only. If the bank's settings change at
// the same time, entries that can no longer be balanced are held for a person.
func (s *surface) balances(ctx context.Context, settings domain.Settings) error {
	if len(settings.Balance) == 0 {
		return nil
	}
	for _, odfi := range settings.ODFIs {
		bank, err := s.Ledger.Bank(ctx, odfi)
		if err != nil {
			return err
		}
		if bank.Segment == domain.ByDirection && bank.Balance != domain.BalanceNone {
			return domain.RefuseField(domain.RuleBroken, "/balance", "segment", "files of ODFI %s hold debits or credits only, and an offset has the other direction", odfi)
		}
	}
	return nil
}

// checkNoClientBalances refuses to set files of one direction at a bank while a client
// balances batches that leave through it: the offset has the other direction.
func (s *surface) checkNoClientBalances(ctx context.Context, odfi string) error {
	if err := s.Views.WaitFor(ctx, api.Everyone); err != nil {
		return err
	}
	for row, err := range s.EachClient(ctx) {
		if err != nil {
			return fmt.Errorf("look for clients that balance their batches: %w", err)
		}
		client, err := s.Ledger.Client(ctx, row.ID)
		if err != nil {
			return err
		}
		if len(client.Settings.Balance) > 0 && slices.Contains(client.Settings.ODFIs, odfi) {
			return domain.RefuseField(domain.RuleBroken, "/segment", "balance", "client %s balances its batches with an offset, which has the other direction", client.ID)
		}
	}
	return nil
}
