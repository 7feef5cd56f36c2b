package fed

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// Options describe the operator and the behaviour of the banks behind it.
type Options struct {
	Seed    uint64
	Routing string // of the operator; 061000146 by default
	Name    string
	Script  Script // what receiving banks answer; Scripted by default
	Faults  Faults
}

// Faults are the odds, one in n for each output, of things that go wrong on the
// way back; zero is never.
type Faults struct {
	Repeat   int // the same file again, under another name
	Truncate int // an incomplete file, followed by the whole one
}

// Fed is the operator and its memory of what it received.
type Fed struct {
	options Options
	random  *rand.Rand
	seen    map[string]bool // header keys of accepted files
	entries []*entry        // forward entries from our side, in order
	byTrace map[string]*entry
	paid    map[string]*trackedPayment // entries sent to our side, by trace
	mail    []mail
	traces  map[string]int // last sequence by sending bank
	outputs int
	balance Balance
}

// entry is a forward entry of ours as the operator records it.
type entry struct {
	from      string // our ODFI, nine digits
	header    nacha.BatchHeader
	entry     nacha.Entry
	settlesOn calendar.Date
	plan      Plan
	returned  string // trace of the return, if one was sent
	at        calendar.Date
}

// Message is an entry for our side, with the header of its batch.
type Message struct {
	To     string // our routing number, nine digits
	Header nacha.BatchHeader
	Entry  nacha.Entry
}

// mail is a message in transit.
type mail struct {
	at time.Time
	Message
}

// New makes an operator that has received nothing.
func New(o Options) *Fed {
	if o.Routing == "" {
		o.Routing, o.Name = "061000146", "FEDERAL RESERVE BANK"
	}
	if o.Script == nil {
		o.Script = Scripted
	}
	return &Fed{
		options: o, random: rand.New(rand.NewPCG(o.Seed, o.Seed)), seen: map[string]bool{},
		byTrace: map[string]*entry{}, paid: map[string]*trackedPayment{}, traces: map[string]int{},
	}
}

// trace is the next trace number of a bank.
func (f *Fed) trace(bank8 string) string {
	f.traces[bank8]++
	return fmt.Sprintf("%s%07d", bank8, f.traces[bank8])
}

// post sends an entry, which arrives with the first output at or after its
// time.
func (f *Fed) post(m mail) { f.mail = append(f.mail, m) }

// due takes what has to be delivered by now, in order of its time.
func (f *Fed) due(now time.Time) []mail {
	var out, left []mail
	for _, m := range f.mail {
		if m.at.After(now) {
			left = append(left, m)
		} else {
			out = append(out, m)
		}
	}
	f.mail = left
	slices.SortStableFunc(out, func(a, b mail) int { return a.at.Compare(b.at) })
	return out
}

// Next is when the next entry becomes due; ok is false when none waits.
func (f *Fed) Next() (at time.Time, ok bool) {
	for _, m := range f.mail {
		if !ok || m.at.Before(at) {
			at, ok = m.at, true
		}
	}
	return at, ok
}

// morning is when the operator delivers, on a banking day, what settles then.
func morning(day calendar.Date) time.Time { return day.At(6, 0) }
