package ops

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// clientBody is a client's settings as operations write them. Receiving
// accounts are patterns in the clear; answers show them masked.
type clientBody struct {
	ClientID               string              `json:"client_id,omitempty"`
	Name                   string              `json:"name"`
	CompanyName            string              `json:"company_name"`
	CompanyIdentifications []string            `json:"company_identifications"`
	ODFIs                  []string            `json:"odfi_routing_numbers"`
	SECCodes               []string            `json:"sec_codes"`
	DefaultSEC             string              `json:"default_sec_code"`
	DefaultDescription     string              `json:"default_entry_description"`
	SameDay                bool                `json:"same_day"`
	Batching               domain.Batching     `json:"batching"`
	File                   domain.FileSettings `json:"file"`
	ReceivingAccounts      []receivingAccount  `json:"receiving_accounts"`
	UnknownAccounts        string              `json:"unknown_accounts"`
	Verification           string              `json:"relationship_verification"`
	Balance                []offsetAccount     `json:"balance,omitempty"`
	guard.Rules
	Suspended       bool   `json:"suspended"`
	SuspendedReason string `json:"suspended_reason,omitempty"`
}

// clientAnswer is a client, with its first credential if it was just opened.
type clientAnswer struct {
	clientBody
	CreatedAt  time.Time                `json:"created_at"`
	Credential *ledger.IssuedCredential `json:"credential,omitempty"`
	// DecisionSecret verifies the questions to the client's decision engine.
	DecisionSecret string `json:"decision_secret,omitempty"`
}

// shownClient copies every list: a body is decoded over it, and decoding into a
// list would write to the client's array.
func shownClient(c domain.Client) clientAnswer {
	s := c.Settings
	s.Batching.Windows = slices.Clone(s.Batching.Windows)
	b := clientBody{
		ClientID: c.ID, Name: s.Name, CompanyName: s.CompanyName, CompanyIdentifications: slices.Clone(s.CompanyIdentifications),
		ODFIs: slices.Clone(s.ODFIs), SECCodes: slices.Clone(s.SECCodes), DefaultSEC: s.DefaultSEC, DefaultDescription: s.DefaultDescription,
		SameDay: s.SameDay, Batching: s.Batching, File: s.File, ReceivingAccounts: shownReceiving(s.ReceivingAccounts),
		UnknownAccounts: s.UnknownAccounts, Verification: s.Verification, Balance: shownOffsets(s.Balance), Rules: s.Rules.Clone(), Suspended: c.Suspended,
	}
	return clientAnswer{clientBody: b, CreatedAt: c.OpenedAt}
}

func maskedPattern(a domain.AccountMatch) string {
	if a.Prefix {
		return a.Account.Masked() + "*"
	}
	return a.Account.Masked()
}

// openClient opens a client and issues its first credential in one write, so
// that neither exists without the other.
func (s *surface) openClient(c echo.Context, who api.Caller) error {
	var b clientBody
	input, err := api.ReadBody(c, &b)
	if err != nil {
		return err
	}
	if b.ClientID == "" {
		b.ClientID = newClientID()
	}
	ctx := c.Request().Context()
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if once.Repeated() {
		return api.SecretIsGone("issue another credential")
	}
	if err := b.checkSuspension(); err != nil {
		return err
	}
	settings, err := s.clientSettings(b, domain.Settings{})
	if err != nil {
		return err
	}
	issued, credential, err := s.Ledger.NewCredential(ledger.CredentialRequest{Client: b.ClientID, Scopes: domain.FirstScopes, Now: s.Now()})
	if err != nil {
		return err
	}
	client, err := ledger.ExecuteWith(ctx, s.Ledger, ledger.ClientStream(b.ClientID), func(now domain.Client) (d ledger.Decision, err error) {
		open := domain.OpenClient{ClientID: b.ClientID, Settings: settings, Suspended: b.Suspended, Reason: b.SuspendedReason}
		if d.Events, err = open.Decide(now); err != nil {
			return d, err
		}
		if err := s.balances(ctx, settings); err != nil {
			return d, err
		}
		receives, err := s.receives(ctx, b.ClientID, domain.Settings{}, settings)
		d.With = append([]ledger.Change{credential}, receives...)
		return d, err
	}, once.Key)
	if err != nil {
		return err
	}
	answer := shownClient(client)
	answer.Credential = &issued
	if answer.DecisionSecret, err = s.decisionSecret(input, "client/"+client.ID); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, "/v1/ops/clients/"+client.ID)
	return c.JSON(http.StatusCreated, answer)
}

