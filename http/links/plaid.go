package links

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/http/api"
)

// PlaidConfig is what a client of Plaid needs.
type PlaidConfig struct {
	BaseURL  string // https://production.plaid.com by default, https://sandbox.plaid.com in a sandbox
	ClientID string
	Secret   string
	Sandbox  bool          // the ledger is a sandbox
	Timeout  time.Duration // of one call, 10 s by default
}

// Plaid's addresses.
const (
	plaidProductionURL = "https://production.plaid.com"
	plaidSandboxURL    = "https://sandbox.plaid.com"
)

// NewPlaid returns a client of Plaid's processor endpoints. Without keys, a
// sandbox invents accounts for tokens that begin with processor-sandbox-, and
// any other ledger refuses all tokens: whoever chooses a token must not choose
// the account. The error names the flag that is wrong.
func NewPlaid(c PlaidConfig) (api.Plaid, error) {
	switch {
	case (c.ClientID == "") != (c.Secret == ""):
		return nil, errors.New("--plaid-client-id and --plaid-secret: give both or neither")
	case c.ClientID == "" && c.Sandbox:
		return plaidSandbox{}, nil
	case c.ClientID == "":
		return api.NoPlaid{}, nil
	}
	if c.BaseURL == "" {
		c.BaseURL = plaidProductionURL
		if c.Sandbox {
			c.BaseURL = plaidSandboxURL
		}
	}
	if err := c.checkURL(); err != nil {
		return nil, err
	}
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	return &plaidClient{c, &http.Client{
		Timeout: c.Timeout,
		// The body holds the secret, so redirects are not followed.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// checkURL refuses an address that would reveal the secret, and Plaid's sandbox
// for a ledger whose money is real. A sandbox may use http on this machine.
func (c PlaidConfig) checkURL() error {
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "":
		return fmt.Errorf("--plaid-url: %q is not an address such as %s", c.BaseURL, plaidProductionURL)
	case !c.Sandbox && strings.EqualFold(u.Hostname(), "sandbox.plaid.com"):
		return errors.New("--plaid-url: Plaid's sandbox makes accounts up, and this ledger moves money: leave it out, or start a folder with --sandbox")
	case u.Scheme == "https", c.Sandbox && u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	default:
		return errors.New("--plaid-url must begin with https://")
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

type plaidClient struct {
	PlaidConfig
	http *http.Client
}

// plaidAnswer is what /processor/auth/get says, or what is wrong.
type plaidAnswer struct {
	Account struct {
		Name    string `json:"name"`
		Type    string `json:"type"`
		Subtype string `json:"subtype"`
	} `json:"account"`
	Numbers struct {
		ACH *struct {
			Account string `json:"account"`
			Routing string `json:"routing"`
		} `json:"ach"`
	} `json:"numbers"`

	ErrorType    string `json:"error_type"`
	ErrorCode    string `json:"error_code"`
	ErrorMessage string `json:"error_message"`
}

// mostPlaid bounds an answer of Plaid, in bytes.
const mostPlaid = 1 << 20

// Account asks Plaid once, without retries.
func (p *plaidClient) Account(ctx context.Context, token string) (api.PlaidAccount, error) {
	request, err := json.Marshal(map[string]string{"client_id": p.ClientID, "secret": p.Secret, "processor_token": token})
	if err != nil {
		return api.PlaidAccount{}, fmt.Errorf("ask Plaid: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(p.BaseURL, "/")+"/processor/auth/get", bytes.NewReader(request))
	if err != nil {
		return api.PlaidAccount{}, fmt.Errorf("ask Plaid: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := p.http.Do(r)
	if err != nil {
		return api.PlaidAccount{}, api.NewProblem(api.CodePlaid, "Plaid could not be reached; nothing was linked").After(5)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, mostPlaid))
	if err != nil {
		return api.PlaidAccount{}, api.NewProblem(api.CodePlaid, "Plaid's answer broke off; nothing was linked").After(5)
	}
	var answer plaidAnswer
	readable := json.Unmarshal(content, &answer) == nil
	switch {
	case readable && answer.ErrorCode != "":
		return api.PlaidAccount{}, p.refused(answer, token)
	case !readable || response.StatusCode != http.StatusOK:
		return api.PlaidAccount{}, api.NewProblem(api.CodePlaid, "Plaid answered %d and nothing that can be read; nothing was linked", response.StatusCode)
	default:
		return answer.account()
	}
}

// refused turns an error of Plaid into ours: an unknown token is the caller's
// fault, an item or account without ACH numbers breaks a rule, the rest is
// between us and Plaid. So are numbers that Plaid is still fetching: the same
// token succeeds later.
func (p *plaidClient) refused(a plaidAnswer, token string) error {
	clean := strings.NewReplacer(p.Secret, "...", p.ClientID, "...", token, "...")
	message := clean.Replace("Plaid says " + a.ErrorCode + ": " + a.ErrorMessage)
	field := func(code domain.Code) error {
		return &domain.Refusal{Code: code, Fields: api.Wrong("/processor_token", "plaid-"+strings.ToLower(a.ErrorCode), "%s", message)}
	}
	switch {
	case a.ErrorCode == "INVALID_API_KEYS" || a.ErrorCode == "UNAUTHORIZED_ENVIRONMENT":
		return api.NewProblem(api.CodePlaid, "Plaid does not take the ledger's keys (%s)", a.ErrorCode)
	case a.ErrorCode == "PRODUCT_NOT_READY":
		return api.NewProblem(api.CodePlaid, "%s", message).After(60)
	case a.ErrorType == "INVALID_REQUEST" || a.ErrorType == "INVALID_INPUT":
		return field(domain.Invalid)
	case a.ErrorType == "ITEM_ERROR" || a.ErrorType == "INVALID_RESULT" || a.ErrorType == "AUTH_ERROR":
		return field(domain.RuleBroken)
	case a.ErrorType == "RATE_LIMIT_EXCEEDED":
		return api.NewProblem(api.CodePlaid, "%s", message).After(60)
	default: // API_ERROR, INSTITUTION_ERROR and errors added later
		return api.NewProblem(api.CodePlaid, "%s", message).After(5)
	}
}

// account returns the account of an answer, if it can receive ACH entries.
func (a plaidAnswer) account() (api.PlaidAccount, error) {
	no := func(format string, args ...any) error {
		return &domain.Refusal{Code: domain.RuleBroken, Fields: api.Wrong("/processor_token", "plaid-account", format, args...)}
	}
	switch {
	case a.Numbers.ACH == nil || a.Numbers.ACH.Account == "" || a.Numbers.ACH.Routing == "":
		return api.PlaidAccount{}, no("Plaid has no ACH numbers of this account")
	case a.Account.Subtype != domain.Checking && a.Account.Subtype != domain.Savings:
		return api.PlaidAccount{}, no("a checking or savings account can be linked; this is %q", a.Account.Subtype)
	}
	return api.PlaidAccount{Routing: a.Numbers.ACH.Routing, Number: a.Numbers.ACH.Account, Type: a.Account.Subtype, Name: a.Account.Name}, nil
}

// unnamed is the owner's name in an entry if neither the client nor Plaid gave
// one.
const unnamed = "ACCOUNT HOLDER"

// fromPlaid fills in what a processor token stands for. The client's owner name
// precedes Plaid's.
func (s *surface) fromPlaid(ctx context.Context, in relationshipInput) (relationshipInput, error) {
	a, err := s.Plaid.Account(ctx, in.ProcessorToken)
	if err != nil {
		return in, err
	}
	in.RoutingNumber, in.AccountNumber, in.AccountType = a.Routing, a.Number, a.Type
	if strings.TrimSpace(in.OwnerName) == "" {
		in.OwnerName = unnamed
		if _, _, err := text.ToASCII(a.Owner); err == nil && a.Owner != "" {
			in.OwnerName = a.Owner
		}
	}
	in.Nickname = cmp.Or(in.Nickname, a.Name)
	return in, nil
}
