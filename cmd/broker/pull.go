package broker

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
)

// longestPull bounds how long a pull waits at the server. The server knows nothing of
// credentials: to one that was revoked or has expired meanwhile it delivers what the
// pull asked for.
const longestPull = 10 * time.Second

// pull is a request for messages. It has no priorities, because a feed has no groups.
type pull struct {
	Expires   time.Duration `json:"expires,omitempty"` // 0: none, unless NoWait
	Batch     int           `json:"batch,omitempty"`
	MaxBytes  int           `json:"max_bytes,omitempty"`
	NoWait    bool          `json:"no_wait,omitempty"` // take what is there
	Heartbeat time.Duration `json:"idle_heartbeat,omitempty"`
}

// pullRequest reads a pull as the server does, bounds the time that it waits, and encodes
// it again, so that server and gate cannot read it differently.
func pullRequest(data []byte, longest time.Duration) ([]byte, error) {
	var r pull
	if data = bytes.TrimSpace(data); bytes.HasPrefix(data, []byte("{")) {
		if err := json.Unmarshal(data, &r); err != nil {
			return nil, err
		}
	} else if n, err := strconv.Atoi(string(data)); err == nil {
		r.Batch = n
	} else {
		r.Batch = 1
	}
	if r.Expires > longest || r.Expires <= 0 && !r.NoWait {
		r.Expires = longest
	}
	r.Heartbeat = min(r.Heartbeat, r.Expires/2) // the server accepts no longer one
	return json.Marshal(r)
}
