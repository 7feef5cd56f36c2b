package http

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/seal"
)

// getTransaction answers GET /api/transaction/{id} from the transaction's own
// stream and its files', never from a view, so it is always current.
func (s *Server) getTransaction(c echo.Context, who Caller) error {
	id, err := idParam(c, "id", "transaction")
	if err != nil {
		return err
	}
	st, err := s.story(c.Request().Context(), s.present(), who.Client, id)
	if err != nil {
		return err
	}
	return s.answerTransaction(c, who, http.StatusOK, st)
}

// answerTransaction writes one transaction, its account number whole for
// those who may see it.
func (s *Server) answerTransaction(c echo.Context, who Caller, status int, st story) error {
	r := st.record()
	if who.May(domain.ScopeReveal) {
		whole := st.record()
		opened, err := s.reveal(st, &whole)
		if err != nil {
			return err
		}
		if opened {
			if opened, err = s.mayReveal(c, st.Transaction.Client, domain.RevealedTransaction, st.Transaction.ID); err != nil {
				return err
			}
		}
		if opened {
			r = whole
		}
	}
	return c.JSON(status, r)
}

// reveal puts whole numbers in the place of masked ones, and reports whether
// it found any. What can no longer be opened, because the client's keys were
// destroyed, stays masked.
func (s *Server) reveal(st story, r *transactionRecord) (opened bool, err error) {
	number, err := s.Ledger.OpenAccount(st.Transaction.Client, st.Transaction.Account)
	if err == nil {
		r.ToAccount, opened = number, true
	} else if !seal.NotCheckable(err) {
		return false, err
	}
	for n := range r.Events {
		more, err := s.revealEvent(st, &r.Events[n])
		if err != nil {
			return false, err
		}
		opened = opened || more
	}
	return opened, nil
}

// revealEvent does the same for the corrected data of one event.
func (s *Server) revealEvent(st story, r *eventRecord) (opened bool, err error) {
	i, ok := st.Transaction.Item(r.EventID)
	if !ok || r.CorrectedData == "" {
		return false, nil
	}
	var sealed domain.Sealed
	switch {
	case i.Incoming != nil:
		sealed = i.Incoming.Data
	case i.Outgoing != nil:
		sealed = i.Outgoing.Data
	}
	if len(sealed) == 0 {
		return false, nil
	}
	data, err := s.Ledger.OpenData(st.Transaction.Client, sealed)
	switch {
	case err == nil:
		r.CorrectedData = data
		return true, nil
	case seal.NotCheckable(err):
		return false, nil
	default:
		return false, err
	}
}

// idParam reads a GUID from the path. What is none names nothing.
func idParam(c echo.Context, name, what string) (string, error) {
	id, ok := guid(c.Param(name))
	if !ok {
		return "", domain.Refuse(domain.NotFound, "there is no such %s: ids are GUIDs", what)
	}
	return id, nil
}
