package relay

import (
	_ "unsafe" // for go:linkname

	"github.com/nats-io/nats.go"
)

// publish is what the client's PublishMsg does with a header that it has encoded. The
// client has no exported call for that (ADR 0027).
//
//go:linkname publish github.com/nats-io/nats%2ego.(*Conn).publish
func publish(c *nats.Conn, subject, reply string, validateReply bool, header, data []byte) error

// With another version of the client the key false occurs twice, and this does not
// compile: look whether publish is declared as above, and name that version.
var _ = map[bool]struct{}{false: {}, nats.Version == "1.55.0": {}}
