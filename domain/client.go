package domain

import (
	"regexp"
	"slices"
	"time"

	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/receiving"
)

// Settings are operations' settings of a client.
type Settings struct {
	Name                   string         `json:"name"`
	CompanyName            string         `json:"company_name"`            // at most 16 characters; the company name of batches if the transaction has none
	CompanyIdentifications []string       `json:"company_identifications"` // at most 10 characters each; the first is the default
	ODFIs                  []string       `json:"odfi_routing_numbers"`
	SECCodes               []string       `json:"sec_codes"`
	DefaultSEC             string         `json:"default_sec_code"`
	DefaultDescription     string         `json:"default_entry_description"`
	SameDay                bool           `json:"same_day"` // may ask for same-day settlement
	Batching               Batching       `json:"batching"`
	File                   FileSettings   `json:"file"`
	ReceivingAccounts      []AccountMatch `json:"receiving_accounts,omitempty"`
	UnknownAccounts        string         `json:"unknown_accounts"`          // queue or return
	Verification           string         `json:"relationship_verification"` // prenote, micro_deposits or none
	Balance                []Balance      `json:"balance,omitempty"`         // accounts of its companies against which batches are balanced
	guard.Rules                           // apply to its entries
}

// Batching says when a client's pending entries are cut into a file. A
// threshold is met when the total that is due reaches it; zero is no threshold.
type Batching struct {
	MaxEntries     int      `json:"max_entries,omitempty"`
	MaxAmountCents int64    `json:"max_amount_cents,omitempty"`
	MaxAge         string   `json:"max_age,omitempty"` // Go duration, of the oldest entry
	Windows        []string `json:"windows"`           // HH:MM, New York, on banking days
}

// DefaultWindows leave time before the three same-day deadlines of FedACH
// and before its last evening deadline.
var DefaultWindows = []string{"10:15", "14:30", "16:30", "22:30"}

// Age is MaxAge as a duration; zero is no threshold.
func (b Batching) Age() time.Duration {
	d, _ := time.ParseDuration(b.MaxAge) // checked when it was set
	return d
}

// FileSettings are the header fields and line ending of a client's files.
type FileSettings struct {
	ImmediateDestination     string `json:"immediate_destination"`
	ImmediateDestinationName string `json:"immediate_destination_name"`
	ImmediateOrigin          string `json:"immediate_origin"`
	ImmediateOriginName      string `json:"immediate_origin_name"`
	LineEnding               string `json:"line_ending"` // LF or CRLF
}

// AccountMatch is a receiving account of a client, or all accounts with a
// prefix.
type AccountMatch struct {
	Account Account `json:"account"`
	Prefix  bool    `json:"prefix"` // the pattern ended in *
	// Rules decide about payments for it; nil: all are accepted.
	Rules *receiving.Rules `json:"rules,omitempty"`
}

// Values of UnknownAccounts.
const (
	QueueUnknown  = "queue"
	ReturnUnknown = "return"
)

// Client is a tenant; everything in the ledger belongs to one.
type Client struct {
	ID        string
	Settings  Settings
	Suspended bool
	Version   int64
	OpenedAt  time.Time
	// Banks are the guard's rules of the client's banks, by routing number, if the
	// reader asked for them.
	Banks map[string]Bank
}

// Refuses returns why an entry is refused when it is accepted because of its
// own amount: by a rule of the client, or of the bank through which it leaves.
func (c Client) Refuses(odfi string, debit bool, company string, cents int64) string {
	if why := c.Settings.Refused(debit, company, cents); why != "" {
		return why
	}
	return c.Banks[odfi].Refused(debit, company, cents)
}

