package relay

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// Headers of a message that give its event's place in the log. The message also
// has the attributes of CloudEvents in binary mode, spelled as in its NATS
// binding: ce-id, ce-source, ce-specversion, ce-subject, ce-time, ce-type,
// content-type.
const (
	PositionHeader = "Ledger-Position" // decimal; equal to the stream sequence
	StreamHeader   = "Ledger-Stream"   // percent-encoded as in CloudEvents
	VersionHeader  = "Ledger-Version"  // decimal, from 1
	HashHeader     = "Ledger-Hash"     // hexadecimal
	// EpochHeader identifies the epoch of the stream: the time since it was
	// last created, during which sequence equals position. All its messages
	// have the same. A stream that an earlier release created has none.
	EpochHeader = "Ledger-Epoch"
)

// timeFormat is RFC 3339 with microseconds, the precision of the log.
const timeFormat = "2006-01-02T15:04:05.000000Z"

// Subject is the subject under which an event is published:
// ledger.<client>.<aggregate>.<event>, as in
// ledger.acme.transaction.originated.
func Subject(e eventstore.Recorded) string {
	return "ledger." + e.Client + "." + e.Type
}

// message is a message as it is sent. Its header is overwritten by the next one.
type message struct {
	subject      string
	header, data []byte
}

// forClient is the message in the client's own form.
func (m message) forClient() (*nats.Msg, error) {
	header, err := nats.DecodeHeadersMsg(m.header)
	return &nats.Msg{Subject: m.subject, Header: header, Data: m.data}, err
}

// encoder makes the message of one event after another, in the same memory, because
// publishing copies it before it returns. The client would make the header from a
// map, in another order each time, and take three times as long.
type encoder struct {
	source, epoch string // without line breaks; no epoch if empty

	client, eventType string    // of the newest event
	at                time.Time // of the newest event; those of a commit have the same
	subject           string    // of them
	header            []byte
	same              int // how much of the header is the same for them
}

// newEncoder makes messages of an epoch, which is a part of their source.
func newEncoder(source, epoch string) *encoder {
	if epoch != "" {
		source += "/" + epoch
	}
	oneLine := strings.NewReplacer("\r", " ", "\n", " ")
	return &encoder{source: oneLine.Replace(source), epoch: oneLine.Replace(epoch)}
}

// encode makes the message of an event. The payload is the event's data, byte
// for byte as recorded, without what domain.Shareable withholds; account
// numbers in it are sealed. What differs from one event to the next comes last in the
// header, because the server compresses what repeats.
func (l *encoder) encode(e eventstore.Recorded) message {
	if e.Client != l.client || e.Type != l.eventType || !e.RecordedAt.Equal(l.at) || l.same == 0 {
		l.begin(e)
	}
	h := l.header[:l.same]
	h = number(h, jetstream.ExpectedLastSeqHeader, e.Position-1)
	h = number(h, PositionHeader, e.Position)
	h = number(h, VersionHeader, e.Version)
	stream := percent(e.Stream)
	h = text(h, StreamHeader, stream)
	h = text(h, "ce-subject", stream)
	h = text(h, "ce-id", uuid.UUID(e.EventID).String())
	h = endLine(hex.AppendEncode(name(h, HashHeader), e.Hash[:]))
	l.header = endLine(h)
	return message{l.subject, l.header, domain.Shareable(e.Type, e.Data)}
}

// begin makes what is the same for all events of a commit that have e's client and type.
func (l *encoder) begin(e eventstore.Recorded) {
	l.client, l.eventType, l.at, l.subject = e.Client, e.Type, e.RecordedAt, Subject(e)
	h := endLine(append(l.header[:0], "NATS/1.0"...))
	h = text(h, "ce-specversion", "1.0")
	h = text(h, "ce-source", l.source)
	h = text(h, "content-type", "application/json")
	if l.epoch != "" {
		h = text(h, EpochHeader, l.epoch)
	}
	h = text(h, "ce-type", e.Type)
	h = endLine(e.RecordedAt.UTC().AppendFormat(name(h, "ce-time"), timeFormat))
	l.header, l.same = h, len(h)
}

func name(h []byte, name string) []byte { return append(append(h, name...), ": "...) }
func endLine(h []byte) []byte           { return append(h, "\r\n"...) }

func text(h []byte, header, value string) []byte {
	return endLine(append(name(h, header), value...))
}

func number(h []byte, header string, n int64) []byte {
	return endLine(strconv.AppendInt(name(h, header), n, 10))
}

func hashText(e eventstore.Recorded) string { return hex.EncodeToString(e.Hash[:]) }

// percent encodes what CloudEvents does not allow in a header.
func percent(s string) string {
	for i := range len(s) {
		if refused[s[i]] {
			return percentFrom(s, i)
		}
	}
	return s
}

// refused are spaces, double quotes, percent signs, and everything but printable
// ASCII (HTTP Protocol Binding for CloudEvents 1.0.2, section 3.1.3.2).
var refused = func() (bytes [256]bool) {
	for b := range bytes {
		bytes[b] = b <= ' ' || b > '~' || b == '"' || b == '%'
	}
	return bytes
}()

func percentFrom(s string, first int) string {
	var out strings.Builder
	out.WriteString(s[:first])
	for _, b := range []byte(s[first:]) {
		if refused[b] {
			fmt.Fprintf(&out, "%%%02X", b)
		} else {
			out.WriteByte(b)
		}
	}
	return out.String()
}
