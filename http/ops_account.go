package http

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain"
)

var accountPattern = regexp.MustCompile(`^[0-9A-Za-z -]{1,34}\*?$`)

// receivingAccounts seals the patterns of a client's receiving accounts. The
// ledger's own key makes their fingerprints, since payments come in before
// anybody knows whose they are.
func (s *Server) receivingAccounts(b clientBody) ([]domain.AccountMatch, error) {
	var matches []domain.AccountMatch
	for i, pattern := range b.ReceivingAccounts {
		if !accountPattern.MatchString(pattern) {
			return nil, invalid("/receiving_accounts/"+strconv.Itoa(i), "pattern", "an account number, or how it begins and *")
		}
		number, prefix := strings.CutSuffix(pattern, "*")
		account, err := s.Ledger.SealAccount(domain.LedgerClient, "", number, "")
		if err != nil {
			return nil, err
		}
		matches = append(matches, domain.AccountMatch{Account: account, Prefix: prefix})
	}
	return matches, nil
}

// overlaps refuses a pattern that could claim a payment of another client's
// at one of the same ODFIs.
func (s *Server) overlaps(ctx context.Context, b clientBody) error {
	if len(b.ReceivingAccounts) == 0 {
		return nil
	}
	if err := s.Views.WaitFor(ctx, everyone); err != nil {
		return err
	}
	for cursor := ""; ; {
		rows, next, err := s.Views.Clients(ctx, maxLimit, cursor)
		if err != nil {
			return fmt.Errorf("look for overlapping receiving accounts: %w", err)
		}
		for _, row := range rows {
			if row.ID == b.ClientID {
				continue
			}
			other, err := s.Ledger.Client(ctx, row.ID)
			if err != nil {
				return err
			}
			if err := s.overlapsWith(other, b); err != nil {
				return err
			}
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}

func (s *Server) overlapsWith(other domain.Client, b clientBody) error {
	if !shareAny(other.Settings.ODFIs, b.ODFIs) {
		return nil
	}
	for _, theirs := range other.Settings.ReceivingAccounts {
		number, err := s.Ledger.OpenAccount(domain.LedgerClient, theirs.Account)
		if err != nil {
			return err
		}
		for i, pattern := range b.ReceivingAccounts {
			if samePlace(pattern, number, theirs.Prefix) {
				return &domain.Refusal{Code: domain.RuleBroken, Fields: []domain.FieldError{{
					Pointer: "/receiving_accounts/" + strconv.Itoa(i), Code: "overlap",
					Message: "overlaps a receiving account of client " + other.ID,
				}}}
			}
		}
	}
	return nil
}

// samePlace reports whether some account number matches both patterns. An
// exact number inside another's prefix is refused too: who owns the prefix
// would lose a payment without knowing.
func samePlace(pattern, number string, prefix bool) bool {
	mine, minePrefix := strings.CutSuffix(pattern, "*")
	switch {
	case minePrefix && prefix:
		return strings.HasPrefix(mine, number) || strings.HasPrefix(number, mine)
	case minePrefix:
		return strings.HasPrefix(number, mine)
	case prefix:
		return strings.HasPrefix(mine, number)
	default:
		return mine == number
	}
}

func shareAny(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}
