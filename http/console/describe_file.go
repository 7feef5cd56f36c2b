package console

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
)

// describeFile describes an event of an outbound file. Of the events that add
// entries or offsets, only the first is described.
func describeFile() func(domain.Fact) (description, bool) {
	filled, offset := false, false
	return func(f domain.Fact) (description, bool) {
		switch e := f.Event.(type) {
		case *domain.FileOpened:
			return description{what: "Opened", detail: "Because " + word(e.Why) + "."}, true
		case *domain.FileFilled:
			if filled {
				return description{}, false
			}
			filled = true
			return description{what: "Filled", detail: fmt.Sprintf("Its trace numbers start at %s.", e.FirstTrace)}, true
		case *domain.FileOffset:
			if offset {
				return description{}, false
			}
			offset = true
			return description{what: "Balanced", detail: fmt.Sprintf("Each batch got an offset. That of batch %d is %s, under trace number %s.", e.Batch, dollars(e.Cents), e.Trace)}, true
		case *domain.FileCut:
			return description{what: "Cut", detail: fmt.Sprintf("%s in %s: debits of %s, credits of %s. To be sent before %s.",
				plural(e.Totals.Entries, "entry", "entries"), plural(e.Totals.Batches, "batch", "batches"),
				dollars(e.Totals.DebitCents), dollars(e.Totals.CreditCents), newYork(e.SendBy))}, true
		case *domain.FileRedated:
			return description{what: "Dated again", detail: trimmed(e.Why), tone: warn}, true
		case *domain.FileRendered:
			return description{what: "Rendered and read back", detail: fmt.Sprintf("%s bytes, equal to the log field by field. SHA-256 %s.", number(e.Size), hex.EncodeToString(e.SHA256))}, true
		case *domain.FileDelivering:
			return description{what: "Delivery started", detail: "Method: " + e.Method + ". From now on the bank may have it."}, true
		case *domain.FileDelivered:
			return description{what: "Delivered", tone: good}, true
		default:
			return describeOutcome(f)
		}
	}
}

// describeOutcome describes what happened to a file after its delivery.
func describeOutcome(f domain.Fact) (description, bool) {
	switch e := f.Event.(type) {
	case *domain.FileDeliveryUnknown:
		return description{what: "Delivery unknown", detail: trimmed(e.Reason), tone: bad}, true
	case *domain.FileAcknowledged:
		t := description{what: "Answered by the bank", detail: ackText[e.Result] + sentence(e.Note), tone: warn}
		if e.Result == ack.Accepted {
			t.tone = good
		}
		return t, true
	case *domain.FileRefused:
		t := description{what: "Refused by the bank", detail: trimmed(e.Reason), tone: bad}
		if len(e.Batches) > 0 {
			t.what = fmt.Sprintf("%s refused by the bank", plural(len(e.Batches), "batch was", "batches were"))
		}
		return t, true
	case *domain.FileTotalsDiffer:
		return description{what: "The bank's totals differ", detail: "Compare them with the file's before you do anything else.", tone: bad}, true
	case *domain.FileReleaseOrdered:
		then := "Its entries wait for another file."
		if e.Then == domain.ThenReject {
			then = "Its entries are rejected."
		}
		return description{what: "Taken back", detail: trimmed(e.Reason) + " " + then, tone: warn}, true
	case *domain.FileReleased:
		return description{what: "Emptied", detail: plural(e.Entries, "entry was", "entries were") + " taken out of it."}, true
	case *domain.FileGivenUp:
		return description{what: "Given up before it was cut", detail: trimmed(e.Reason), tone: bad}, true
	default:
		return description{what: f.Event.Type()}, true
	}
}

func trimmed(s string) string { return strings.TrimPrefix(sentence(s), " ") }

// ackText are the results of an acknowledgement in words.
var ackText = map[ack.Result]string{
	ack.Accepted: "It accepted the file.", ack.Rejected: "It rejected the file.",
	ack.Pended: "It holds the file back.", ack.Duplicate: "It says that it already has this file.",
}
