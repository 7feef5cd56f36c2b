package ops

import (
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// operator is a person who runs the ledger.
type operator struct {
	ID      string    `json:"id"` // the e-mail address
	Email   string    `json:"email"`
	Name    string    `json:"name"`
	Roles   []string  `json:"roles"`
	Scopes  []string  `json:"scopes"` // of the roles
	Enabled bool      `json:"enabled"`
	AddedAt time.Time `json:"added_at"`
}

func shownOperator(p domain.Operator) operator {
	return operator{p.Email, p.Email, p.Name, p.Roles, p.Scopes(), !p.Disabled, p.AddedAt}
}

// listOperators answers the people who run the ledger, in the order in which
// they were added. There are few of them: all are on one page.
func (s *surface) listOperators(c echo.Context, _ api.Caller) error {
	people, err := s.Ledger.Operators(c.Request().Context())
	if err != nil {
		return err
	}
	shown := make([]operator, len(people.People))
	for i, p := range people.People {
		shown[i] = shownOperator(p)
	}
	return api.AnswerWhole(c, shown)
}

// addOperator adds a person, who signs in first with a link that the owner of
// the data folder requests.
func (s *surface) addOperator(c echo.Context, who api.Caller) error {
	var in struct {
		Email string   `json:"email"`
		Name  string   `json:"name"`
		Roles []string `json:"roles"`

		Reason string `json:"reason"`
	}
	input, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	return s.changePeople(c, who, http.StatusCreated, in.Email, input, domain.AddOperator{Email: in.Email, Name: in.Name, Roles: in.Roles, Reason: in.Reason}.Decide)
}

// changeOperator changes the name, the roles, or whether a person is enabled.
func (s *surface) changeOperator(c echo.Context, who api.Caller) error {
	var in struct {
		Name    *string  `json:"name"`
		Roles   []string `json:"roles"`
		Enabled *bool    `json:"enabled"`
		Reason  string   `json:"reason"`
	}
	input, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	email := emailOf(c)
	command := domain.ChangeOperator{Email: email, Name: in.Name, Roles: in.Roles, Enabled: in.Enabled, Reason: in.Reason}
	return s.changePeople(c, who, http.StatusOK, email, input, s.Ledger.ChangeOperator(c.Request().Context(), command))
}

// emailOf returns the e-mail address in a path.
func emailOf(c echo.Context) string {
	if email, err := url.PathUnescape(c.Param("id")); err == nil {
		return email
	}
	return c.Param("id")
}

// signOutOperator ends every session of a person; the person can sign in again.
func (s *surface) signOutOperator(c echo.Context, _ api.Caller) error {
	reason, err := readReason(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	people, err := s.Ledger.Operators(ctx)
	if err != nil {
		return err
	}
	person, ok := people.Find(emailOf(c))
	if !ok {
		return domain.Refuse(domain.NotFound, "there is no operator %.80q", emailOf(c))
	}
	if err := s.SignIns.SignOut(ctx, person.Email, reason); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shownOperator(person))
}

func (s *surface) changePeople(c echo.Context, who api.Caller, status int, email string, input []byte, decide func(domain.Operators) ([]domain.Event, error)) error {
	email = domain.NormalEmail(email)
	ctx, err := s.ForTwo(c, who, domain.ActOperator, email, input)
	if err != nil {
		return err
	}
	people, err := ledger.Execute(ctx, s.Ledger, ledger.OperatorsStream(), decide)
	if err != nil {
		return err
	}
	person, _ := people.Find(email)
	return c.JSON(status, shownOperator(person))
}
