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

// encoder makes the message of one event after another. Its header is allocated
// once and overwritten, because publishing copies it before it returns.
type encoder struct {
	source string
	epoch  string // empty for none
	msg    nats.Msg
	values [13]string // of msg.Header, which points here
	at     time.Time  // of the newest event; those of a commit have the same
	time   string     // the same in timeFormat
}

// newEncoder makes messages of an epoch, which is a part of their source.
func newEncoder(source, epoch string) *encoder {
	if epoch != "" {
		source += "/" + epoch
	}
	return &encoder{source: source, epoch: epoch}
}

// encode makes the message of an event. The payload is the event's data, byte
// for byte as recorded, without what domain.Shareable withholds; account
// numbers in it are sealed.
func (l *encoder) encode(e eventstore.Recorded) *nats.Msg {
	if !e.RecordedAt.Equal(l.at) {
		l.at, l.time = e.RecordedAt, e.RecordedAt.UTC().Format(timeFormat)
	}
	stream := percent(e.Stream)
	header := [len(l.values)]struct{ name, value string }{
		{jetstream.ExpectedLastSeqHeader, strconv.FormatInt(e.Position-1, 10)},
		{PositionHeader, strconv.FormatInt(e.Position, 10)},
		{StreamHeader, stream},
		{VersionHeader, strconv.FormatInt(e.Version, 10)},
		{HashHeader, hashText(e)},
		{"ce-specversion", "1.0"},
		{"ce-id", uuid.UUID(e.EventID).String()},
		{"ce-source", l.source},
		{"ce-type", e.Type},
		{"ce-subject", stream},
		{"ce-time", l.time},
		{"content-type", "application/json"},
		{EpochHeader, l.epoch},
	}
	if l.msg.Header == nil {
		l.msg.Header = make(nats.Header, len(header))
		for i, h := range header {
			l.msg.Header[h.name] = l.values[i : i+1] // Set would change the case
		}
	}
	for i, h := range header {
		l.values[i] = h.value
	}
	if l.epoch == "" {
		delete(l.msg.Header, EpochHeader)
	}
	l.msg.Subject, l.msg.Data = Subject(e), domain.Shareable(e.Type, e.Data)
	return &l.msg
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
