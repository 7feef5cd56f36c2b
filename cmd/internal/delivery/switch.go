// Package delivery is the switch that lets files leave, wherever the ledger
// lives. It is on in a ledger that was made there, and off in a restored one
// until a person has said which files had gone out since the backup: in 2025 a
// recovery test posted a payroll file of 17 million dollars a second time.
package delivery

import (
	"maps"
	"strings"
	"sync"
)

// Record is what is kept of the switch.
type Record struct {
	// Delivery says whether files may leave: for an ODFI by its routing
	// number, for all others by Otherwise.
	Delivery  map[string]bool `json:"delivery"`
	Otherwise bool            `json:"otherwise"`
	// Reason is why Otherwise went off by itself, once.
	Reason string `json:"reason,omitempty"`
	// Unconfirmed is up to which position of the log credentials are not
	// taken, because the log does not know which were revoked since.
	Unconfirmed int64 `json:"unconfirmed,omitempty"`
}

// Log is what the log itself says of who it is.
type Log struct {
	FirstEvent string // id of the event at position 1; empty for an empty log
	Head       int64
}

// Keeper keeps the record beside the log, together with how far that has come,
// so that an older copy put in its place is noticed.
type Keeper interface {
	// Save returns when the record is durable.
	Save(r Record, log Log) error
}

// Switch lets files leave. It keeps as well whether the credentials of a backup
// are taken.
type Switch struct {
	keeper Keeper

	mu  sync.RWMutex
	now Record
}

// State is what the switch stands at.
type State struct {
	// Reason says why delivery went off by itself; empty when it did not.
	Reason    string          `json:"reason,omitempty"`
	ODFIs     map[string]bool `json:"odfis"`     // as set one by one
	Otherwise bool            `json:"otherwise"` // all other ODFIs
}

// New is a switch that stands as the record says.
func New(r Record, k Keeper) *Switch { return &Switch{keeper: k, now: r} }

// Allowed reports whether files of an ODFI, by its nine-digit routing number,
// may be cut and delivered, and why not.
func (s *Switch) Allowed(odfi string) (ok bool, reason string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	on, set := s.now.Delivery[odfi]
	switch {
	case on || !set && s.now.Otherwise:
		return true, ""
	case set:
		return false, "it was switched off"
	case s.now.Reason != "":
		return false, s.now.Reason
	default:
		return false, "it was never switched on"
	}
}

// Unconfirmed is up to which position of the log credentials are not taken:
// they were issued before the ledger was restored, and the log does not know
// which of them were revoked since. Zero: all are.
func (s *Switch) Unconfirmed() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.now.Unconfirmed
}

// Confirm has all credentials taken again that were not revoked, and returns
// when that is durable.
func (s *Switch) Confirm(log Log) error {
	return s.change(log, func(r *Record) { r.Unconfirmed = 0 })
}

// State is the whole switch.
func (s *Switch) State() State {
	s.mu.RLock()
	defer s.mu.RUnlock()
	odfis := maps.Clone(s.now.Delivery)
	if odfis == nil {
		odfis = map[string]bool{}
	}
	return State{Reason: s.now.Reason, ODFIs: odfis, Otherwise: s.now.Otherwise}
}

// Turn switches one ODFI and returns when that is durable.
func (s *Switch) Turn(odfi string, on bool, log Log) error {
	return s.change(log, func(r *Record) { r.Delivery[odfi] = on })
}

// switchedOff is why nothing leaves after a person switched everything off.
const switchedOff = "all of it was switched off"

// TurnAllOff switches every ODFI off, those to come too.
func (s *Switch) TurnAllOff(log Log) error {
	return s.change(log, func(r *Record) {
		r.Delivery, r.Otherwise = map[string]bool{}, false
		switch {
		case r.Reason == "":
			r.Reason = switchedOff
		case !strings.HasPrefix(r.Reason, switchedOff):
			r.Reason = switchedOff + "; before that: " + r.Reason
		}
	})
}

// Follow takes in how the switch was set elsewhere, if newer says that it was.
func (s *Switch) Follow(newer func() (Record, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := newer(); ok {
		s.now = r
	}
}

func (s *Switch) change(log Log, change func(*Record)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.now
	next.Delivery = map[string]bool{}
	maps.Copy(next.Delivery, s.now.Delivery)
	change(&next)
	if err := s.keeper.Save(next, log); err != nil {
		return err
	}
	s.now = next
	return nil
}

// Note records how far the log has come.
func (s *Switch) Note(log Log) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keeper.Save(s.now, log)
}
