package http

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
)

// recall answers DELETE /api/transaction/{id}/events/{event}: it withdraws
// what still waits for a file, and says so again when asked again.
func (s *Server) recall(c echo.Context, who Caller) error {
	id, err := idParam(c, "id", "transaction")
	if err != nil {
		return err
	}
	item, err := idParam(c, "event", "event")
	if err != nil {
		return err
	}
	l, ctx := s.present(), c.Request().Context()
	if _, err := s.story(ctx, l, who.Client, id); err != nil {
		return err
	}
	t, err := l.Decide(ctx, who.Client, id, domain.Recall{ItemID: item}.Decide)
	if err != nil {
		return err
	}
	st, err := s.storyOf(ctx, l, t, id)
	if err != nil {
		return err
	}
	return s.answerEvent(c, who, http.StatusOK, st, item)
}

// answerEvent writes one event of a transaction.
func (s *Server) answerEvent(c echo.Context, who Caller, status int, st story, item string) error {
	for _, i := range st.items {
		if i.ItemID != item {
			continue
		}
		r := newEventRecord(i)
		if who.May(domain.ScopeReveal) {
			whole := r
			opened, err := s.revealEvent(st, &whole)
			if err != nil {
				return err
			}
			if opened {
				if opened, err = s.mayReveal(c, st.Transaction.Client, domain.RevealedEvent, item); err != nil {
					return err
				}
			}
			if opened {
				r = whole
			}
		}
		return c.JSON(status, r)
	}
	return domain.Refuse(domain.NotFound, "transaction %s has no event %s", st.Transaction.ID, item)
}
