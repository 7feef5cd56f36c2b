package answers

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/receiving"
)

// Return returns a received entry.
type Return struct {
	ItemID, ReplyTo string
	Code            string // a code a receiving bank may use on this entry
	Information     string // addenda information
	DateOfDeath     string // YYYY-MM-DD, R14 and R15
	// StatementOn is the day on which the receiver's written statement was
	// reviewed, YYYY-MM-DD; it shortens the time limit of an unauthorized return.
	StatementOn string
}

// Decide returns a received payment once, within its code's time frame. If a
// decision about it was open, this is the decision.
func (r Return) Decide(c Case) (Decision, error) { return r.decide(c, domain.DecidedByReturn) }

// decide returns it; by is recorded as the source of the decision where one was
// open or a rule of its account made it.
func (r Return) decide(c Case, by string) (Decision, error) {
	i, err := c.replyTo(r.ReplyTo, domain.Origination, domain.FromFed, "returned")
	if err != nil {
		return Decision{}, err
	}
	out := domain.Outgoing{ItemID: r.ItemID, ReplyTo: r.ReplyTo, Code: r.Code, Information: r.Information, DateOfDeath: r.DateOfDeath, StatementOn: r.StatementOn}
	if before, ok := c.standing(domain.Return, r.ReplyTo); ok {
		return again(before, out)
	}
	code, err := r.allowed(c, i.Incoming)
	if err != nil {
		return Decision{}, err
	}
	if err := r.check(code, i.Incoming, c.today()); err != nil {
		return Decision{}, err
	}
	from, _ := c.SettledOn(i)
	if code.TimeFrame == codes.AfterRefusal {
		from = c.today()
	}
	if limit, timed := code.TimeFrame.Limit(from); timed {
		if err := c.before(&out, r.limited(limit)); err != nil {
			return Decision{}, err
		}
	}
	d, err := c.made(domain.Return, out, "", domain.TransactionReturnRequested{Outgoing: out})
	if err == nil && (i.AwaitsDecision() || by != domain.DecidedByReturn) {
		decided := domain.TransactionDecided{ItemID: i.ID, Decision: receiving.Return, Code: r.Code, By: by}
		d.Events = append([]domain.Event{decided}, d.Events...)
	}
	return d, err
}

// firstInFile is the first day that a file can name: it has two digits for the
// year, and an earlier one would be read as of this century.
const firstInFile = "2000-01-01"

// allowed finds the code and refuses one that a receiving bank may not use for
// such an entry.
func (r Return) allowed(c Case, in *domain.Incoming) (codes.ReturnCode, error) {
	if r.Code == "" {
		return codes.ReturnCode{}, wrongField("/ReturnCode", "required", "must be a return code, such as R03")
	}
	code, known := codes.Return(r.Code, c.today())
	entry := codes.Entry{
		SEC: in.Header.SEC, Debit: nacha.TransactionCode(in.Entry.Code).Debit(), Prenote: in.Entry.AmountCents == 0,
	}
	if err := codes.ReturnAllowed(r.Code, entry, c.today()); err != nil {
		kind := domain.RuleBroken
		if !known && code.Code == "" {
			kind = domain.Invalid
		}
		return code, fieldRefusal(kind, "/ReturnCode", "return-code", "%v", err)
	}
	return code, nil
}

// limited is the time limit of the return, shortened by the review of the
// statement where one is needed.
func (r Return) limited(limit calendar.TimeLimit) calendar.TimeLimit {
	reviewed, err := calendar.ParseDate(r.StatementOn)
	if err != nil || !calendar.StatementSixDays.Holds(reviewed) {
		return limit
	}
	return limit.Earlier(calendar.StatementDeadline(reviewed))
}

func (r Return) check(code codes.ReturnCode, in *domain.Incoming, today calendar.Date) error {
	most := 44
	if in.Header.IAT != nil {
		most = 34
	}
	switch {
	case code.DateOfDeath && r.DateOfDeath == "":
		return fieldRefusal(domain.Invalid, "/DateOfDeath", "required", "%s needs the date of death", r.Code)
	case !code.DateOfDeath && r.DateOfDeath != "":
		return fieldRefusal(domain.RuleBroken, "/DateOfDeath", "not-allowed", "a date of death goes with R14 and R15 only")
	case r.DateOfDeath != "" && !validDate(r.DateOfDeath):
		return wrongField("/DateOfDeath", "date", "must be a date as YYYY-MM-DD")
	case r.DateOfDeath != "" && r.DateOfDeath < firstInFile:
		return wrongField("/DateOfDeath", "date", "must be from %s on: a file has two digits for the year", firstInFile)
	case r.DateOfDeath > today.String():
		return fieldRefusal(domain.RuleBroken, "/DateOfDeath", "future", "nobody died after %s yet", today)
	case !code.NeedsStatement && r.StatementOn != "":
		return fieldRefusal(domain.RuleBroken, "/StatementDate", "not-allowed", "%s needs no written statement of the receiver", r.Code)
	case r.StatementOn != "" && !validDate(r.StatementOn):
		return wrongField("/StatementDate", "date", "must be a date as YYYY-MM-DD")
	case r.StatementOn > today.String():
		return fieldRefusal(domain.RuleBroken, "/StatementDate", "future", "the statement was not reviewed before %s", today)
	case code.NeedsInformation && r.Information == "":
		return fieldRefusal(domain.Invalid, "/AddendaInformation", "required", "%s needs addenda information", r.Code)
	}
	return checkInformation(r.Information, most)
}

func checkInformation(s string, most int) error {
	switch {
	case len(s) > most:
		return fieldRefusal(domain.Invalid, "/AddendaInformation", "length", "at most %d characters fit the field; this has %d", most, len(s))
	case !nacha.Printable(s):
		return fieldRefusal(domain.Invalid, "/AddendaInformation", "alphabet", "only printable ASCII characters fit the field")
	}
	return nil
}

func validDate(s string) bool {
	_, err := calendar.ParseDate(s)
	return err == nil
}
