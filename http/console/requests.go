package console

import (
	"context"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// openRequest is a request, waiting for another person, about what a page shows.
type openRequest struct {
	Path, What, By string
	AskedAt        time.Time
}

// mostRequests bounds the waiting requests among which a page looks for its own.
const mostRequests = 100

// findRequests finds the requests about any of the subjects that wait for another
// person. The page names them, so that whoever comes to it by another way than the
// queue decides on the request and does not ask a second time.
func (s *surface) findRequests(ctx context.Context, p *page, subjects ...string) error {
	ids, _, err := s.Views.Approvals(ctx, projections.ApprovalFilter{State: domain.ApprovalWaits, Now: p.Now, Limit: mostRequests})
	if err != nil {
		return err
	}
	for _, id := range ids {
		a, err := s.readApproval(ctx, id)
		if err != nil {
			return err
		}
		if a.State(p.Now) != domain.ApprovalWaits || !slices.Contains(subjects, a.Asked.Subject) {
			continue // it ended since the list was made, or is about something else
		}
		r := openRequest{Path: Path + "/approvals/" + a.ID, What: actText(a.Asked.Action), By: a.Asked.Maker, AskedAt: a.AskedAt}
		if r.By == p.Who.Name {
			r.By = "you"
		}
		p.Requests = append(p.Requests, r)
	}
	return nil
}
