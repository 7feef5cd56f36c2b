package domain

import "time"

// Events of the ledger's own audit stream: acts of people on the ledger itself.
// Meta has the actor.
type (
	// DeliverySwitched records that a person switched delivery on or off. On is
	// recorded before the switch is set, off after it: files never leave
	// unrecorded, and switching off waits for nothing.
	DeliverySwitched struct {
		ODFI string `json:"odfi,omitempty"` // nine digits; empty: all ODFIs
		On   bool   `json:"on"`
		// Was is why delivery had switched itself off; Reason is what the person said.
		Was    string `json:"was,omitempty"`
		Reason string `json:"reason,omitempty"`
		// Sent says that the files which left since the backup were imported,
		// NothingSent that none had left. Neither is set when delivery is
		// switched off.
		Sent        bool `json:"sent,omitempty"`
		NothingSent bool `json:"nothing_sent,omitempty"`
	}
	// KeysRotated records a new master key or, with a client, a new data key
	// for everything that is sealed for that client from then on.
	KeysRotated struct {
		Client string `json:"client,omitempty"`
	}
	// KeysDestroyed records that the values sealed for a client can no longer
	// be opened.
	KeysDestroyed struct {
		Client   string `json:"client"`
		Rejected int    `json:"rejected,omitempty"` // waiting items that were rejected
	}
	// CredentialsAccepted records that a person reactivated the credentials of a
	// restored log, except those that were revoked since the backup.
	CredentialsAccepted struct {
		Revoked []string `json:"revoked,omitempty"` // keys of the credentials named by the person
	}
	// ActedAlone records that the owner of the data folder does alone, by a
	// command, an act that would require two people through the API. It is
	// recorded before the act.
	ActedAlone struct {
		Action  Action `json:"action"`
		Subject string `json:"subject,omitempty"`
	}
	// LinkMade records that the owner of the data folder made a link with which an
	// operator sets a password.
	LinkMade struct {
		Operator string `json:"operator"` // e-mail address
	}
	// PersonSetUp records that an operator set a password and an authenticator app,
	// which replace the previous ones.
	PersonSetUp struct {
		Operator string `json:"operator"`
	}
	// PersonSignedIn records that an operator signed in.
	PersonSignedIn struct {
		Operator string `json:"operator"`
		Method   string `json:"method"` // password, link, or openid and the issuer
		Address  string `json:"address,omitempty"`
	}
	// SessionsEnded records that every session of an operator was ended.
	SessionsEnded struct {
		Operator string `json:"operator"`
		Reason   string `json:"reason,omitempty"`
	}
	// SessionEnded records that one session of an operator was ended by another.
	SessionEnded struct {
		Operator string    `json:"operator"`
		Session  string    `json:"session"`
		Address  string    `json:"address,omitempty"` // from which the operator had signed in
		Since    time.Time `json:"since"`             // when
		Reason   string    `json:"reason,omitempty"`
	}
	// AuditSignedIn records that a credential of operations got a token.
	AuditSignedIn struct {
		Credential string `json:"credential"`
		Token      string `json:"token"` // access, refresh
	}
)

// Type names each event in the log.
func (DeliverySwitched) Type() string    { return "delivery.switched" }
func (KeysRotated) Type() string         { return "keys.rotated" }
func (KeysDestroyed) Type() string       { return "keys.destroyed" }
func (CredentialsAccepted) Type() string { return "credentials.accepted" }
func (ActedAlone) Type() string          { return "audit.acted_alone" }
func (LinkMade) Type() string            { return "audit.link_made" }
func (PersonSetUp) Type() string         { return "audit.person_set_up" }
func (PersonSignedIn) Type() string      { return "audit.person_signed_in" }
func (SessionsEnded) Type() string       { return "audit.sessions_ended" }
func (SessionEnded) Type() string        { return "audit.session_ended" }
func (AuditSignedIn) Type() string       { return "audit.signed_in" }

func init() {
	register(
		empty[DeliverySwitched], empty[KeysRotated], empty[KeysDestroyed], empty[CredentialsAccepted],
		empty[ActedAlone], empty[LinkMade], empty[PersonSetUp], empty[PersonSignedIn], empty[SessionsEnded],
		empty[SessionEnded], empty[AuditSignedIn],
	)
}
