// Package delivery is the switch that lets files leave, wherever the ledger
// lives. It is on in a ledger that was made there, and off in a restored one
// until a person has said which files had gone out since the backup: in 2025 a
// recovery test posted a payroll file of 17 million dollars a second time.
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
	// Moved says where the ledger lives now. It is never on here again.
	Moved *Moved `json:"moved,omitempty"`
}

// Moved is where a ledger went, and how its switch stood.
type Moved struct {
	To        string          `json:"to"`
	Delivery  map[string]bool `json:"delivery"`
	Otherwise bool            `json:"otherwise"`
	Reason    string          `json:"reason,omitempty"`
}

// There is the record of the new place.
func (m Moved) There(unconfirmed int64) Record {
	return Record{Delivery: m.Delivery, Otherwise: m.Otherwise, Reason: m.Reason, Unconfirmed: unconfirmed}
}

// Log is what the log itself says of who it is.
type Log struct {
	FirstEvent string // id of the event at position 1; empty for an empty log
	Head       int64
	Hash       string // of the event at Head, hexadecimal
}

// Keeper keeps the record beside the log, together with how far that has come,
// so that an older copy put in its place is noticed.
type Keeper interface {
	// Save returns when the record is durable.
	Save(r Record, log Log) error
	// Version counts the changes of the record that was kept or taken in last,
	// where others than this process may change it; 0 where nobody else does.
	Version() int64
}

// Switch lets files leave. It keeps as well whether the credentials of a backup
// are taken.
type Switch struct {
	keeper Keeper

	mu     sync.RWMutex
	now    Record
	paused string // why nothing leaves for the moment, whatever the record says

	using sync.RWMutex // held for reading by what is written while files may leave
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
	return s.allowed(odfi)
}

func (s *Switch) allowed(odfi string) (ok bool, reason string) {
	if s.paused != "" {
		return false, s.paused
	}
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

// Pause has nothing leave for the moment, in this process, until it is called
// with an empty reason.
func (s *Switch) Pause(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = reason
}

// Distrust switches everything off because the log is not what it was: only a
// person ends that, and the credentials it knows are not taken either.
func (s *Switch) Distrust(reason string, log Log) error {
	return s.change(log, func(r *Record) {
		if r.Otherwise || r.Reason == "" || len(r.Delivery) > 0 {
			*r = Record{Reason: reason, Unconfirmed: log.Head, Moved: r.Moved}
		}
	})
}

// MoveTo switches everything off, durably, because the ledger goes to another
// place, and returns the record that holds there. Asking twice is asking once.
func (s *Switch) MoveTo(to string, log Log) (Record, error) {
	if was, _ := s.MovedTo(); was != "" && was != to {
		return Record{}, fmt.Errorf("this ledger went to %s, and goes nowhere else", was)
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

// Stay undoes MoveTo: nothing is at the other place.
func (s *Switch) Stay(log Log) error {
	return s.change(log, func(r *Record) {
		if r.Moved != nil {
			*r = r.Moved.There(r.Unconfirmed)
		}
	})
}

// MovedTo is where the ledger lives now, and an error that says so; empty and nil
// while that is here.
func (s *Switch) MovedTo() (to string, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.now.Moved == nil {
		return "", nil
	}
	return s.now.Moved.To, fmt.Errorf("this ledger was moved to %s, and lives there: what is here is what it was then", s.now.Moved.To)
}

// While runs do, which writes what lets files of an ODFI leave, unless they may
// not: *workers.DeliveryOffError. Whoever switches that off waits until do has
// ended, in this process; in others the log refuses what do writes.
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
	if s.paused != "" {
		return State{Reason: s.paused, ODFIs: map[string]bool{}}
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

// change returns when the new record is durable, and nothing is being written
// that the old one allowed.
func (s *Switch) change(log Log, change func(*Record)) error {
	if err := s.replace(log, change); err != nil {
		return err
	}
	s.using.Lock() // waits for those who hold it
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

// Note records how far the log has come.
func (s *Switch) Note(log Log) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keeper.Save(s.now, log)
}
