package ops

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/http/api"
)

var accountPattern = regexp.MustCompile(`^[0-9A-Za-z -]{1,34}\*?$`)

// receivingAccounts seals the patterns of a client's receiving accounts with
// the client's key. A pattern that the body shows masked, as it was answered,
// keeps what was sealed before.
func (s *surface) receivingAccounts(b clientBody, before []domain.AccountMatch) ([]domain.AccountMatch, error) {
	var matches []domain.AccountMatch
	if !domain.ValidClientID(b.ClientID) {
		return nil, nil // the client is refused later; no keys are made for it
	}
	for i, a := range b.ReceivingAccounts {
		if kept, ok := sealedBefore(before, b.ReceivingAccounts, i); ok {
			matches = append(matches, domain.AccountMatch{Account: kept.Account, Prefix: kept.Prefix, Rules: a.Rules})
			continue
		}
		pattern := a.Account
		if !accountPattern.MatchString(pattern) {
			return nil, api.Invalid("/receiving_accounts/"+strconv.Itoa(i), "pattern", "must be an account number, or its beginning followed by *")
		}
		number, prefix := strings.CutSuffix(pattern, "*")
		account, err := s.Ledger.SealAccountIn(domain.ClientStream(b.ClientID), b.ClientID, "", number, "")
		if err != nil {
			return nil, err
		}
		matches = append(matches, domain.AccountMatch{Account: account, Prefix: prefix, Rules: a.Rules})
	}
	return matches, nil
}

// receives returns what else is written with a client's settings. If the client
// would receive payments at other accounts or ODFIs than before, these are
// compared with every other client's. The write fails if anybody changed
// receiving accounts meanwhile, and the comparison is repeated.
func (s *surface) receives(ctx context.Context, id string, before, settings domain.Settings) ([]ledger.Change, error) {
	changes, err := s.unlessChanged(ctx, domain.ReceivingStream, settings.ReceiversSet(id, before))
	if err != nil || changes == nil {
		return nil, err
	}
	return changes, s.overlaps(ctx, id, settings)
}

// unlessChanged returns a write of events to a stream of operations, which fails
// if anybody else writes there meanwhile. It reads the stream's version first, so
// that the caller may then compare what is set elsewhere. Without events there is
// nothing to write.
func (s *surface) unlessChanged(ctx context.Context, stream string, events []domain.Event) ([]ledger.Change, error) {
	if len(events) == 0 {
		return nil, nil
	}
	versions, err := s.Ledger.Store.Versions(ctx, []string{stream})
	if err != nil {
		return nil, fmt.Errorf("read the version of %s: %w", stream, err)
	}
	return []ledger.Change{{Stream: stream, Client: domain.LedgerClient, Expect: versions[stream], Events: events}}, nil
}

// receiver is a receiving account in the clear.
type receiver struct {
	number string
	prefix bool // all accounts that begin with it
}

func (s *surface) receivers(id string, settings domain.Settings) ([]receiver, error) {
	list := make([]receiver, len(settings.ReceivingAccounts))
	for i, a := range settings.ReceivingAccounts {
		number, err := s.Ledger.OpenReceiving(id, a)
		if err != nil {
			return nil, err
		}
		list[i] = receiver{number, a.Prefix}
	}
	return list, nil
}

// overlaps refuses receiving accounts that could match a payment of another
// client at one of the same ODFIs.
func (s *surface) overlaps(ctx context.Context, id string, settings domain.Settings) error {
	mine, err := s.receivers(id, settings)
	if err != nil {
		return err
	}
	if err := s.Views.WaitFor(ctx, api.Everyone); err != nil {
		return err
	}
	for row, err := range s.EachClient(ctx) {
		if err != nil {
			return fmt.Errorf("look for overlapping receiving accounts: %w", err)
		}
		if row.ID == id {
			continue
		}
		other, err := s.Ledger.Client(ctx, row.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(other.Settings.ODFIs, func(odfi string) bool { return slices.Contains(settings.ODFIs, odfi) }) {
			continue
		}
		if err := s.overlapsWith(other, mine); err != nil {
			return err
		}
	}
	return nil
}

func (s *surface) overlapsWith(other domain.Client, mine []receiver) error {
	theirs, err := s.receivers(other.ID, other.Settings)
	if seal.NotCheckable(err) {
		return nil // its keys were destroyed, so it receives nothing any more
	}
	if err != nil {
		return err
	}
	for i, m := range mine {
		if slices.ContainsFunc(theirs, m.overlaps) {
			return domain.RefuseField(domain.RuleBroken, "/receiving_accounts/"+strconv.Itoa(i), "overlap", "overlaps a receiving account of client %s", other.ID)
		}
	}
	return nil
}

// overlaps reports whether some account number matches both. An exact number
// inside another's prefix is refused too: the owner of the prefix would lose a
// payment without knowing.
func (r receiver) overlaps(o receiver) bool {
	return r.number == o.number || r.prefix && strings.HasPrefix(o.number, r.number) || o.prefix && strings.HasPrefix(r.number, o.number)
}
