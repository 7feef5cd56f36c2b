package console

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
)

// describeTransaction describes an event of a transaction.
func describeTransaction(f domain.Fact) (description, bool) {
	switch e := f.Event.(type) {
	case *domain.TransactionOriginated:
		t := description{what: "Accepted", detail: fmt.Sprintf("A %s of %s, %s.", word(e.Proposal.PushPull), dollars(e.Proposal.AmountCents), e.Proposal.SEC)}
		if e.Proposal.Prenote() {
			t.detail = "A prenote: it asks whether the account exists and moves no money."
		}
		if e.Proposal.EffectiveOn != "" {
			t.detail += " Asked to settle on " + dayText(e.Proposal.EffectiveOn) + "."
		}
		if e.Proposal.SameDay {
			t.detail += " Same-day settlement was asked for."
		}
		if r := e.Corrects; r != nil {
			client, _, _ := domain.SplitTransactionStream(f.Stream)
			t.detail += " It replaces a debit that was returned as R11, without a new authorization." + sentence(r.Reason)
			t.href, t.linkText = transactionPath(client, r.TransactionID), "Open the returned debit"
		}
		if m := e.Missed; m != nil {
			t.detail, t.tone = t.detail+" A notification of change ("+m.Code+") had corrected its account, to "+m.Masked()+" at "+m.Routing+".", warn
		}
		return t, true
	case *domain.TransactionReceived:
		return received("Received from the bank", e.Incoming, plain), true
	case *domain.TransactionDecided:
		return describeDecided(e), true
	case *domain.TransactionHeld:
		return description{what: "Held", detail: e.Reason, tone: warn}, true
	case *domain.TransactionApproved:
		return description{what: "Approved", detail: e.Reason, tone: good}, true
	case *domain.TransactionRejected:
		return description{what: "Rejected", detail: e.Reason, tone: bad}, true
	case *domain.TransactionRecalled:
		return description{what: "Recalled by the client", detail: e.Reason, tone: warn}, true
	case *domain.TransactionFiled:
		t := description{what: "Put into a file", detail: fmt.Sprintf("Batch %d, trace number %s.", e.Batch, e.Trace), href: Path + "/files/" + e.File, linkText: "Open the file"}
		if d := e.Dated; d != nil {
			t.detail += sentence(d.MovedReason) + sentence(d.NotSameDayReason)
		}
		return t, true
	case *domain.TransactionReleasedFromFile:
		return description{what: "Taken out of its file", detail: e.Reason, tone: warn, href: Path + "/files/" + e.File, linkText: "Open the file"}, true
	case *domain.TransactionCorrectedEntryMade:
		client, _, _ := domain.SplitTransactionStream(f.Stream)
		return description{what: "Corrected by another entry", detail: "As the receiver had authorized it.", href: transactionPath(client, e.TransactionID), linkText: "Open the corrected entry"}, true
	case *domain.TransactionAccountChanged:
		if e.Code == "" {
			return description{what: "Account changed back", detail: "It leaves with the account data of the original request."}, true
		}
		return description{what: "Account corrected while waiting", detail: "A notification of change " + e.Code + " came for an earlier entry."}, true
	case *domain.TransactionResembled:
		return description{what: "Resembles an entry that has left already", detail: "In file " + e.File + " under trace number " + e.Trace + ", before the ledger was restored.", tone: warn}, true
	default:
		return describeAnswer(f)
	}
}

// describeAnswer describes a return, dishonor or notification of change, in either
// direction.
func describeAnswer(f domain.Fact) (description, bool) {
	switch e := f.Event.(type) {
	case *domain.TransactionReturned:
		return received("Returned by the bank", e.Incoming, bad), true
	case *domain.TransactionCorrected:
		return received("Notification of change", e.Incoming, warn), true
	case *domain.TransactionDishonored:
		return received("Our return was dishonored", e.Incoming, bad), true
	case *domain.TransactionContested:
		return received("The bank contests our dishonor", e.Incoming, bad), true
	case *domain.TransactionChangeRefused:
		return received("Our correction was refused", e.Incoming, warn), true
	case *domain.TransactionReturnRequested:
		return requested("Return asked for", e.Outgoing), true
	case *domain.TransactionCorrectionRequested:
		return requested("Notification of change asked for", e.Outgoing), true
	case *domain.TransactionDishonorRequested:
		return requested("Dishonor asked for", e.Outgoing), true
	case *domain.TransactionContestRequested:
		return requested("Contest asked for", e.Outgoing), true
	case *domain.TransactionRefusalRequested:
		return requested("Refusal of the change asked for", e.Outgoing), true
	case *domain.TransactionReversalRequested:
		return requested("Reversal asked for", e.Outgoing), true
	case *domain.TransactionReturnFeeRequested:
		t := requested("Return fee asked for", e.Outgoing)
		t.detail = fmt.Sprintf("%s; the receiver was told on %s.", dollars(e.AmountCents), dayText(e.NoticeGivenOn))
		return t, true
	case *domain.TransactionAskedBack:
		by, _ := time.Parse(time.RFC3339, e.AnswerBy)
		return description{what: "The receiving bank was asked to return it", detail: trimmed(e.Reason) + " Its answer is due by " + dayText(calendar.DateOf(by.Add(-time.Second)).String()) + "."}, true
	case *domain.TransactionUnanswered:
		return description{what: "The request for return lapsed", detail: trimmed(e.Reason), tone: warn}, true
	case *domain.TransactionRetryRequested:
		t := requested("Presented again", e.Outgoing)
		t.detail = fmt.Sprintf("Attempt %d.%s", e.Attempt, sentence(t.detail))
		return t, true
	default:
		return description{what: word(strings.TrimPrefix(f.Event.Type(), "transaction."))}, true
	}
}

// received describes what came from the bank, with its code in words.
func received(what string, in domain.Incoming, t tone) description {
	var detail string
	if code, _ := in.Entry.AnswerAndOriginal(); code != "" {
		detail = codeText(code)
	} else {
		detail = fmt.Sprintf("%s from %s.", dollars(in.Entry.AmountCents), named(in.Header.CompanyName))
	}
	if in.SettledOn != "" && in.Entry.AmountCents > 0 {
		detail += " It settles on " + dayText(in.SettledOn) + "."
	}
	if len(in.Flags) > 0 {
		detail += " Unusual: " + strings.ReplaceAll(strings.Join(in.Flags, ", "), "-", " ") + "."
	}
	return description{what: what, detail: detail, tone: t, href: Path + "/inbound/" + in.Inbound, linkText: "Open the bank's file"}
}

func requested(what string, out domain.Outgoing) description {
	return description{what: what, detail: strings.TrimSpace(codeText(out.Code) + sentence(out.Reason) + sentence(out.Information))}
}

// codeText is a reason code with its title, also of one no longer in use; empty
// without a code.
func codeText(code string) string {
	if code == "" {
		return ""
	}
	r, _ := codes.Return(code, calendar.Date{})
	c, _ := codes.Change(code, calendar.Date{})
	if title := cmp.Or(r.Title, c.Title); title != "" {
		return code + ": " + title + "."
	}
	return code + "."
}

// sentence appends a reason as a sentence of its own.
func sentence(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return ""
	}
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return " " + capital(s)
}
