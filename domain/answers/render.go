package answers

import (
	"errors"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// made returns the decision for an answer, unless no file could carry it: the
// answer copies the other bank's entry and the caller's text, which the file
// writer may refuse. Data is corrected data in the clear.
func (c Case) made(kind domain.ItemKind, out domain.Outgoing, data string, event domain.Event) (Decision, error) {
	item := &domain.Item{ID: out.ItemID, Kind: kind, Direction: domain.ToFed, ReplyTo: out.ReplyTo, Outgoing: &out}
	e, err := c.Transaction.EntryOf(item)
	if err == nil {
		if change := e.Entry.Correction; change != nil {
			if change.Data = data; data == "" {
				change.Data = " " // an empty one would mean a sealed one
			}
		}
		err = e.Renderable(c.Transaction.ODFI())
	}
	if err != nil {
		return Decision{}, fieldRefusal(domain.RuleBroken, pointer(err), "form", "it cannot be written into a file: %s", domain.FieldRule(err))
	}
	return Decision{[]domain.Event{event}, out.ItemID}, nil
}

// pointer is the field of an answer that cannot be written; a value not given
// by the caller comes from the answered event.
func pointer(err error) string {
	var f *nacha.FieldError
	if !errors.As(err, &f) {
		return "/ReplyToEventId"
	}
	switch f.Field {
	case "addenda information":
		return "/AddendaInformation"
	case "corrected data":
		return "/CorrectedData"
	case "date of death":
		return "/DateOfDeath"
	case "return code":
		return "/ReturnCode"
	case "change code":
		return "/ChangeCode"
	case "dishonored return code", "contested return code", "refused change code":
		return "/ReasonCode"
	default:
		return "/ReplyToEventId"
	}
}
