package domain

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Action is a kind of request that needs two people if the policy says so.
type Action string

// Actions that need two people.
const (
	ActRelease     Action = "event.approve" // of a held item whose amount is above the policy's
	ActFileRelease Action = "file.release"
	ActFileConfirm Action = "file.confirm"
	ActFileResend  Action = "file.resend"
	ActAcknowledge Action = "acknowledgement" // submitted by a person
	ActInbound     Action = "inbound"         // a file from the bank, submitted by a person
	ActDelivery    Action = "delivery.on"
	ActClient      Action = "client.change"
	ActBank        Action = "bank.configure"
	ActOperator    Action = "operator" // a person is added or changed
	ActCredential  Action = "credential.issue"
	ActDestroy     Action = "keys.destroy"
	ActPolicy      Action = "policy"
)

// Approval is a request that needs another person's approval, and its outcome.
type Approval struct {
	Version int64
	ID      string
	Asked   *ApprovalAsked
	AskedAt time.Time
	// AskedBy is the credential or the person that asked, and AskedPosition the log
	// position of that.
	AskedBy       string
	AskedPosition int64

	Ended   ApprovalState // empty while it waits
	By      string        // who ended it
	Reason  string
	EndedAt time.Time
	// Done reports that everything that was approved is done: at once, or when
	// the act outside the log was carried out. Failed is the reason why that
	// act failed.
	Done   bool
	Failed string
}

// ApprovalState is the state of a request.
type ApprovalState string

// States of a request.
const (
	ApprovalWaits     ApprovalState = "asked"
	ApprovalGranted   ApprovalState = "approved"
	ApprovalDenied    ApprovalState = "refused"
	ApprovalExpired   ApprovalState = "expired"
	ApprovalStale     ApprovalState = "stale" // a stream that it would change, or act on, had changed
	ApprovalWithdrawn ApprovalState = "withdrawn"
)

// ApprovalStates are all states.
var ApprovalStates = []ApprovalState{ApprovalWaits, ApprovalGranted, ApprovalDenied, ApprovalExpired, ApprovalStale, ApprovalWithdrawn}

// ApprovalStream names the stream of a request.
func ApprovalStream(id string) string { return "approval/" + id }

// ProposedChange is what would be written to one stream, in the form of the
// log, provided that nothing else is written there before.
type ProposedChange struct {
	Stream string          `json:"stream"`
	Client string          `json:"client"`
	Expect int64           `json:"expect"` // version of the stream
	Events []ProposedEvent `json:"events"`
}

// ProposedEvent is an event that is not in its stream yet.
type ProposedEvent struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// Act is an act outside the log.
type Act struct {
	Stream  string          `json:"stream,omitempty"` // the stream that it acts on, if any
	Version int64           `json:"version,omitempty"`
	Params  json.RawMessage `json:"params"`
	Sealed  Sealed          `json:"sealed,omitempty"` // submitted content, sealed for the ledger
}

// FileAct is the parameters of an Act on one of the ledger's own files.
type FileAct struct {
	FileID     string `json:"file_id"`
	Reason     string `json:"reason,omitempty"`
	Then       Then   `json:"then,omitempty"`
	NotCarried bool   `json:"not_carried,omitempty"`
}

// Release is the command that an approved release of a file carries out.
func (a FileAct) Release() ReleaseFile {
	return ReleaseFile{Reason: a.Reason, Then: a.Then, NotCarried: a.NotCarried}
}

// HandedIn describes content that a person submitted. The content itself is
// sealed in the Act.
type HandedIn struct {
	Name   string `json:"name,omitempty"`
	SHA256 string `json:"sha256"` // hex
	Bytes  int    `json:"bytes"`
}

