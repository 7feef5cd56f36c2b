package projections

import "github.com/achledger/achledger/domain"

const (
	putApproval = `INSERT INTO approvals@(position, id, state, asked_at, expires_at, undone) VALUES(?1, ?2, 'asked', ?3, ?4, 0)
		ON CONFLICT DO NOTHING`
	endApproval = `UPDATE approvals@ INDEXED BY approvals_id@ SET state = ?2 WHERE id = ?1`
	// Whether an approved request changes something outside the log is known
	// from its first event only.
	markUndone = `UPDATE approvals@ INDEXED BY approvals_id@ SET undone = ?2 WHERE id = ?1`
)

// approval applies an event of a request that needs two people.
func (p *projector) approval(c *logEvent) error {
	_, id, _ := cutStream(c.recorded.Stream)
	end := func(state domain.ApprovalState) error {
		return p.exec(endApproval, id, string(state))
	}
	switch e := c.fact.Event.(type) {
	case *domain.ApprovalAsked:
		return p.exec(putApproval, c.recorded.Position, id, micros(c.fact.Meta.At), micros(e.ExpiresAt))
	case *domain.ApprovalGiven:
		if e.Acts {
			if err := p.exec(markUndone, id, int64(1)); err != nil {
				return err
			}
		}
		return end(domain.ApprovalGranted)
	case *domain.ApprovalRefused:
		return end(domain.ApprovalDenied)
	case *domain.ApprovalTakenBack:
		return end(domain.ApprovalWithdrawn)
	case *domain.ApprovalOutdated:
		return end(domain.ApprovalStale)
	case *domain.ApprovalActed:
		return p.exec(markUndone, id, int64(0))
	}
	return nil
}