// checkSuspension refuses a reason for nothing.
func (b clientBody) checkSuspension() error {
	if b.SuspendedReason != "" && !b.Suspended {
		return api.Invalid("/suspended_reason", "either-or", "goes with suspended: true")
	}
	return nil
}

// clientSettings converts a body to settings and seals the receiving accounts.
func (s *surface) clientSettings(b clientBody, before domain.Settings) (domain.Settings, error) {
	settings := domain.Settings{
		Name: b.Name, CompanyName: b.CompanyName, CompanyIdentifications: b.CompanyIdentifications,
		ODFIs: b.ODFIs, SECCodes: b.SECCodes, DefaultSEC: b.DefaultSEC, DefaultDescription: b.DefaultDescription,
		SameDay: b.SameDay, Batching: b.Batching, File: b.File, UnknownAccounts: b.UnknownAccounts, Verification: b.Verification, Rules: b.Rules,
	}
	var err error
	if settings.ReceivingAccounts, err = s.receivingAccounts(b, before.ReceivingAccounts); err != nil {
		return settings, err
	}
	settings.Balance, err = s.offsetAccounts(b, before.Balance)
	return settings, err
}

// newClientID makes an id for a client that did not choose one.
func newClientID() string { return "c" + strings.ReplaceAll(api.NewID(), "-", "")[:20] }

// getClient answers one client.
func (s *surface) getClient(c echo.Context, _ api.Caller) error {
	client, err := s.existing(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shownClient(client))
}

// changeClient changes the settings that the body contains and keeps the
// others.
func (s *surface) changeClient(c echo.Context, who api.Caller) error {
	client, err := s.existing(c)
	if err != nil {
		return err
	}
	input, err := api.Body(c)
	if err != nil {
		return err
	}
	ctx, at := c.Request().Context(), ledger.ClientStream(client.ID).Through(s.clientForTwo(c, who, client.ID, input))
	client, err = ledger.ExecuteWith(ctx, s.Ledger, at, func(now domain.Client) (ledger.Decision, error) {
		return s.change(ctx, now, input)
	})
	if err != nil {
		return err
	}
	answer := shownClient(client)
	if answer.DecisionSecret, err = s.decisionSecret(input, "client/"+client.ID); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, answer)
}

// clientForTwo is how a change of a client is written, or another person's
// approval of it asked for. Suspending a client needs none: it lets nothing out.
// What is about to be written decides that, because the client may have changed
// since the request came, so that the same body changes more.
func (s *surface) clientForTwo(c echo.Context, who api.Caller, client string, input []byte) func(context.Context, ...ledger.Change) error {
	return func(ctx context.Context, changes ...ledger.Change) (err error) {
		if !onlySuspends(changes) {
			if ctx, err = s.ForTwo(c, who, domain.ActClient, client, input); err != nil {
				return err
			}
		}
		_, err = s.Ledger.Write(ctx, changes...)
		return err
	}
}

func onlySuspends(changes []ledger.Change) bool {
	for _, change := range changes {
		for _, e := range change.Events {
			if _, suspends := e.(domain.ClientSuspended); !suspends {
				return false
			}
		}
	}
	return true
}

// change applies a body to a client's current settings.
func (s *surface) change(ctx context.Context, now domain.Client, input []byte) (d ledger.Decision, err error) {
	b := shownClient(now).clientBody
	if err := api.StrictlyOver(input, &b); err != nil {
		return d, err
	}
	if b.ClientID != now.ID {
		return d, api.Invalid("/client_id", "fixed", "the id of a client does not change")
	}
	if err := b.checkSuspension(); err != nil {
		return d, err
	}
	settings, err := s.clientSettings(b, now.Settings)
	if err != nil {
		return d, err
	}
	if d.Events, err = (domain.ChangeClient{Settings: settings, Suspended: b.Suspended, Reason: b.SuspendedReason}).Decide(now); err != nil {
		return d, err
	}
	if err := s.balances(ctx, settings); err != nil {
		return d, err
	}
	d.With, err = s.receives(ctx, now.ID, now.Settings, settings)
	return d, err
}

// listClients answers the clients by id.
func (s *surface) listClients(c echo.Context, _ api.Caller) error {
	return api.List(s.Kit, c, api.Everyone, "clients", s.Views.Clients, func(row projections.Client) (clientAnswer, error) {
		client, err := s.Ledger.Client(c.Request().Context(), row.ID)
		return shownClient(client), err
	})
}

// existing finds the client of the path.
func (s *surface) existing(c echo.Context) (domain.Client, error) {
	id := c.Param("client")
	client, err := s.Ledger.Client(c.Request().Context(), id)
	if err == nil && client.Version == 0 {
		err = domain.Refuse(domain.NotFound, "there is no client %q", id)
	}
	return client, err
}
