// Package delivery is the switch that lets files leave, for a ledger in a folder or
// a database. It is on in a new ledger. In a restored one it is off until a person
// has said which files were sent since the backup: in 2025 a recovery test posted a
// payroll file of 17 million dollars a second time.
package delivery

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/workers"
)

// Record is the stored state of the switch.
type Record struct {
	// Delivery says whether files may leave: for an ODFI by its routing number, for
	// all others by Otherwise.
	Delivery  map[string]bool `json:"delivery"`
	Otherwise bool            `json:"otherwise"`
	// Reason is why Otherwise was switched off automatically.
	Reason string `json:"reason,omitempty"`
	// Unconfirmed is the position of the log up to which credentials are not
	// accepted, because the log does not know which were revoked since.
	Unconfirmed int64 `json:"unconfirmed,omitempty"`
	// Moved says where the ledger is now. Here delivery is never switched on again.
	Moved *Moved `json:"moved,omitempty"`
}

// Moved is where a ledger went, and the state of its switch.
type Moved struct {
	To        string          `json:"to"`
	Delivery  map[string]bool `json:"delivery"`
	Otherwise bool            `json:"otherwise"`
	Reason    string          `json:"reason,omitempty"`
}

// There returns the record for the new place.
func (m Moved) There(unconfirmed int64) Record {
	return Record{Delivery: m.Delivery, Otherwise: m.Otherwise, Reason: m.Reason, Unconfirmed: unconfirmed}
}

// Off returns the record in which everything is off because the log is not the one
// known. A ledger that was moved stays moved, and if the move is abandoned it is off
// here too.
func (r Record) Off(reason string, log Log) Record {
	off := Record{Reason: reason, Unconfirmed: log.Head}
	if r.Moved != nil {
		off.Moved = &Moved{To: r.Moved.To, Reason: reason}
	}
	return off
}

// Log identifies a log.
type Log struct {
	FirstEvent string // id of the event at position 1; empty for an empty log
	Head       int64
	Hash       string // of the event at Head, hexadecimal
}

// Keeper stores the record beside the log, together with the log's position, so
// that an older copy of the log is noticed.
type Keeper interface {
	// Save returns when the record is durable.
	Save(r Record, log Log) error
	// Version counts the changes of the record that was last stored or read, if
	// other processes may change it; 0 if none does.
	Version() int64
}

// Switch allows files to leave. It also records whether the credentials of a
// backup are accepted.
type Switch struct {
	keeper Keeper

	mu     sync.RWMutex
	now    Record
	paused string // why delivery is paused in this process, whatever the record says; empty: it is not

	using sync.RWMutex // held for reading while something is written that requires delivery to be on
}

// State is the state of the switch.
type State struct {
	// Reason says why delivery was switched off automatically or is paused; empty if
	// it is neither.
	Reason    string          `json:"reason,omitempty"`
	Paused    bool            `json:"-"`         // in this process, until it ends by itself
	ODFIs     map[string]bool `json:"odfis"`     // set individually
	Otherwise bool            `json:"otherwise"` // all other ODFIs
}

// New is a switch in the recorded state.
func New(r Record, k Keeper) *Switch { return &Switch{keeper: k, now: r} }

// Allowed reports whether files of an ODFI, by its nine-digit routing number,
// may be cut and delivered, and why not.
func (s *Switch) Allowed(odfi string) (ok bool, reason string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.allowed(odfi)
}

// SwitchedOff reports whether the record switches an ODFI off, in a pause or not:
// only a person ends that.
func (s *Switch) SwitchedOff(odfi string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	on, _ := s.recorded(odfi)
	return !on
}

func (s *Switch) allowed(odfi string) (ok bool, reason string) {
	if s.paused != "" {
		return false, s.paused
	}
	return s.recorded(odfi)
}

