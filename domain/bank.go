package domain

import (
	"cmp"
	"path"
	"reflect"
	"strings"

	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
)

// Bank is one of our ODFIs as operations configured it: how files travel to and
// from its operator, and the header of files that belong to no client.
type Bank struct {
	Version     int64
	Routing     string
	Delivery    DeliverySettings
	File        FileSettings
	guard.Rules // apply to entries of every client that leave through it
	BankProfile
}

// DeliverySettings says how files leave and come back.
type DeliverySettings struct {
	Method string `json:"method"` // outbox or sftp
	SFTP   *SFTP  `json:"sftp,omitempty"`

	// WriteOnly and InPlace come from the bank's profile; see Bank.Leaves.
	WriteOnly bool `json:"-"`
	InPlace   bool `json:"-"`
}

// Leaves returns how files of the ODFI leave: to the outbox if nothing is
// configured.
func (b Bank) Leaves() DeliverySettings {
	way := b.Delivery
	way.Method = cmp.Or(way.Method, ToOutbox)
	if way.Method == BySFTP && b.WriteOnly {
		way.WriteOnly, way.InPlace = true, b.Rename != nil && !*b.Rename
	}
	return way
}

// SamePlace reports whether both deliver to the same folder.
func (d DeliverySettings) SamePlace(o DeliverySettings) bool {
	if d.Method != BySFTP || o.Method != BySFTP {
		return d.Method == o.Method
	}
	return d.SFTP != nil && o.SFTP != nil && d.SFTP.folder() == o.SFTP.folder()
}

// SFTP is a server of the bank. The private key is in a file of its own.
type SFTP struct {
	Host           string `json:"host"`
	Port           int    `json:"port"`
	User           string `json:"user"`
	PrivateKeyFile string `json:"private_key_file"`
	HostKey        string `json:"host_key"`        // the pinned key, as in known_hosts
	OutboundFolder string `json:"outbound_folder"` // where our files go
	InboundFolder  string `json:"inbound_folder,omitempty"`
}

// serverFolder is a folder of a server as one user sees it. Two texts for the
// same folder give equal ones.
type serverFolder struct {
	host string
	port int
	user string
	path string
}

func (s SFTP) located(folder string) serverFolder {
	return serverFolder{strings.ToLower(strings.TrimSuffix(s.Host, ".")), cmp.Or(s.Port, 22), s.User, path.Clean(folder)}
}

// folder is where our files go, without the keys and the inbound folder, which
// may change without moving it.
func (s SFTP) folder() serverFolder { return s.located(s.OutboundFolder) }

// pickup is where files from the bank are picked up by SFTP; zero: nowhere.
func (d DeliverySettings) pickup() (f serverFolder) {
	if d.Method == BySFTP && d.SFTP != nil && d.SFTP.InboundFolder != "" {
		f = d.SFTP.located(d.SFTP.InboundFolder)
	}
	return f
}

// takesFrom reports whether files are picked up from the folder to which the
// files of o go: they would be taken for the bank's.
func (d DeliverySettings) takesFrom(o DeliverySettings) bool {
	return o.Method == BySFTP && o.SFTP != nil && d.pickup() == o.SFTP.folder()
}

// BankConfigured replaces the settings of an ODFI as a whole.
type BankConfigured struct {
	Routing  string           `json:"routing"`
	Delivery DeliverySettings `json:"delivery"`
	File     FileSettings     `json:"file"`
	guard.Rules
	BankProfile
}

// Type names the event in the log.
func (BankConfigured) Type() string { return "bank.configured" }

func init() { register(empty[BankConfigured]) }

// Evolve applies one event of the ODFI's stream.
func (b *Bank) Evolve(f Fact) {
	b.Version = f.Version
	if e, ok := f.Event.(*BankConfigured); ok {
		b.Routing, b.Delivery, b.File, b.Rules, b.BankProfile = e.Routing, e.Delivery, e.File, e.Rules, e.BankProfile
	}
}

// ConfigureBank configures one of our ODFIs. A sandbox refuses SFTP: nothing of
// it may leave.
type ConfigureBank struct {
	Routing  string
	Delivery DeliverySettings
	File     FileSettings
	guard.Rules
	BankProfile
	Sandbox bool
	Others  []Bank // our other ODFIs, whose files may go to the same folder
}

// Decide records settings that differ from the present ones and can work.
func (c ConfigureBank) Decide(now Bank) ([]Event, error) {
	var f fields
	if err := nacha.ValidRouting(c.Routing); err != nil {
		f.bad("/routing", "routing-number", "%v", err)
	}
	if c.File != (FileSettings{}) {
		c.File.LineEnding = cmp.Or(c.File.LineEnding, "LF")
		c.File.check(&f, "/file")
	}
	switch c.Delivery.Method {
	case ToOutbox:
		c.Delivery.SFTP = nil
	case BySFTP:
		c.Delivery.check(&f)
		if c.Sandbox {
			f.against("/delivery/method", "sandbox", "a sandbox folder can never deliver by SFTP")
		}
	default:
		f.bad("/delivery/method", "enum", "must be outbox or sftp")
	}
	c.Rules = c.Rules.WithDefaults()
	c.Rules.Check(f.bad)
	c.BankProfile.check(&f, c.Delivery.Method == BySFTP)
	set := Bank{0, c.Routing, c.Delivery, c.File, c.Rules, c.BankProfile}
	for _, o := range c.Others {
		if o.Routing != c.Routing && set.Leaves().SamePlace(o.Leaves()) && set.namedLike(o) {
			f.against("/file_name", "unique", "files of ODFI %s go to the same folder and could bear the same names: put {origin} or {routing} into one of the two", o.Routing)
		}
		if o.Routing != c.Routing && (c.Delivery.takesFrom(o.Delivery) || o.Delivery.takesFrom(c.Delivery)) {
			f.against("/delivery/sftp", "folder", "its outbound folder is the inbound folder of ODFI %s, or the other way round: files of ours would be taken for the bank's", o.Routing)
		}
	}
	if err := f.refusal(); err != nil {
		return nil, err
	}
	event := BankConfigured{c.Routing, c.Delivery, c.File, c.Rules, c.BankProfile}
	if _, err := set.Probe(); err != nil {
		return nil, Refuse(RuleBroken, "no file can be made with these settings: %s", FieldRule(err))
	}
	if now.Version > 0 && reflect.DeepEqual(BankConfigured{now.Routing, now.Delivery, now.File, now.Rules, now.BankProfile}, event) {
		return nil, nil
	}
	return []Event{event}, nil
}

func (d DeliverySettings) check(f *fields) {
	if d.SFTP == nil {
		f.bad("/delivery/sftp", "required", "sftp needs host, user, private key file, host key and folders")
		return
	}
	for at, value := range map[string]string{
		"host": d.SFTP.Host, "user": d.SFTP.User, "private_key_file": d.SFTP.PrivateKeyFile,
		"host_key": d.SFTP.HostKey, "outbound_folder": d.SFTP.OutboundFolder,
	} {
		if value == "" {
			f.bad("/delivery/sftp/"+at, "required", "is required")
		}
	}
	if d.SFTP.Port < 0 || d.SFTP.Port > 65535 {
		f.bad("/delivery/sftp/port", "range", "must be a port, or 0 for 22")
	}
	if d.takesFrom(d) {
		f.bad("/delivery/sftp/inbound_folder", "folder", "must be another folder than outbound_folder: our own files would be taken for the bank's")
	}
}
