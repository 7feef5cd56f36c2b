package console

import (
	"context"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// openRequest is a request that waits for another person.
type openRequest struct {
	Path, What, By string
	AskedAt        time.Time
	subject        string
}

// mostRequests bounds the waiting requests among which a page looks for its own.
const mostRequests = 100

// findRequests finds the requests about any of the subjects that wait for another
// person. The page names them, so that whoever comes to it by another way than the
// queue decides on the request and does not ask a second time.
func (s *surface) findRequests(ctx context.Context, p *page, subjects ...string) error {
	list, err := s.openRequests(ctx, p)
	for _, r := range list {
		if slices.Contains(subjects, r.subject) {
			p.Requests = append(p.Requests, r)
		}
	}
	return err
}

// openRequests lists the newest requests that wait for another person.
func (s *surface) openRequests(ctx context.Context, p *page) (list []openRequest, err error) {
	ids, _, err := s.Views.Approvals(ctx, projections.ApprovalFilter{State: domain.ApprovalWaits, Now: p.Now, Limit: mostRequests})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		a, err := s.Ledger.Approval(ctx, id)
		if err != nil {
			return nil, err
		}
		if a.State(p.Now) != domain.ApprovalWaits {
			continue // it ended since the list was made
		}
		r := openRequest{Path: Path + "/approvals/" + a.ID, What: actText(a.Asked.Action), By: a.Asked.Maker, AskedAt: a.AskedAt, subject: a.Asked.Subject}
		if r.By == p.Who.Name {
			r.By = "you"
		}
		list = append(list, r)
	}
	return list, nil
}
