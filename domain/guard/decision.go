package guard

import (
	"cmp"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

// DecisionHook is a decision engine of the client or the ODFI that is asked
// before an entry may leave, such as a sanctions list or a fraud model.
type DecisionHook struct {
	URL     string `json:"url"`            // https, or http on this machine
	When    []When `json:"when,omitempty"` // entries to ask about; empty: all
	Timeout string `json:"timeout"`        // for an answer, for example "5s"
	Batch   int    `json:"batch"`          // most entries of a question
}

// When selects entries: those that match all of its fields.
type When struct {
	SEC       string `json:"sec,omitempty"`
	Direction string `json:"direction,omitempty"`
}

// Rules by which an entry is held: until the hook has answered, because of its
// answer, or because there was none.
const (
	decision = "decision"
	asked    = decision + "/asked"
)

// Bounds of hooks.
const (
	mostAsked       = 100
	shortestTimeout = 100 * time.Millisecond
	longestTimeout  = time.Minute
	maxHookURL      = 1000
)

// Asks reports whether the hook is asked about an entry.
func (h *DecisionHook) Asks(e Entry) bool {
	if h == nil {
		return false
	}
	return len(h.When) == 0 || slices.ContainsFunc(h.When, func(w When) bool {
		return (w.SEC == "" || w.SEC == e.SEC) && (w.Direction == "" || w.Direction == string(calendar.KindOf(e.Debit)))
	})
}

// Wait returns how long an answer may take.
func (h *DecisionHook) Wait() time.Duration {
	d, _ := time.ParseDuration(h.Timeout) // checked when it was set
	return d
}

// IsAsked reports whether a rule holds an entry until a hook has answered, and
// returns the hook's ODFI, which is empty for a client's hook.
func IsAsked(rule string) (odfi string, ok bool) {
	if rule == asked {
		return "", true
	}
	odfi, ok = strings.CutSuffix(strings.TrimPrefix(rule, "odfi/"), "/"+asked)
	return odfi, ok && strings.HasPrefix(rule, "odfi/")
}

// Answered returns the rule that holds an entry after the hook of a rule has
// answered.
func Answered(rule string) string { return strings.TrimSuffix(rule, "/asked") }

// AllowedWith returns the rules that no longer hold a file once the engine
// behind one of them has allowed it: the client's is asked before the ODFI's.
func AllowedWith(rule string) []string { return []string{asked, rule} }

// undecided returns the verdict over an entry that a hook has to be asked
// about, or nil. An entry that the hook, or a person in its place, has allowed
// is not asked about again.
func (l looking) undecided(e Entry) *Verdict {
	for _, o := range l.of(e.Client, e.ODFI) {
		if o.Decision.Asks(e) && !e.waived(o.prefix()+decision) && !e.waived(o.prefix()+asked) {
			return &Verdict{Action: Hold, Reason: "it waits for the decision of " + o.engine(),
				HeldBy: HeldBy{Rule: o.prefix() + asked, AtDeadline: Keep}}
		}
	}
	return nil
}

func (o Owned) engine() string {
	if o.ODFI != "" {
		return "the engine of ODFI " + o.ODFI
	}
	return "the client's engine"
}

// AskFile returns the verdict over a file with an entry that a hook has to be
// asked about, or nil.
func (b *Evaluator) AskFile(e Entry) *Verdict { return b.looking.undecided(e) }

// Hooks reports whether a hook is asked about entries of a client at an ODFI.
func (b *Evaluator) Hooks(client, odfi string) bool {
	return slices.ContainsFunc(b.looking.of(client, odfi), func(o Owned) bool { return o.Decision != nil })
}

func (h *DecisionHook) withDefaults() *DecisionHook {
	if h == nil {
		return nil
	}
	d := *h
	d.When = slices.Clone(h.When)
	d.Timeout, d.Batch = cmp.Or(h.Timeout, "5s"), cmp.Or(h.Batch, mostAsked)
	return &d
}

func (h *DecisionHook) check(bad Checker) {
	if h == nil {
		return
	}
	const at = "/decision"
	if why := wrongHook(h.URL); why != "" {
		bad(at+"/url", "url", "%s", why)
	}
	if d, err := time.ParseDuration(h.Timeout); err != nil || d < shortestTimeout || d > longestTimeout {
		bad(at+"/timeout", "duration", `a time from %s to 1m, as in "5s"`, shortestTimeout)
	}
	if h.Batch < 1 || h.Batch > mostAsked {
		bad(at+"/batch", "range", "must be 1 to %d entries", mostAsked)
	}
	for i, w := range h.When {
		at := at + "/when/" + strconv.Itoa(i)
		enum(bad, at+"/direction", w.Direction, "", Debit, Credit)
		if len(w.SEC) != 0 && len(w.SEC) != 3 {
			bad(at+"/sec", "length", "must be a SEC code, of three letters")
		}
		if w == (When{}) {
			bad(at, "required", "must be sec, direction or both; leave when out to ask about everything")
		}
	}
}

// wrongHook returns what is wrong with an address. Addresses in the internal
// network are allowed, because operations set them and not clients.
func wrongHook(text string) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "" || len(text) > maxHookURL:
		return "an absolute URL of at most 1000 characters"
	case u.User != nil || u.Fragment != "":
		return "holds no user, no password and no fragment: what is asked is signed"
	case u.Scheme == "https":
		return ""
	case u.Scheme == "http" && isLoopback(u.Hostname()):
		return ""
	}
	return "begins with https://, or with http:// on this machine"
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}
