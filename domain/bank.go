package domain

// Bank is one of our ODFIs as operations set it up: how files travel to and
// from its operator, and the header of files that belong to no client.
type Bank struct {
	Version  int64
	Routing  string
	Delivery Delivery
	File     FileSettings
}

// Delivery says how files leave and come back.
type Delivery struct {
	Method string `json:"method"` // outbox or sftp
	SFTP   *SFTP  `json:"sftp,omitempty"`
}

// SFTP is a server of the bank's. The private key stays in its own file.
type SFTP struct {
	Host           string `json:"host"`
	Port           int    `json:"port"`
	User           string `json:"user"`
	PrivateKeyFile string `json:"private_key_file"`
	HostKey        string `json:"host_key"`        // the pinned key, as in known_hosts
	OutboundFolder string `json:"outbound_folder"` // where our files go
	InboundFolder  string `json:"inbound_folder,omitempty"`
}

// BankConfigured replaces the settings of an ODFI as a whole.
type BankConfigured struct {
	Routing  string       `json:"routing"`
	Delivery Delivery     `json:"delivery"`
	File     FileSettings `json:"file"`
}

// Type names the event in the log.
func (BankConfigured) Type() string { return "bank.configured" }

func init() { register(func() Event { return &BankConfigured{} }) }

// Evolve applies one event of the ODFI's stream.
func (b *Bank) Evolve(f Fact) {
	b.Version = f.Version
	if e, ok := f.Event.(*BankConfigured); ok {
		b.Routing, b.Delivery, b.File = e.Routing, e.Delivery, e.File
	}
}
