package node

import (
	"github.com/achledger/achledger/workers/accounts"
	"github.com/achledger/achledger/workers/relationships"
)

// newLinkWorkers makes the worker that applies notifications of change and
// verifies bank links.
func (s *Server) newLinkWorkers() error {
	corrections, err := accounts.New(accounts.Config{Ledger: s.Ledger, Views: s.views, Log: s.log})
	if err != nil {
		return err
	}
	s.links, err = relationships.New(relationships.Config{Ledger: s.Ledger, Views: s.views, Accounts: corrections, Log: s.log})
	return err
}