// Events of a client.
type (
	// ClientOpened records that operations opened a client.
	ClientOpened struct {
		ClientID string   `json:"client_id"`
		Settings Settings `json:"settings"`
	}
	// ClientChanged replaces the client's settings as a whole.
	ClientChanged struct {
		Settings Settings `json:"settings"`
	}
	// ClientSuspended stops new transactions and cuts of forward entries; answers
	// to received entries still leave.
	ClientSuspended struct {
		Reason string `json:"reason,omitempty"`
	}
	// ClientResumed ends a suspension.
	ClientResumed struct{}
)

// Type names each event in the log.
func (ClientOpened) Type() string    { return "client.opened" }
func (ClientChanged) Type() string   { return "client.changed" }
func (ClientSuspended) Type() string { return "client.suspended" }
func (ClientResumed) Type() string   { return "client.resumed" }

func init() {
	register(empty[ClientOpened], empty[ClientChanged], empty[ClientSuspended], empty[ClientResumed])
}

// Evolve applies one event of the client's stream.
func (c *Client) Evolve(f Fact) {
	c.Version = f.Version
	switch e := f.Event.(type) {
	case *ClientOpened:
		c.ID, c.OpenedAt = e.ClientID, f.Meta.At
		c.settle(e.Settings, f.Stream)
	case *ClientChanged:
		c.settle(e.Settings, f.Stream)
	case *ClientSuspended:
		c.Suspended = true
	case *ClientResumed:
		c.Suspended = false
	}
}

func (c *Client) settle(s Settings, stream string) {
	s.ReceivingAccounts = slices.Clone(s.ReceivingAccounts)
	for n := range s.ReceivingAccounts {
		s.ReceivingAccounts[n].Account.In = stream
	}
	s.Balance = slices.Clone(s.Balance)
	for n := range s.Balance {
		s.Balance[n].Account.In = stream
	}
	c.Settings = s
}

// ValidClientID reports whether an id has the form of a client's.
func ValidClientID(id string) bool { return clientID.MatchString(id) }

var clientID = regexp.MustCompile(`^[a-z0-9]{1,32}$`)

// OpenClient opens a client.
type OpenClient struct {
	ClientID  string
	Settings  Settings
	Suspended bool // from the first moment on
	Reason    string
}

// Decide opens the client unless the id is taken.
func (c OpenClient) Decide(now Client) ([]Event, error) {
	if !ValidClientID(c.ClientID) {
		return nil, Refuse(Invalid, "a client id is 1 to 32 characters of a-z and 0-9")
	}
	settings := c.Settings.withDefaults()
	if err := settings.Check(); err != nil {
		return nil, err
	}
	if err := settings.checkNewName(); err != nil {
		return nil, err
	}
	if now.Version > 0 {
		return nil, Refuse(Conflict, "client %s exists", c.ClientID)
	}
	events := []Event{ClientOpened{c.ClientID, settings}}
	if c.Suspended {
		events = append(events, ClientSuspended{c.Reason})
	}
	return events, nil
}

// SuspendClient suspends a client and keeps its settings.
type SuspendClient struct{ Reason string }

// Decide suspends it once.
func (c SuspendClient) Decide(now Client) ([]Event, error) {
	if now.Suspended {
		return nil, nil
	}
	return []Event{ClientSuspended{c.Reason}}, nil
}

// ChangeClient replaces the settings and may suspend or resume.
type ChangeClient struct {
	Settings  Settings
	Suspended bool
	Reason    string
}

// Decide returns events for what differs, so that repeating it changes nothing.
func (c ChangeClient) Decide(now Client) ([]Event, error) {
	settings := c.Settings.withDefaults()
	if err := settings.Check(); err != nil {
		return nil, err
	}
	if err := settings.checkNewName(); err != nil && settings.Name != now.Settings.Name {
		return nil, err
	}
	var events []Event
	if !settings.Equal(now.Settings) {
		events = append(events, ClientChanged{settings})
	}
	switch {
	case c.Suspended && !now.Suspended:
		events = append(events, ClientSuspended{c.Reason})
	case !c.Suspended && now.Suspended:
		events = append(events, ClientResumed{})
	}
	return events, nil
}
