package domain

import (
	"slices"
	"time"

	"github.com/achledger/achledger/domain/nacha"
)

// Events of a file that came from the bank. Its id is the hash of its
// canonical records, so the same file under another name or with other line
// endings is the same file.
type (
	// InboundReceived records that a file came, before anything of it is
	// applied. The raw bytes are kept, sealed.
	InboundReceived struct {
		InboundID string           `json:"inbound_id"`
		Name      string           `json:"name"`   // as it was called where it came from
		Source    string           `json:"source"` // inbox, sftp, api, ingest, simulation
		Header    nacha.FileHeader `json:"header"`
		Totals    nacha.Totals     `json:"totals"`
		Bytes     int64            `json:"bytes"`
		// Remarks are what is wrong with batches and keeps nobody from
		// applying them.
		Remarks []nacha.Problem `json:"remarks,omitempty"`
		Arrival string          `json:"arrival,omitempty"` // as in InboundRepeated
		// Signed is left out where the bank signed nothing, or nothing that can
		// be verified.
		Signed *InboundSignature `json:"signed,omitempty"`
		// Completed says that the bank left file header or control out, and that
		// what stands in their place was made of the batches.
		Completed bool `json:"completed,omitempty"`
	}
	// InboundSignature is the signature of a bank over an encrypted file.
	InboundSignature struct {
		Key   string   `json:"key"`   // its fingerprint
		ODFIs []string `json:"odfis"` // of which it is the bank's key
	}
	// InboundQuarantined records what of the file is not applied, and every
	// reason. Batches names them by ordinal from 1; none means the whole
	// file.
	InboundQuarantined struct {
		Batches []int           `json:"batches,omitempty"`
		Reasons []nacha.Problem `json:"reasons"`
	}
	// InboundApplied completes a file: every entry of its good batches is in
	// a transaction or in the unmatched queue.
	InboundApplied struct {
		Applied   int `json:"applied"`   // entries that found their place
		Unmatched int `json:"unmatched"` // entries that wait in the queue
		Skipped   int `json:"skipped"`   // entries that were applied before
	}
	// InboundRepeated records that the same file came again.
	InboundRepeated struct {
		Name   string `json:"name"`
		Source string `json:"source,omitempty"`
		// Arrival tells one arrival from the next where the same one may be
		// read again after a crash. It is recorded once.
		Arrival string            `json:"arrival,omitempty"`
		Signed  *InboundSignature `json:"signed,omitempty"`
	}
	// InboundJudged records that a person had what was in quarantine judged
	// again: from now on it is as if the file had just come, with only these
	// batches, of what was in quarantine before, held back.
	InboundJudged struct {
		Reason  string          `json:"reason"`
		AsIs    bool            `json:"as_is,omitempty"` // against the judgement; the totals hold
		Batches []int           `json:"batches,omitempty"`
		Reasons []nacha.Problem `json:"reasons,omitempty"` // why those are still held back
	}
	// InboundKeyReused raises an alarm: another file that applied something
	// had the same origin, date, time and modifier and other content.
	InboundKeyReused struct {
		Other string `json:"other"` // that file's id
	}
)

// Type names the event in the log.
func (InboundReceived) Type() string { return "inbound.received" }

// Type names the event in the log.
func (InboundQuarantined) Type() string { return "inbound.quarantined" }

// Type names the event in the log.
func (InboundApplied) Type() string { return "inbound.applied" }

// Type names the event in the log.
func (InboundRepeated) Type() string { return "inbound.repeated" }

// Type names the event in the log.
func (InboundJudged) Type() string { return "inbound.judged" }

// Type names the event in the log.
func (InboundKeyReused) Type() string { return "inbound.key_reused" }

func init() {
	register(
		func() Event { return &InboundReceived{} },
		func() Event { return &InboundQuarantined{} },
		func() Event { return &InboundApplied{} },
		func() Event { return &InboundRepeated{} },
		func() Event { return &InboundJudged{} },
		func() Event { return &InboundKeyReused{} },
	)
}

// InboundStream names the stream of a file that came from the bank.
func InboundStream(id string) string { return "inbound/" + id }

// Inbound is a file that came from the bank.
type Inbound struct {
	Version     int64
	Received    *InboundReceived
	ReceivedAt  time.Time
	Quarantined []InboundQuarantined // that stand
	Judged      []InboundJudged
	Applied     *InboundApplied
	Repeats     int
	KeyReusedBy string
	Arrivals    []string // that are known again; the first is empty or that of Received
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
		i.Applied, i.Quarantined = nil, nil
		if len(e.Batches) > 0 {
			i.Quarantined = []InboundQuarantined{{Batches: e.Batches, Reasons: e.Reasons}}
		}
	case *InboundKeyReused:
		i.KeyReusedBy = e.Other
	}
}

func (i *Inbound) sign(s *InboundSignature) {
	if s != nil {
		i.SignedBy = append(i.SignedBy, s.ODFIs...)
	}
}

// HeldFor reports whether something is in quarantine for a reason of a code.
func (i *Inbound) HeldFor(code string) bool {
	return slices.ContainsFunc(i.Quarantined, func(q InboundQuarantined) bool {
		return slices.ContainsFunc(q.Reasons, func(p nacha.Problem) bool { return p.Code == code })
	})
}

// Held reports whether a batch is in quarantine; 0 asks for the file as a
// whole, of which nothing was applied.
func (i *Inbound) Held(batch int) bool {
	return slices.ContainsFunc(i.Quarantined, func(q InboundQuarantined) bool {
		return len(q.Batches) == 0 || slices.Contains(q.Batches, batch)
	})
}

// State is where the file stands, as the API spells it.
func (i *Inbound) State() string {
	switch {
	case i.Held(0):
		return "quarantined"
	case i.Applied == nil:
		return "received"
	case len(i.Quarantined) > 0:
		return "partly_quarantined"
	default:
		return "applied"
	}
}
