package console

import (
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

// describeInbound describes an event of a received file or of an unmatched entry.
func describeInbound(f domain.Fact) (description, bool) {
	switch e := f.Event.(type) {
	case *domain.InboundReceived:
		return description{what: "Received", detail: fmt.Sprintf("%s, %s bytes. Stored sealed before any of it was applied.", capital(word(e.Source)), number(e.Bytes))}, true
	case *domain.InboundRepeated:
		return description{what: "Received again", detail: "None of it was applied a second time.", tone: warn}, true
	case *domain.InboundQuarantined:
		what := "Held back"
		if len(e.Batches) > 0 {
			what = plural(len(e.Batches), "batch was", "batches were") + " held back"
		}
		return description{what: what, detail: plural(len(e.Reasons), "reason.", "reasons."), tone: bad}, true
	case *domain.InboundJudged:
		detail := trimmed(e.Reason)
		if e.AsIs {
			detail += " It was let in as it is."
		}
		return description{what: "Judged again", detail: detail, tone: warn}, true
	case *domain.InboundDismissed:
		return description{what: "Dismissed", detail: trimmed(e.Reason)}, true
	case *domain.InboundApplied:
		return description{what: "Applied", tone: good, detail: fmt.Sprintf("%s matched, %s unmatched, %s applied before.",
			plural(e.Applied, "entry", "entries"), number(e.Unmatched), number(e.Skipped))}, true
	case *domain.EntryQueued:
		return description{what: "Put into the queue", detail: e.Message, tone: warn, href: Path + "/inbound/" + e.Inbound, linkText: "Open the bank's file"}, true
	case *domain.EntryAssigned:
		return description{what: "Assigned", tone: good, href: transactionPath(e.Client, e.TransactionID), linkText: "Open the transaction", detail: trimmed(e.Reason)}, true
	case *domain.EntryReturned:
		return description{what: "Returned to its sender", tone: good}, true
	case *domain.EntryDismissed:
		return description{what: "Dismissed", detail: trimmed(e.Reason)}, true
	default:
		return description{what: f.Event.Type()}, true
	}
}

func newYork(t time.Time) string { return t.In(calendar.Eastern).Format("Mon 2 Jan 15:04 MST") }
