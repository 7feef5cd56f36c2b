package folder

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/achledger/achledger/eventstore/durable"
)

// Delivery is the switch that lets files leave. It is on in a folder that
// was made here, and off in a restored one until a person has said which
// files had gone out since the backup: in 2025 a recovery test posted a
// payroll file of 17 million dollars a second time. It keeps as well whether
// the credentials of the backup are taken.
type Delivery struct {
	folder Folder

	mu  sync.RWMutex
	now instance
}

// DeliveryState is what the switch stands at.
type DeliveryState struct {
	// Reason says why delivery went off by itself; empty when it did not.
	Reason    string          `json:"reason,omitempty"`
	ODFIs     map[string]bool `json:"odfis"`     // as set one by one
	Otherwise bool            `json:"otherwise"` // all other ODFIs
}

// OpenDelivery reads the switch beside the open log. It is on in a folder that
// was made just now: its log is empty, and nothing in it says that there ever
// was another.
func (f Folder) OpenDelivery(log LogIdentity) (*Delivery, error) {
	d := &Delivery{folder: f}
	i, reason, err := f.readInstance(log)
	if err != nil {
		return nil, err
	}
	if log.Head == 0 {
		if reason, err = f.lostLog(i); err != nil {
			return nil, err
		}
	}
	switch {
	case log.Head == 0 && reason == "":
		d.now = instance{Otherwise: true}
	case reason != "":
		d.now = instance{Reason: reason, Unconfirmed: log.Head} // only a person ends this
	default:
		d.now = i
	}
	return d, d.save(log)
}

// Allowed reports whether files of an ODFI, by its nine-digit routing number,
// may be cut and delivered, and why not.
func (d *Delivery) Allowed(odfi string) (ok bool, reason string) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	on, set := d.now.Delivery[odfi]
	switch {
	case on || !set && d.now.Otherwise:
		return true, ""
	case set:
		return false, "it was switched off"
	case d.now.Reason != "":
		return false, d.now.Reason
	default:
		return false, "it was never switched on"
	}
}

// Unconfirmed is up to which position of the log credentials are not taken:
// they were issued before this folder was restored, and the log does not know
// which of them were revoked since. Zero: all are.
func (d *Delivery) Unconfirmed() int64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.now.Unconfirmed
}

// Confirm has all credentials taken again that were not revoked, and returns
// when that is durable.
func (d *Delivery) Confirm(log LogIdentity) error {
	return d.change(log, func(i *instance) { i.Unconfirmed = 0 })
}

// State is the whole switch.
func (d *Delivery) State() DeliveryState {
	d.mu.RLock()
	defer d.mu.RUnlock()
	odfis := maps.Clone(d.now.Delivery)
	if odfis == nil {
		odfis = map[string]bool{}
	}
	return DeliveryState{Reason: d.now.Reason, ODFIs: odfis, Otherwise: d.now.Otherwise}
}

// Turn switches one ODFI and returns when that is durable.
func (d *Delivery) Turn(odfi string, on bool, log LogIdentity) error {
	return d.change(log, func(i *instance) { i.Delivery[odfi] = on })
}

// switchedOff is why nothing leaves after a person switched everything off.
const switchedOff = "all of it was switched off"

// TurnAllOff switches every ODFI off, those to come too.
func (d *Delivery) TurnAllOff(log LogIdentity) error {
	return d.change(log, func(i *instance) {
		i.Delivery, i.Otherwise = map[string]bool{}, false
		switch {
		case i.Reason == "":
			i.Reason = switchedOff
		case !strings.HasPrefix(i.Reason, switchedOff):
			i.Reason = switchedOff + "; before that: " + i.Reason
		}
	})
}

func (d *Delivery) change(log LogIdentity, change func(*instance)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.now
	d.now.Delivery = maps.Clone(before.Delivery)
	if d.now.Delivery == nil {
		d.now.Delivery = map[string]bool{}
	}
	change(&d.now)
	if err := d.save(log); err != nil {
		d.now = before
		return err
	}
	return nil
}

// Note records how far the log has come, so that an older copy put in its
// place is noticed.
func (d *Delivery) Note(log LogIdentity) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.save(log)
}

func (d *Delivery) save(log LogIdentity) error {
	here, err := d.folder.identify(log)
	if err != nil {
		return err
	}
	here.Delivery, here.Otherwise, here.Reason, here.Unconfirmed = d.now.Delivery, d.now.Otherwise, d.now.Reason, d.now.Unconfirmed
	content, err := json.MarshalIndent(here, "", "  ")
	if err != nil {
		return err
	}
	if err := durable.Replace(d.folder.instance(), append(content, '\n')); err != nil {
		return fmt.Errorf("write the delivery switch: %w", err)
	}
	d.now = here
	return nil
}
