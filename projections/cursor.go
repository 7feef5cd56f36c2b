package projections

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// ErrCursor refuses a cursor that does not belong to this list and filter. The
// API answers 400.
var ErrCursor = errors.New("the cursor is not one that this list gave for these filters: start again without it")

// cursor is the last row of a page, by the columns that order its list. It only
// holds keys. Every query selects the client by itself, so a cursor of another
// client gives no access to its rows.
type cursor struct {
	Filter  uint32 `json:"f"`           // of the filter it belongs to
	Client  string `json:"c,omitempty"` // across clients
	Segment int    `json:"s,omitempty"` // of a list that consists of several parts
	At      int64  `json:"a,omitempty"`
	Batch   int64  `json:"b,omitempty"`
	Trace   string `json:"t,omitempty"`
	Row     int64  `json:"r,omitempty"`
}

// String encodes the cursor for callers.
func (c cursor) String() string {
	text, _ := json.Marshal(c) // strings and numbers only: cannot fail
	return base64.RawURLEncoding.EncodeToString(text)
}

// parseCursor reads a cursor given for a filter; an empty one starts at
// the beginning.
func parseCursor(text string, filter any) (c cursor, err error) {
	sum := checksum(filter)
	if text == "" {
		return cursor{Filter: sum}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil || c.Filter != sum {
		return cursor{}, ErrCursor
	}
	return c, nil
}

// newestFirst is parseCursor for a list in descending order of positions.
func newestFirst(text string, filter any) (cursor, error) {
	c, err := parseCursor(text, filter)
	if text == "" {
		c.Row = math.MaxInt64
	}
	return c, err
}

func checksum(filter any) uint32 { return crc32.ChecksumIEEE(fmt.Appendf(nil, "%#v", filter)) }
