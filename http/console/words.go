package console

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/text"
)

// functions are the functions that templates may call.
var functions = template.FuncMap{
	"dollars": dollars, "number": anyNumber, "plural": plural, "asset": func(name string) string { return assets[name].path },
	"day": dayText, "pair": pair, "join": strings.Join, "sentence": trimmed, "inc": func(n int) int { return n + 1 },
}

// pair passes two values to a template.
func pair(p *page, value any) map[string]any { return map[string]any{"Page": p, "Value": value} }

// dollars formats cents: $1,942.17, or -$5.00 for money going out.
func dollars(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s$%s.%02d", sign, text.Grouped(cents/100), cents%100)
}

// number formats a whole number with thousands separators.
func number[T int | int64](n T) string { return text.Grouped(int64(n)) }

// anyNumber is number for templates, which cannot call generic functions.
func anyNumber(n any) string {
	switch n := n.(type) {
	case int:
		return number(n)
	case int64:
		return number(n)
	default:
		return fmt.Sprint(n)
	}
}

// plural is a count with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// span formats a duration in its two largest units.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "under a minute"
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%d days", int(d.Hours())/24)
	}
}

// dayText formats a date, YYYY-MM-DD, for people.
func dayText(day string) string {
	d, err := calendar.ParseDate(day)
	if err != nil {
		return day
	}
	return d.At(12, 0).Format("Mon 2 Jan 2006")
}

// tone is the color of a state, shown next to its word.
type tone string

const (
	plain tone = "plain"
	good  tone = "good"
	warn  tone = "warn"
	bad   tone = "bad"
)

// toneOf returns the tone of a state of a transaction, of our file or of a
// received one.
func toneOf(state string) tone {
	switch strings.ToLower(state) {
	case "transmitted", "acknowledged", "applied", "approved", "delivered", "on", "succeeded":
		return good
	case "held", "delivery_unknown", "partly_quarantined", "duplicate", "asked", "expired", "stale", "pended":
		return warn
	case "returned", "rejected", "refused", "quarantined", "given_up", "off", "failed":
		return bad
	default:
		return plain
	}
}

// words maps states and reasons to what people read.
var words = map[string]string{
	string(domain.FileIsCut): "cut", string(domain.FileIsRendered): "rendered", string(domain.FileIsDelivering): "being delivered",
	string(domain.DeliveryUnknown): "delivery unknown", string(domain.FileIsGivenUp): "rejected", "partly_quarantined": "partly quarantined",
	string(domain.WhyEntries): "enough entries waited", string(domain.WhyCents): "enough money waited", string(domain.WhyAge): "the oldest entry waited long enough",
	string(domain.WhyWindow): "its window came", string(domain.WhyAnswers): "an answer's deadline was near", string(domain.WhyUpload): "the client sent it as a NACHA file",
	string(domain.WhyACHFile): "the client requested it", string(domain.WhySent): "it had left before the ledger was restored",
	string(domain.Dishonor): "Dishonored return", string(domain.Contest): "Contested dishonored return", string(domain.RefusedChange): "Refused correction",
	string(domain.Correction): "Notification of change", string(domain.ToFed): "to the bank", string(domain.FromFed): "from the bank",
	"inbox": "found in the inbox", "sftp": "fetched from the bank's server", "api": "handed in", "ingest": "handed in at the command line", "simulation": "made by the sandbox",
	"asked": "waiting", "forward": "payment",
	string(domain.Push): "credit", string(domain.Pull): "debit",
}

// word returns a state or a reason as people read it.
func word[T ~string](s T) string {
	if w, ok := words[string(s)]; ok {
		return w
	}
	return strings.ReplaceAll(string(s), "_", " ")
}

func percent(share float64) string { return fmt.Sprintf("%.1f%%", share*100) }

func hexShort(b []byte) string { return fmt.Sprintf("%x…", b[:min(len(b), 10)]) }

// bytesText formats a size in bytes.
func bytesText(n float64) string {
	switch {
	case n == 0:
		return "not known"
	case n < 1<<20:
		return fmt.Sprintf("%.0f KiB", n/(1<<10))
	default:
		return fmt.Sprintf("%.0f MiB", n/(1<<20))
	}
}

func sortedNames[V any](values map[string]V) []string { return slices.Sorted(maps.Keys(values)) }
