package node

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/durable"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/projections"
)

// witness is the newest event that this node knew to be durable. It is stored
// in the node's own folder, so it survives a restore of the database to an
// earlier state.
type witness struct {
	Position int64  `json:"position"`
	Hash     string `json:"hash"` // hexadecimal
}

// witnessEvery is how often a node writes it.
const witnessEvery = time.Second

// writeWitness writes the current witness.
func (c *Core) writeWitness(ctx context.Context) error {
	head, err := c.Store.Head(ctx)
	if err != nil || head.Position == 0 {
		return err
	}
	content, err := json.Marshal(witness{head.Position, hex.EncodeToString(head.Hash[:])})
	if err != nil {
		return err
	}
	return durable.Replace(c.Folder.Witness(), append(content, '\n'))
}

// witnesses returns what this node knew of the log when it stopped: the witness
// that it wrote last, and the head of its views, which may be slightly newer.
func (c *Core) witnesses() (knew []eventstore.Head, err error) {
	var w witness
	content, err := os.ReadFile(c.Folder.Witness())
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(content, &w); err != nil {
			return nil, err
		}
	}
	hash, err := hex.DecodeString(w.Hash)
	if err != nil {
		return nil, err
	}
	head := eventstore.Head{Position: w.Position}
	copy(head.Hash[:], hash)
	return []eventstore.Head{head, projections.Shown(c.Folder.Views())}, nil
}

// contradicted says how the log differs from the one this node knew; empty if
// it does not, or nothing was known.
func (c *Core) contradicted(ctx context.Context) (reason string, err error) {
	knew, err := c.witnesses()
	if err != nil {
		return "", err
	}
	reached, err := c.Store.Reached(ctx, "")
	for _, w := range knew {
		if err != nil || reason != "" {
			break
		}
		reason, err = c.contradicts(ctx, w, reached)
	}
	return reason, err
}

// contradicts says how a log with this head position differs from what the node
// knew; empty if it does not.
func (c *Core) contradicts(ctx context.Context, knew eventstore.Head, reached int64) (reason string, err error) {
	switch {
	case knew.Position == 0:
		return "", nil
	case reached < knew.Position:
		return fmt.Sprintf("the log ends at event %d, and this node had read event %d: the database was restored from another time", reached, knew.Position), nil
	}
	events, err := c.Store.ReadAll(ctx, knew.Position-1, 1)
	if err != nil || len(events) == 0 {
		return "", err
	}
	if events[0].Hash != knew.Hash {
		return fmt.Sprintf("event %d differs from what this node had read: the database was restored from another time", knew.Position), nil
	}
	return "", nil
}

// updateWitness updates the witness until ctx ends.
func (s *Server) updateWitness(ctx context.Context) error {
	if s.switched == nil {
		return nil
	}
	before := eventstore.Head{}
	for wait(ctx, witnessEvery) {
		head, err := s.Store.Head(ctx)
		if err == nil && head != before {
			err = s.writeWitness(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("what this node knows of the log could not be saved", "err", err)
			continue
		}
		before = head
	}
	return nil
}

// distrust turns all delivery off because a witness contradicts the log.
func (s *Server) distrust(ctx context.Context, reason string) error {
	s.log.Error("delivery is switched off", "reason", reason)
	log, err := Identify(ctx, s.Store)
	if err != nil {
		return err
	}
	return s.Switch.Distrust(reason, log)
}

// otherDatabase is the beginning of the reason for which takeEvidence pauses delivery.
const otherDatabase = "the database is another one than before, after a failover or a restore: nothing leaves until "

// takeEvidence pauses delivery, before a leader does anything, until the
// witnesses have confirmed the log; sound reports that they have.
func (s *Server) takeEvidence(ctx context.Context) (sound bool, err error) {
	if s.switched == nil {
		return true, nil
	}
	waits, err := s.waitsFor(ctx)
	if err != nil {
		waits = "it is known that it holds the same log"
	}
	if waits == "" {
		s.Switch.Pause("")
		return true, nil
	}
	s.Switch.Pause(otherDatabase + waits)
	return false, err
}

// waitsFor names the witness that delivery waits for; empty if none. The stream may
// show that the log has lost events. After a change to another database, by failover
// or restore, the stream must have been compared, and every node that served until
// then must have found in the new database the events that it knew.
func (s *Server) waitsFor(ctx context.Context) (what string, err error) {
	const stream = "the stream says that it holds the same log"
	identity, err := s.asks.Identity(ctx)
	if err != nil {
		return "", err
	}
	asking, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	position, asked := s.relay.Open(asking)
	switch known := s.switched.identity() == identity; {
	case errors.Is(asked, relay.ErrFork):
		if still, err := s.forked(ctx); err != nil || still {
			return "", err // delivery was switched off
		}
		return stream, nil
	case known:
		return "", nil
	case asked != nil || position == 0 && s.atStart > 1:
		return stream, nil
	}
	if silent, err := s.silent(ctx, identity); err != nil || len(silent) > 0 {
		return strings.Join(silent, ", ") + " says that it holds what was known there until then: start it again", err
	}
	log, err := Identify(ctx, s.Store)
	if err != nil {
		return "", err
	}
	return "", s.switched.recordSound(identity, log)
}

// silent returns the nodes of the last hour that may know of events that are
// not in the database with this identity.
func (s *Server) silent(ctx context.Context, identity string) (names []string, err error) {
	nodes, err := s.asks.Nodes(ctx)
	for _, n := range nodes {
		if n.MayContradict(identity) {
			names = append(names, n.Name)
		}
	}
	return names, err
}

// keepEvidence repeats takeEvidence until the log is confirmed, and from then on
// records which nodes are away, so that the next failover does not wait for them.
func (s *Server) keepEvidence(ctx context.Context, sound bool) error {
	for wait(ctx, witnessEvery) {
		var err error
		if !sound {
			sound, err = s.takeEvidence(ctx)
		} else {
			err = s.asks.MarkAway(s.switched.identity())
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("it is not known whether the log is unchanged", "err", err)
		}
	}
	return nil
}
