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
		if err := s.reveal(st, &r); err != nil {
			return err
		}
	}
	return c.JSON(status, r)
}

// reveal puts whole numbers in the place of masked ones. What can no longer
// be opened, because the client's keys were destroyed, stays masked.
func (s *Server) reveal(st story, r *transactionRecord) error {
	number, err := s.Ledger.OpenAccount(st.Transaction.Client, st.Transaction.Account)
	if err == nil {
		r.ToAccount = number
	} else if !seal.NotCheckable(err) {
		return err
	}
	for n := range r.Events {
		if err := s.revealEvent(st, &r.Events[n]); err != nil {
			return err
		}
	}
	return nil
}

// revealEvent does the same for the corrected data of one event.
func (s *Server) revealEvent(st story, r *eventRecord) error {
	i, ok := st.Transaction.Item(r.EventID)
	if !ok || r.CorrectedData == "" {
		return nil
	}
	var sealed domain.Sealed
	switch {
	case i.Incoming != nil:
		sealed = i.Incoming.Data
	case i.Outgoing != nil:
		sealed = i.Outgoing.Data
	}
	if len(sealed) == 0 {
		return nil
	}
	data, err := s.Ledger.OpenData(st.Transaction.Client, sealed)
	if err == nil {
		r.CorrectedData = data
	} else if !seal.NotCheckable(err) {
		return err
	}
	return nil
}

// idParam reads a GUID from the path. What is none names nothing.
func idParam(c echo.Context, name, what string) (string, error) {
	id, ok := guid(c.Param(name))
	if !ok {
		return "", domain.Refuse(domain.NotFound, "there is no such %s: ids are GUIDs", what)
	}
	return id, nil
}
