package node

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/durable"
	"github.com/achledger/achledger/eventstore/relay"
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

// keepWitness writes the current witness.
func (c *Core) keepWitness(ctx context.Context) error {
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

// contradicted says how the log differs from the one this node knew; empty if
// it does not, or nothing was known.
func (c *Core) contradicted(ctx context.Context) (reason string, err error) {
	content, err := os.ReadFile(c.Folder.Witness())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	var knew witness
	if err == nil {
		err = json.Unmarshal(content, &knew)
	}
	if err != nil || knew.Position == 0 {
		return "", err
	}
	reached, err := c.Store.Reached(ctx, "")
	if err != nil {
		return "", err
	}
	if reached < knew.Position {
		return fmt.Sprintf("the log ends at event %d, and this node had read event %d: the database was put back from another time", reached, knew.Position), nil
	}
	events, err := c.Store.ReadAll(ctx, knew.Position-1, 1)
	if err != nil || len(events) == 0 {
		return "", err
	}
	if hex.EncodeToString(events[0].Hash[:]) != knew.Hash {
		return fmt.Sprintf("event %d is another one than this node had read: the database was put back from another time", knew.Position), nil
	}
	return "", nil
}

// bearWitness updates the witness until ctx ends.
func (s *Server) bearWitness(ctx context.Context) error {
	if s.switched == nil {
		return nil
	}
	before := eventstore.Head{}
	tick := time.NewTicker(witnessEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		head, err := s.Store.Head(ctx)
		if err == nil && head != before {
			err = s.keepWitness(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("what this node knows of the log is not kept", "err", err)
			continue
		}
		before = head
	}
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

// noWitness is why no file is delivered for the moment.
const noWitness = "the database is another one than before, after a failover or a restore: nothing leaves until the stream says that it holds the same log"

// takeEvidence asks the stream, before a leader does anything, whether it has
// more events than the log. In a database other than the last one, nothing is
// delivered until the stream has been read; sound reports that it need not be
// read again.
func (s *Server) takeEvidence(ctx context.Context) (sound bool, err error) {
	if s.switched == nil {
		return true, nil
	}
	identity, err := s.asks.Identity(ctx)
	if err != nil {
		return false, err
	}
	asking, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	position, asked := s.relay.Open(asking)
	switch known := s.switched.isIn(identity); {
	case errors.Is(asked, relay.ErrFork):
		return s.forked(ctx)
	case known:
		s.Switch.Pause("")
		return true, nil
	case asked != nil || position == 0 && s.atStart > 1:
		s.Switch.Pause(noWitness)
		return false, nil
	}
	log, err := Identify(ctx, s.Store)
	if err == nil {
		err = s.switched.soundIn(identity, log)
	}
	if err == nil {
		s.Switch.Pause("")
	}
	return err == nil, err
}

// awaitEvidence repeats takeEvidence until the stream has been read.
func (s *Server) awaitEvidence(ctx context.Context) error {
	for ctx.Err() == nil {
		sound, err := s.takeEvidence(ctx)
		if sound {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("it is not known whether the log is what it was", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(witnessEvery):
		}
	}
	return nil
}