// recorded is what the record says of an ODFI.
func (s *Switch) recorded(odfi string) (ok bool, reason string) {
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

// Pause stops delivery in this process until it is called with an empty reason.
func (s *Switch) Pause(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = reason
}

// Distrust switches everything off because the log is not the one known: only a
// person ends that, and its credentials are not accepted either.
func (s *Switch) Distrust(reason string, log Log) error {
	return s.change(log, func(r *Record) {
		if r.Otherwise || r.Reason == "" || len(r.Delivery) > 0 {
			*r = r.Off(reason, log)
		}
	})
}

// MoveTo switches everything off, durably, because the ledger moves to another
// place, and returns the record for that place. It may be repeated.
func (s *Switch) MoveTo(to string, log Log) (Record, error) {
	if was, _ := s.MovedTo(); was != "" && was != to {
		return Record{}, fmt.Errorf("this ledger was moved to %s and cannot be moved elsewhere", was)
	}
	err := s.change(log, func(r *Record) {
		if r.Moved == nil {
			r.Moved = &Moved{To: to, Delivery: r.Delivery, Otherwise: r.Otherwise, Reason: r.Reason}
		}
		r.Delivery, r.Otherwise, r.Reason = map[string]bool{}, false, "moved to "+to
	})
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err != nil {
		return Record{}, err
	}
	return s.now.Moved.There(s.now.Unconfirmed), nil
}

// Stay undoes MoveTo: nothing was moved.
func (s *Switch) Stay(log Log) error {
	return s.change(log, func(r *Record) {
		if r.Moved != nil {
			*r = r.Moved.There(r.Unconfirmed)
		}
	})
}

// MovedTo is where the ledger is now, and an error that says so; empty and nil
// if it is here.
func (s *Switch) MovedTo() (to string, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.now.Moved == nil {
		return "", nil
	}
	return s.now.Moved.To, fmt.Errorf("this ledger was moved to %s and is served there: what is here is its state at that time", s.now.Moved.To)
}

// While runs do, which writes what lets files of an ODFI leave, or returns
// *workers.DeliveryOffError if they may not. Switching the ODFI off waits until
// do has returned, in this process; in others the log refuses what do writes.
func (s *Switch) While(ctx context.Context, odfi string, do func(context.Context) error) error {
	s.using.RLock()
	defer s.using.RUnlock()
	s.mu.RLock()
	ok, reason := s.allowed(odfi)
	version := s.keeper.Version()
	s.mu.RUnlock()
	if !ok {
		return &workers.DeliveryOffError{ODFI: odfi, Reason: reason}
	}
	return do(eventstore.UnderSwitch(ctx, version))
}

// Unconfirmed is the position of the log up to which credentials are not
// accepted: they were issued before the ledger was restored, and the log does
// not know which of them were revoked since. Zero: all are accepted.
func (s *Switch) Unconfirmed() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.now.Unconfirmed
}

// Confirm accepts all credentials that were not revoked, and returns once that
// is durable.
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
	if s.paused != "" {
		return State{Reason: s.paused, Paused: true, ODFIs: map[string]bool{}}
	}
	return State{Reason: s.now.Reason, ODFIs: odfis, Otherwise: s.now.Otherwise}
}

// Turn switches one ODFI and returns once that is durable.
func (s *Switch) Turn(odfi string, on bool, log Log) error {
	return s.change(log, func(r *Record) { r.Delivery[odfi] = on })
}

// switchedOff is the reason after a person switched everything off.
const switchedOff = "all of it was switched off"

// TurnAllOff switches every ODFI off, future ones too.
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

// Follow takes over the state that another process set, if newer returns one.
func (s *Switch) Follow(newer func() (Record, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := newer(); ok {
		s.now = r
	}
}

// change returns once the new record is durable, and nothing is being written
// that only the old one allowed.
func (s *Switch) change(log Log, change func(*Record)) error {
	if err := s.replace(log, change); err != nil {
		return err
	}
	s.using.Lock() // waits for While
	defer s.using.Unlock()
	return nil
}

func (s *Switch) replace(log Log, change func(*Record)) error {
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

// Note records the log's position.
func (s *Switch) Note(log Log) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keeper.Save(s.now, log)
}
