package console

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

type revealPage struct {
	Number string
	Facts  []fact
	Back   string
}

// revealForm asks for the full account number of a transaction.
func revealForm(p *page, t *domain.Transaction) []form {
	return allowed([]form{newRevealForm(p, t.Client, t.ID)})
}

func newRevealForm(p *page, client, id string) form {
	return form{
		Title: "Show the full account number", Path: Path + "/reveal/" + url.PathEscape(client) + "/" + url.PathEscape(id), Button: "Show it", Fields: []input{reason},
		Note: "The log records that you saw it, and why. It is shown once.", may: p.Who.caller.May(domain.ScopeReveal),
	}
}

// reveal shows a full account number once. The API records who saw it and why
// before it responds.
func (s *surface) reveal(c echo.Context, who api.Caller) error {
	client, id := c.Param("client"), c.Param("id")
	body, err := json.Marshal(map[string]string{"client": client, "reason": c.FormValue("reason")})
	if err != nil {
		return err
	}
	answer, err := s.ask(c, who, http.MethodPost, "/v1/ops/transactions/"+url.PathEscape(id)+"/reveal", body)
	if err != nil {
		return err
	}
	var shown struct {
		Number    string `json:"account_number"`
		Corrected []struct {
			Data string `json:"data"`
		} `json:"corrected"`
	}
	if err := json.Unmarshal(answer.body.Bytes(), &shown); err != nil {
		return err
	}
	_ = s.Views.WaitFor(c.Request().Context(), api.Everyone) // so that the person's list of actions already includes this one
	p := s.newPage(c, who, "Account number", "Transactions")
	data := revealPage{Number: shown.Number, Back: transactionPath(client, id), Facts: []fact{{"Transaction", linked(id, transactionPath(client, id))}, {"Reason", say(c.FormValue("reason"))}}}
	for _, one := range shown.Corrected {
		data.Facts = append(data.Facts, fact{"Corrected data", code(one.Data)})
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return s.serve(c, p, "reveal", data)
}