// Events of a request that needs two people.
type (
	// ApprovalAsked records what a person asked for: changes of the log, or an
	// act outside it. The digest covers the action, the subject and those.
	ApprovalAsked struct {
		ID        string           `json:"id"`
		Action    Action           `json:"action"`
		Subject   string           `json:"subject"`
		Maker     string           `json:"maker"` // e-mail address of the person
		Changes   []ProposedChange `json:"changes,omitempty"`
		Act       *Act             `json:"act,omitempty"`
		Digest    string           `json:"digest"` // SHA-256, hex
		ExpiresAt time.Time        `json:"expires_at"`
	}
	// ApprovalGiven records that another person approved the request. The
	// requested changes of the log are in the same append.
	ApprovalGiven struct {
		Maker  string `json:"maker"`
		By     string `json:"by"`
		Digest string `json:"digest"`
		Acts   bool   `json:"acts,omitempty"` // an act outside the log follows
	}
	// ApprovalRefused records that another person refused the request.
	ApprovalRefused struct {
		By     string `json:"by"`
		Reason string `json:"reason,omitempty"`
	}
	// ApprovalTakenBack records that the person who asked withdrew the request.
	ApprovalTakenBack struct {
		By string `json:"by"`
	}
	// ApprovalOutdated records that the approval changed nothing, because a
	// stream that the request was about had changed since it was asked for, or
	// because whoever asked was disabled, lost a role, or asked by a credential that
	// was revoked.
	ApprovalOutdated struct {
		By     string `json:"by"`
		Stream string `json:"stream"` // the one that had changed
	}
	// ApprovalActed records that an approved act outside the log was carried
	// out, or why it was not.
	ApprovalActed struct {
		Failed string `json:"failed,omitempty"`
	}
)

// Type names each event in the log.
func (ApprovalAsked) Type() string     { return "approval.asked" }
func (ApprovalGiven) Type() string     { return "approval.approved" }
func (ApprovalRefused) Type() string   { return "approval.refused" }
func (ApprovalTakenBack) Type() string { return "approval.withdrawn" }
func (ApprovalOutdated) Type() string  { return "approval.stale" }
func (ApprovalActed) Type() string     { return "approval.acted" }

func init() {
	register(
		empty[ApprovalAsked], empty[ApprovalGiven], empty[ApprovalRefused], empty[ApprovalTakenBack],
		empty[ApprovalOutdated], empty[ApprovalActed],
	)
}

// Evolve applies one event of the request's stream.
func (a *Approval) Evolve(f Fact) {
	a.Version = f.Version
	switch e := f.Event.(type) {
	case *ApprovalAsked:
		a.ID, a.Asked, a.AskedAt, a.AskedBy, a.AskedPosition = e.ID, e, f.Meta.At, f.Meta.Actor, f.Position
	case *ApprovalGiven:
		a.end(f, ApprovalGranted, e.By, "")
		a.Done = !e.Acts
	case *ApprovalRefused:
		a.end(f, ApprovalDenied, e.By, e.Reason)
	case *ApprovalTakenBack:
		a.end(f, ApprovalWithdrawn, e.By, "")
	case *ApprovalOutdated:
		a.end(f, ApprovalStale, e.By, e.Stream+" has changed")
	case *ApprovalActed:
		a.Done, a.Failed = e.Failed == "", e.Failed
	}
}

func (a *Approval) end(f Fact, state ApprovalState, by, reason string) {
	a.Ended, a.By, a.Reason, a.EndedAt = state, by, reason, f.Meta.At
}

// State returns the state of the request at a business time: an open request
// expires at its ExpiresAt.
func (a Approval) State(now time.Time) ApprovalState {
	switch {
	case a.Ended != "":
		return a.Ended
	case !now.Before(a.Asked.ExpiresAt):
		return ApprovalExpired
	default:
		return ApprovalWaits
	}
}

// DigestOf computes the digest of what a request would do.
func (e ApprovalAsked) DigestOf() (string, error) {
	whole, err := json.Marshal(struct {
		Action  Action           `json:"action"`
		Subject string           `json:"subject"`
		Changes []ProposedChange `json:"changes,omitempty"`
		Act     *Act             `json:"act,omitempty"`
	}{e.Action, e.Subject, e.Changes, e.Act})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(whole)
	return hex.EncodeToString(sum[:]), nil
}
