package console

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// proposed is one part of the requested change, in words and as the log would
// record it.
type proposed struct {
	What, Detail string
	Says         []string // each setting that would change
	Where, Raw   string
}

// proposedBy describes what a request would do.
func (s *surface) proposedBy(ctx context.Context, a domain.Approval) (list []proposed, err error) {
	for _, change := range a.Asked.Changes {
		for _, e := range change.Events {
			one, err := s.proposedEvent(ctx, a, change, e)
			if err != nil {
				return nil, err
			}
			list = append(list, one)
		}
	}
	if act := a.Asked.Act; act != nil {
		list = append(list, proposed{What: actText(a.Asked.Action), Detail: actDetail(a.Asked.Action, act.Params), Where: act.Stream, Raw: indented(act.Params)})
	}
	return list, nil
}

func (s *surface) proposedEvent(ctx context.Context, a domain.Approval, change domain.ProposedChange, e domain.ProposedEvent) (one proposed, err error) {
	f, err := ledger.FactWithoutMeta(eventstore.Recorded{Type: e.Type, Data: e.Data})
	if err != nil {
		return one, err
	}
	one = proposed{What: eventWords(f), Where: change.Stream, Raw: indented(domain.Shareable(e.Type, e.Data))}
	switch domain.Aggregate(change.Stream) {
	case "transaction":
		t, _ := describeTransaction(f)
		one.What, one.Detail = t.what, t.detail
	case "file":
		t, _ := describeFile()(f)
		one.What, one.Detail = t.what, t.detail
	case "credential":
		one.What = actText(a.Asked.Action)
		if issued, ok := f.Event.(*domain.CredentialIssuedV2); ok {
			one.Says = []string{"Name: " + cmp.Or(issued.Name, "(no name)"), "Scopes: " + strings.Join(issued.Scopes, ", "), "Who answers for it: " + cmp.Or(issued.Owner, "nobody is named")}
		}
	case "client", "bank", "policy", "operators":
		one.Says, one.Detail, err = s.differingSettings(ctx, a.Asked.Subject, change, e)
	}
	return one, err
}

// differingSettings says what differs between proposed settings and those that
// they would replace, and why. New settings are listed in full.
func (s *surface) differingSettings(ctx context.Context, subject string, change domain.ProposedChange, e domain.ProposedEvent) (says []string, why string, err error) {
	events, err := s.Ledger.Store.ReadStream(ctx, change.Stream, 0)
	if err != nil {
		return nil, "", err
	}
	before := map[string]string{"": ""} // none: all are listed
	for _, r := range events {
		if r.Version > change.Expect {
			break
		}
		if ofOther := change.Stream == domain.OperatorsStream && !isOf(subject, r.Data); ofOther || !hasSettings(r.Data, e.Data) {
			continue
		}
		if before, _, err = settingsIn(r.Data); err != nil {
			return nil, "", err
		}
	}
	after, why, err := settingsIn(e.Data)
	if err != nil || len(after) == 0 {
		return nil, why, err
	}
	return differences(before, after), why, nil
}

// hasSettings reports whether an event has the settings that another one would
// replace, and not only says that a client is suspended, say.
func hasSettings(data, replaces []byte) bool {
	var one, other map[string]json.RawMessage
	if json.Unmarshal(data, &one) != nil || json.Unmarshal(replaces, &other) != nil {
		return false
	}
	for name := range other {
		if _, ok := one[name]; ok && name != "reason" && name != "client_id" {
			return true
		}
	}
	return false
}

// actDetail says in words what an act outside the log would do.
func actDetail(a domain.Action, params []byte) string {
	var file domain.FileAct
	var content domain.HandedIn
	switch a {
	case domain.ActFileRelease, domain.ActFileConfirm, domain.ActFileResend:
		if json.Unmarshal(params, &file) != nil {
			return ""
		}
		detail := trimmed(file.Reason)
		switch file.Then {
		case domain.ThenReject:
			detail += " Its entries are rejected."
		case domain.ThenWait:
			detail += " Its entries wait for another file."
		}
		return strings.TrimSpace(detail)
	case domain.ActInbound, domain.ActAcknowledge:
		if json.Unmarshal(params, &content) != nil {
			return ""
		}
		return strings.TrimSpace(fmt.Sprintf("%s %s bytes, SHA-256 %s.", trimmed(content.Name), number(content.Bytes), content.SHA256))
	default:
		return ""
	}
}
