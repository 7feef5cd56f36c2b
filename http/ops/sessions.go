package ops

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/eventstore/people"
	"github.com/achledger/achledger/http/api"
)

// session is a person signed in to the console.
type session struct {
	ID       string    `json:"id"`
	Operator string    `json:"operator"` // the e-mail address
	Method   string    `json:"method"`
	Address  string    `json:"address"`
	Since    time.Time `json:"since"`
	SeenAt   time.Time `json:"seen_at"`
	Until    time.Time `json:"until"`
}

func shownSession(o people.OpenSession) session {
	return session{o.ID, o.Email, o.Method, o.Address, o.Since, o.Seen, o.Until}
}

// listSessions answers who is signed in, the newest first.
func (s *surface) listSessions(c echo.Context, _ api.Caller) error {
	open, err := s.SignIns.OpenSessions(c.Request().Context())
	if err != nil {
		return err
	}
	shown := make([]session, len(open))
	for i, o := range open {
		shown[i] = shownSession(o)
	}
	return api.AnswerWhole(c, shown)
}

// endSession ends one session; its person can sign in again.
func (s *surface) endSession(c echo.Context, _ api.Caller) error {
	reason, err := readReason(c)
	if err != nil {
		return err
	}
	ended, err := s.SignIns.EndSession(c.Request().Context(), c.Param("id"), reason)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shownSession(ended))
}
