package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// notSettings are fields of the API's response that a form does not edit.
var notSettings = []string{"client_id", "created_at", "suspended", "suspended_reason", "credential", "routing", "probe"}

// newClient is the initial text of the form for a new client.
const newClient = `{
  "name": "",
  "company_name": "",
  "company_identifications": [],
  "odfi_routing_numbers": [],
  "sec_codes": ["PPD", "CCD"],
  "batching": {"windows": ["10:15", "14:30", "16:30", "22:30"]},
  "file": {"immediate_destination": "", "immediate_destination_name": "", "immediate_origin": "", "immediate_origin_name": ""}
}`

// settingsOf returns the settings as the API shows them, for editing in a
// form, or otherwise if none are set yet.
func (s *surface) settingsOf(c echo.Context, who api.Caller, apiPath, otherwise string) (string, error) {
	answer, err := s.ask(c, who, http.MethodGet, apiPath, nil)
	if err != nil {
		var p *api.Problem
		if errors.As(err, &p) && p.Status == http.StatusNotFound {
			return otherwise, nil
		}
		return "", err
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(answer.body.Bytes(), &values); err != nil {
		return "", fmt.Errorf("read settings: %w", err)
	}
	for _, name := range notSettings {
		delete(values, name)
	}
	text, err := json.MarshalIndent(values, "", "  ")
	return string(text), err
}

// clientVersion and its siblings are the versions of settings that a form replaces
// as a whole.
func (s *surface) clientVersion(ctx context.Context, id string) (int64, error) {
	client, err := s.Ledger.Client(ctx, id)
	return client.Version, err
}

func (s *surface) bankVersion(ctx context.Context, routing string) (int64, error) {
	bank, err := s.Ledger.Bank(ctx, routing)
	return bank.Version, err
}

func (s *surface) policyVersion(ctx context.Context, _ string) (int64, error) {
	policy, err := s.Ledger.Policy(ctx)
	return policy.Version, err
}

// seeing notes in a form the version of the settings that it is filled with.
func (f form) seeing(version int64) form { return f.with(seenField, strconv.FormatInt(version, 10)) }

// issued is a new credential, whose secret is shown only once.
type issued struct{ Key, Secret string }

// issued returns the credential that the API created, if it did.
func (a *answered) issued() (one issued) {
	var response struct {
		issued
		Credential issued
	}
	if json.Unmarshal(a.body.Bytes(), &response) != nil {
		return issued{}
	}
	if response.Credential.Secret != "" {
		return response.Credential
	}
	return response.issued
}

type secretPage struct {
	issued
	Asked string // path of the request to be approved first
	Back  string
}

// showSecret shows a new credential's secret, once.
func (s *surface) showSecret(c echo.Context, who api.Caller, one issued, approval string) error {
	p := s.newPage(c, who, "Credential", "Clients")
	data := secretPage{issued: one, Back: back(c)}
	if approval != "" {
		data.Asked = Path + "/approvals/" + approval
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return s.serve(c, p, "secret", data)
}

// mostHandedIn is the largest file that a person may upload, in bytes.
const mostHandedIn = 64 << 20

// handIn takes in a file from the bank that a person uploads.
func (s *surface) handIn(c echo.Context, who api.Caller) error {
	name, content, err := handedIn(c.Request())
	if err != nil {
		return err
	}
	answer, err := s.askWith(c, who, http.MethodPost, "/v1/ops/inbound?name="+url.QueryEscape(path.Base(name)), echo.MIMETextPlain, content)
	if err != nil {
		return err
	}
	if id := answer.approval(); id != "" {
		return c.Redirect(http.StatusSeeOther, withQuery(withQuery(Path+"/inbound", "done", "asked"), "asked", id))
	}
	_ = s.Views.WaitFor(c.Request().Context(), api.Everyone)
	return c.Redirect(http.StatusSeeOther, Path+"/inbound?done=hand-in")
}

// handedIn reads the name and the content of the file of an upload. It does not parse
// the form, which would leave a large file in the system's temporary folder, in the
// clear.
func handedIn(r *http.Request) (name string, content []byte, err error) {
	missing := api.Invalid("/file", "required", "choose a file from the bank")
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, missing
	}
	for {
		part, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return "", nil, missing
		case err != nil:
			return "", nil, api.ReadError(err)
		case part.FormName() == "file" && part.FileName() != "":
			if content, err = io.ReadAll(part); err != nil {
				return "", nil, api.ReadError(err)
			}
			return part.FileName(), content, nil
		}
	}
}

// handInForm uploads a file from the bank.
func handInForm(p *page) []form {
	return allowed([]form{{
		Title: "Hand in a file from the bank", Path: Path + "/hand-in", Button: "Hand it in", may: p.Who.caller.May(domain.ScopeOpsWork), Upload: true,
		Fields: []input{{Name: "file", Label: "A NACHA file, or an acknowledgement", Kind: "file", Needed: true}}, Note: "A file that came before is recognized, and none of it is applied twice.",
	}})
}
