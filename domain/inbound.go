package domain

import (
	"slices"
	"time"

	"github.com/achledger/achledger/domain/nacha"
)

// Events of a file from the bank. Its id is the hash of its canonical records,
// so the same file under another name or with other line endings is the same
// file.
type (
	// InboundReceived records that a file arrived, before any of it is applied.
	// The raw bytes are kept, sealed.
	InboundReceived struct {
		InboundID string           `json:"inbound_id"`
		Name      string           `json:"name"`   // its name at the source
		Source    string           `json:"source"` // inbox, sftp, api, ingest, simulation
		Header    nacha.FileHeader `json:"header"`
		Totals    nacha.Totals     `json:"totals"`
		Bytes     int64            `json:"bytes"`
		// Remarks are faults of batches that are applied nevertheless.
		Remarks []nacha.Problem `json:"remarks,omitempty"`
		Arrival string          `json:"arrival,omitempty"` // as in InboundRepeated
		// Signed is left out if the bank signed nothing, or nothing that can be
		// verified.
		Signed *InboundSignature `json:"signed,omitempty"`
		// Completed says that the bank left out the file header or control, and
		// that their values were derived from the batches.
		Completed bool `json:"completed,omitempty"`
	}
	// InboundSignature is the signature of a bank over an encrypted file.
	InboundSignature struct {
		Key   string   `json:"key"`   // its fingerprint
		ODFIs []string `json:"odfis"` // whose bank has this key
	}
	// InboundQuarantined records which parts of the file are not applied, with
	// all reasons. Batches names them by ordinal from 1; none means the whole
	// file.
	InboundQuarantined struct {
		Batches []int           `json:"batches,omitempty"`
		Reasons []nacha.Problem `json:"reasons"`
	}
	// InboundApplied completes a file: every entry of its good batches is in a
	// transaction or in the unmatched queue.
	InboundApplied struct {
		Applied   int `json:"applied"`   // entries that are in a transaction
		Unmatched int `json:"unmatched"` // entries that wait in the queue
		Skipped   int `json:"skipped"`   // entries that were applied before
	}
	// InboundRepeated records that the same file arrived again.
	InboundRepeated struct {
		Name   string `json:"name"`
		Source string `json:"source,omitempty"`
		// Arrival distinguishes arrivals if the same one may be read again
		// after a crash. Each is recorded once.
		Arrival string            `json:"arrival,omitempty"`
		Signed  *InboundSignature `json:"signed,omitempty"`
	}
	// InboundJudged records that a person had the quarantined parts reviewed
	// again. From now on the file counts as just received, except that of the
	// quarantined parts only these batches stay in quarantine.
	InboundJudged struct {
		Reason  string          `json:"reason"`
		AsIs    bool            `json:"as_is,omitempty"` // against the review; the totals are right
		Batches []int           `json:"batches,omitempty"`
		Reasons []nacha.Problem `json:"reasons,omitempty"` // why those stay in quarantine
	}
	// InboundDismissed records that nothing is to be done about what is in
	// quarantine: none of it is applied, unless a person has it judged again.
	InboundDismissed struct {
		Reason string `json:"reason"`
	}
	// InboundKeyReused raises an alarm: another file that was applied had the
	// same origin, date, time and modifier and other content.
	InboundKeyReused struct {
		Other string `json:"other"` // that file's id
	}
)

// Type names each event in the log.
func (InboundReceived) Type() string    { return "inbound.received" }
func (InboundQuarantined) Type() string { return "inbound.quarantined" }
func (InboundApplied) Type() string     { return "inbound.applied" }
func (InboundRepeated) Type() string    { return "inbound.repeated" }
func (InboundJudged) Type() string      { return "inbound.judged" }
func (InboundDismissed) Type() string   { return "inbound.dismissed" }
func (InboundKeyReused) Type() string   { return "inbound.key_reused" }

func init() {
	register(
		empty[InboundReceived], empty[InboundQuarantined], empty[InboundApplied], empty[InboundRepeated],
		empty[InboundJudged], empty[InboundDismissed], empty[InboundKeyReused],
	)
}

// InboundStream names the stream of a file from the bank.
func InboundStream(id string) string { return "inbound/" + id }

// Inbound is a file from the bank.
type Inbound struct {
	Version     int64
	Received    *InboundReceived
	ReceivedAt  time.Time
	Quarantined []InboundQuarantined // those still in quarantine
	Judged      []InboundJudged
	Dismissed   *InboundDismissed // what is in quarantine stays there, and waits for nobody
	Applied     *InboundApplied
	Repeats     int
	KeyReusedBy string
	Arrivals    []string // known arrivals; the first is empty or that of Received
	SignedBy    []string // ODFIs whose bank signed the file on any arrival
}

// Evolve applies one event of the file's stream.
func (i *Inbound) Evolve(f Fact) {
	i.Version = f.Version
	switch e := f.Event.(type) {
	case *InboundReceived:
		i.Received, i.ReceivedAt, i.Arrivals = e, f.Meta.At, []string{e.Arrival}
		i.sign(e.Signed)
	case *InboundQuarantined:
		i.Quarantined = append(i.Quarantined, *e)
	case *InboundApplied:
		i.Applied = e
	case *InboundRepeated:
		i.Repeats++
		i.sign(e.Signed)
		if e.Arrival != "" {
			i.Arrivals = append(i.Arrivals, e.Arrival)
		}
	case *InboundJudged:
		i.Judged = append(i.Judged, *e)
		i.Applied, i.Quarantined, i.Dismissed = nil, nil, nil
		if len(e.Batches) > 0 {
			i.Quarantined = []InboundQuarantined{{Batches: e.Batches, Reasons: e.Reasons}}
		}
	case *InboundDismissed:
		i.Dismissed = e
	case *InboundKeyReused:
		i.KeyReusedBy = e.Other
	}
}

func (i *Inbound) sign(s *InboundSignature) {
	if s != nil {
		i.SignedBy = append(i.SignedBy, s.ODFIs...)
	}
}

// HeldFor reports whether a part is in quarantine for a reason with a code.
func (i *Inbound) HeldFor(code string) bool {
	return slices.ContainsFunc(i.Quarantined, func(q InboundQuarantined) bool {
		return slices.ContainsFunc(q.Reasons, func(p nacha.Problem) bool { return p.Code == code })
	})
}

// Held reports whether a batch is in quarantine; 0 stands for the file as a
// whole, of which nothing was applied.
func (i *Inbound) Held(batch int) bool {
	return slices.ContainsFunc(i.Quarantined, func(q InboundQuarantined) bool {
		return len(q.Batches) == 0 || slices.Contains(q.Batches, batch)
	})
}

// State returns the state of the file, as the API spells it.
func (i *Inbound) State() string {
	switch {
	case i.Held(0) && i.Dismissed != nil:
		return "dismissed"
	case i.Held(0):
		return "quarantined"
	case i.Applied == nil:
		return "received"
	case len(i.Quarantined) > 0 && i.Dismissed == nil:
		return "partly_quarantined"
	default:
		return "applied"
	}
}
