package node

import (
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/durable"
	"github.com/achledger/achledger/eventstore/follow"
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

// witnesses returns what was known of the log in a folder when its process stopped: the
// witness that a node wrote last, and the head of the views, which may be slightly newer.
func witnesses(f folder.Folder) (knew []eventstore.Head, err error) {
	var w witness
	content, err := os.ReadFile(f.Witness())
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
	return []eventstore.Head{head, projections.Shown(f.Views())}, nil
}

// differs says how the log differs from the one that was known in a folder; empty
// if it does not, or nothing was known.
func differs(ctx context.Context, f folder.Folder, log eventstore.Store) (reason string, err error) {
	knew, err := witnesses(f)
	if err != nil {
		return "", err
	}
	reached, err := log.Reached(ctx, "")
	for _, w := range knew {
		if err != nil || reason != "" {
			break
		}
		reason, err = contradicts(ctx, log, w, reached)
	}
	return reason, err
}

// contradicts says how a log with this head position differs from what was known;
// empty if it does not.
func contradicts(ctx context.Context, log eventstore.Store, knew eventstore.Head, reached int64) (reason string, err error) {
	switch {
	case knew.Position == 0:
		return "", nil
	case reached < knew.Position:
		return fmt.Sprintf("the log ends at event %d, and this node had read event %d: the database was restored from another time", reached, knew.Position), nil
	}
	events, err := log.ReadAll(ctx, knew.Position-1, 1)
	if err != nil || len(events) == 0 {
		return "", err
	}
	if events[0].Hash != knew.Hash {
		return fmt.Sprintf("event %d differs from what this node had read: the database was restored from another time", knew.Position), nil
	}
	return "", nil
}

// noteEvery is how often a server of a folder notes there how far its log is. A folder
// that loses its log, or has an older copy of it put in place, has other witnesses, too.
const noteEvery = time.Minute

// updateWitness updates the witness until ctx ends.
func (s *Server) updateWitness(ctx context.Context) error {
	every, write := witnessEvery, s.writeWitness
	if s.switched == nil {
		every, write = cmp.Or(s.options.noteEvery, noteEvery), s.note
	}
	before := eventstore.Head{}
	for follow.Sleep(ctx, every) {
		head, err := s.Store.Head(ctx)
		if err == nil && head != before {
			err = write(ctx)
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
	for follow.Sleep(ctx, witnessEvery) {
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
