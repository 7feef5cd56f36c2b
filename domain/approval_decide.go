package domain

import (
	"slices"
	"time"
)

// AskApproval requests another person's approval.
type AskApproval struct {
	ApprovalAsked // all but the digest
}

// Decide records the request with its digest, unless it is recorded already.
func (c AskApproval) Decide(now Approval) ([]Event, error) {
	if now.Version > 0 {
		return nil, nil
	}
	var err error
	c.Digest, err = c.DigestOf()
	return []Event{c.ApprovalAsked}, err
}

// GiveApproval approves a request.
type GiveApproval struct {
	By string // e-mail address of the person
	// Givers are all people who can have approved it, where that is not certain: a
	// secret is known to whoever requested the credential, too. Askers are those who
	// can have asked.
	Givers, Askers []string

	Digest string // of the request as the person saw it; empty: not given
	Now    time.Time
}

// Decide approves what another person asked for; for the same person a second time
// is the first, unless it could not be carried out. It computes the digest of the
// recorded request again, so content that was changed in the database is
// refused; the hash chain would show the change too.
func (c GiveApproval) Decide(now Approval) ([]Event, error) {
	if c.By == now.Asked.Maker {
		return nil, Refuse(OwnRequest, "%s asked for this: another person approves it", c.By)
	}
	for _, person := range append(slices.Clone(c.Askers), now.Asked.Maker) {
		if person == c.By || slices.Contains(c.Givers, person) {
			return nil, Refuse(OwnRequest, "%s can have asked for this and approve it: whoever requested a credential knows its secret. Use the console, or a credential that its owner requested", person)
		}
	}
	if now.Ended == ApprovalGranted && now.By == c.By && now.Failed == "" && (c.Digest == "" || c.Digest == now.Asked.Digest) {
		return nil, nil
	}
	if err := now.waits(c.Now); err != nil {
		return nil, err
	}
	digest, err := now.Asked.DigestOf()
	if err != nil {
		return nil, err
	}
	if digest != now.Asked.Digest || c.Digest != "" && c.Digest != digest {
		return nil, Refuse(Stale, "the digest does not match request %s: read the request again", now.ID)
	}
	return []Event{ApprovalGiven{Maker: now.Asked.Maker, By: c.By, Digest: digest, Acts: now.Asked.Act != nil}}, nil
}

// waits refuses a request that is no longer open.
func (a Approval) waits(now time.Time) error {
	switch state := a.State(now); state {
	case ApprovalWaits:
		return nil
	case ApprovalExpired:
		return Refuse(Stale, "request %s expired at %s: ask again", a.ID, a.Asked.ExpiresAt.Format(time.RFC3339))
	case ApprovalStale:
		return Refuse(Stale, "request %s is stale, %s: ask again", a.ID, a.Reason)
	default:
		return Refuse(AlreadyDone, "request %s is %s", a.ID, state)
	}
}

// DenyApproval refuses a request.
type DenyApproval struct {
	By, Reason string
	Now        time.Time
}

// Decide refuses what another person asked for; its maker withdraws instead.
func (c DenyApproval) Decide(now Approval) ([]Event, error) {
	if c.By == now.Asked.Maker {
		return nil, Refuse(OwnRequest, "%s asked for this: withdraw it instead", c.By)
	}
	if now.Ended == ApprovalDenied && now.By == c.By {
		return nil, nil
	}
	if err := now.waits(c.Now); err != nil {
		return nil, err
	}
	return []Event{ApprovalRefused{By: c.By, Reason: c.Reason}}, nil
}

// TakeBackApproval withdraws a request.
type TakeBackApproval struct {
	By  string
	Now time.Time
}

// Decide withdraws what the same person asked for.
func (c TakeBackApproval) Decide(now Approval) ([]Event, error) {
	if c.By != now.Asked.Maker {
		return nil, Refuse(OwnRequest, "only %s, who asked for this, can withdraw it: refuse it instead", now.Asked.Maker)
	}
	if now.Ended == ApprovalWithdrawn {
		return nil, nil
	}
	if err := now.waits(c.Now); err != nil {
		return nil, err
	}
	return []Event{ApprovalTakenBack{By: c.By}}, nil
}

// OutdateApproval records that the subject of a request has changed.
type OutdateApproval struct {
	By, Stream string
	Now        time.Time
}

// Decide ends the request, if it is still open.
func (c OutdateApproval) Decide(now Approval) ([]Event, error) {
	if now.State(c.Now) != ApprovalWaits {
		return nil, nil
	}
	return []Event{ApprovalOutdated{By: c.By, Stream: c.Stream}}, nil
}

// EndAct records how an approved act outside the log ended.
type EndAct struct{ Failed string }

// Decide records the end of an act once.
func (c EndAct) Decide(now Approval) ([]Event, error) {
	if now.Ended != ApprovalGranted || now.Done || now.Failed != "" {
		return nil, nil
	}
	return []Event{ApprovalActed{Failed: c.Failed}}, nil
}
