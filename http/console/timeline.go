package console

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// moment is an event of the log, described in words.
type moment struct {
	At       time.Time
	What     string
	Detail   string
	By       string
	Tone     tone
	Href     string // page of its subject
	LinkText string
	Position int64
	Type     string // of the event
	Raw      string // the event as stored; account numbers are sealed in it
}

// description is the description of one event.
type description struct {
	what, detail   string
	tone           tone
	href, linkText string
}

// moments reads a stream and describes its events. The many events that add
// entries to a large file are described once.
func (s *surface) moments(ctx context.Context, describe func(domain.Fact) (description, bool), stream string) (list []moment, err error) {
	events, err := s.Ledger.Store.ReadStream(ctx, stream, 0)
	if err != nil {
		return nil, err
	}
	for _, r := range events {
		f, err := ledger.Fact(r)
		if err != nil {
			return nil, err
		}
		t, ok := describe(f)
		if !ok {
			continue
		}
		if id := f.Meta.Approval; id != "" && t.href == "" {
			t.href, t.linkText = Path+"/approvals/"+id, "Open the request"
		}
		list = append(list, moment{
			At: f.Meta.At, What: t.what, Detail: t.detail, Tone: t.tone, Href: t.href, LinkText: t.linkText,
			By: s.by(ctx, f.Meta), Position: r.Position, Type: r.Type, Raw: raw(r),
		})
	}
	return list, nil
}

// raw formats an event for reading, without its sealed fields.
func raw(r eventstore.Recorded) string { return indented(domain.Shareable(r.Type, r.Data)) }

func indented(document []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, document, "", "  ") != nil {
		return ""
	}
	return b.String()
}

// by says who made an event: a person, a credential by its name, or a worker
// and whoever triggered it; for what needed two people, also who asked for it.
func (s *surface) by(ctx context.Context, m domain.Meta) string {
	who := s.actor(ctx, m.Actor)
	if m.Approval != "" {
		if a, err := s.Ledger.Approval(ctx, m.Approval); err == nil && a.Asked.Maker != who {
			who += ", asked for by " + a.Asked.Maker
		}
	}
	switch {
	case who == "":
		return ""
	case m.Cause != "":
		return worker(m.Cause) + ", for " + who
	default:
		return who
	}
}

// worker names a worker by what it does.
func worker(name string) string {
	if w, ok := workers[name]; ok {
		return w
	}
	return name
}

var workers = map[string]string{
	"batcher": "the batcher", "delivery": "the delivery of files", "inbound": "the intake of the bank's files", "acknowledgement": "the intake of acknowledgements",
	"accounts": "the corrections of accounts", "relationships": "the verification of accounts", "uploads": "the intake of clients' files", "sandbox": "the sandbox", "guard": "the guard",
}

// actor is a credential by its name and owner, if known.
func (s *surface) actor(ctx context.Context, actor string) string {
	if len(actor) < 16 || strings.ContainsAny(actor, "@ :/") {
		return worker(actor)
	}
	credential, err := s.Directory.Credential(ctx, actor)
	if err != nil || credential.Version == 0 {
		return actor
	}
	name := credential.Name
	if name == "" {
		name = "credential " + actor[:6] + "…"
	}
	name = "“" + name + "”"
	if credential.Client != domain.LedgerClient {
		name += " of " + credential.Client
		if client, err := s.Directory.Client(ctx, credential.Client); err == nil && client.Settings.Name != "" {
			name = "“" + credential.Name + "” of " + client.Settings.Name
			if credential.Name == "" {
				name = client.Settings.Name
			}
		}
	}
	if credential.Owner != "" {
		name += " (" + credential.Owner + ")"
	}
	return name
}
