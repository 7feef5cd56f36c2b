package connect

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// answerRoutes are what a client may answer to a transaction's events.
func (s *surface) answerRoutes() {
	verbs := map[string]verb{
		"returns": {"ReturnCode", []string{"AddendaInformation", "DateOfDeath", "StatementDate"}, func(a answer) api.AnswerCommand {
			return answers.Return{ItemID: a.item, ReplyTo: a.replyTo, Code: a.code, Information: a.information, DateOfDeath: a.dateOfDeath, StatementOn: a.statement}
		}},
		"corrections": {"ChangeCode", []string{"CorrectedData"}, func(a answer) api.AnswerCommand {
			return answers.Correct{ItemID: a.item, ReplyTo: a.replyTo, Code: a.code, Data: a.data, Sealed: a.sealed, Masked: a.masked, Hash: a.hash}
		}},
		"dishonors": {"ReasonCode", []string{"AddendaInformation"}, func(a answer) api.AnswerCommand {
			return answers.Dishonor{ItemID: a.item, ReplyTo: a.replyTo, Code: a.code, Information: a.information}
		}},
		"contests": {"ReasonCode", nil, func(a answer) api.AnswerCommand {
			return answers.Contest{ItemID: a.item, ReplyTo: a.replyTo, Code: a.code}
		}},
		"refusals": {"ReasonCode", nil, func(a answer) api.AnswerCommand {
			return answers.RefuseChange{ItemID: a.item, ReplyTo: a.replyTo, Code: a.code}
		}},
		"reversals": {"ReasonCode", nil, func(a answer) api.AnswerCommand {
			return answers.Reverse{ItemID: a.item, ReplyTo: a.replyTo, Reason: strings.ToLower(a.code)}
		}},
		"return_fees": {"", []string{"Amount", "NoticeGivenOn"}, func(a answer) api.AnswerCommand {
			return answers.ReturnFee{ItemID: a.item, ReplyTo: a.replyTo, AmountCents: a.cents, NoticeGivenOn: a.noticeGivenOn}
		}},
		"return_requests": {"", []string{"Reason"}, func(a answer) api.AnswerCommand {
			return answers.AskBack{ItemID: a.item, ReplyTo: a.replyTo, Reason: a.reason}
		}},
		"retries": {"", nil, func(a answer) api.AnswerCommand {
			return answers.Retry{ItemID: a.item, ReplyTo: a.replyTo}
		}},
	}
	s.Echo.POST("/api/transaction/:id/corrected_entries", s.ForClient(domain.ScopeOriginate, s.correctEntry))
	for name, v := range verbs {
		s.Echo.POST("/api/transaction/:id/"+name, s.ForClient(domain.ScopeOriginate, s.answerHandler(v)))
	}
}

// verb is one way to answer an event: the field that holds its code, the other
// fields that it has beside ReplyToEventId, and its command. A field of another
// verb is refused as unknown. Ignored, it would mislead: a return with an amount,
// say, would return the whole entry.
type verb struct {
	codeField string
	others    []string
	command   func(answer) api.AnswerCommand
}

// answer is the body of an answer to an event, for every verb.
type answer struct {
	item, replyTo, code      string
	information, dateOfDeath string
	statement, noticeGivenOn string
	reason                   string
	cents                    int64
	data, masked             string
	sealed                   domain.Sealed
	hash                     []byte
}

func (v verb) fields() fieldSet[answer] {
	set := []field[answer]{textField("ReplyToEventId", func(a *answer) *string { return &a.replyTo })}
	for _, f := range []field[answer]{
		textField("AddendaInformation", func(a *answer) *string { return &a.information }),
		textField("DateOfDeath", func(a *answer) *string { return &a.dateOfDeath }),
		textField("StatementDate", func(a *answer) *string { return &a.statement }),
		textField("NoticeGivenOn", func(a *answer) *string { return &a.noticeGivenOn }),
		{"Amount", func(a *answer, value, at string) (bad []domain.FieldError) {
			a.cents, bad = readCents(value, at)
			return bad
		}},
		textField("Reason", func(a *answer) *string { return &a.reason }),
		textField("CorrectedData", func(a *answer) *string { return &a.data }),
	} {
		if slices.Contains(v.others, f.name) {
			set = append(set, f)
		}
	}
	if v.codeField != "" {
		set = append(set, textField(v.codeField, func(a *answer) *string { return &a.code }))
	}
	return newFieldSet(set...)
}

func textField[T any](name string, at func(*T) *string) field[T] {
	return field[T]{name, func(a *T, value, pointer string) []domain.FieldError {
		text, ok := api.Unquote(value)
		if !ok {
			return api.Wrong(pointer, "type", "must be a string")
		}
		*at(a) = text
		return nil
	}}
}

// asked reads a request about a transaction: the transaction's id from the path,
// and the body both as bytes and decoded.
func asked[T any](c echo.Context, fields fieldSet[T], body *T) (id string, input []byte, err error) {
	if id, err = api.GUIDParam(c, "id", "transaction"); err != nil {
		return "", nil, err
	}
	if input, err = api.Body(c); err != nil {
		return "", nil, err
	}
	return id, input, fields.decode(input, body)
}

// answerHandler answers POST /api/transaction/{id}/<verb>: 201 with the new
// pending event, 200 if the identical answer was given before.
func (s *surface) answerHandler(v verb) api.Handler {
	fields := v.fields()
	return func(c echo.Context, who api.Caller) error {
		var a answer
		id, input, err := asked(c, fields, &a)
		if err != nil {
			return err
		}
		if reply, ok := api.ParseGUID(a.replyTo); ok {
			a.replyTo = reply
		}
		a.code = strings.ToUpper(a.code)
		once, err := s.Once(c, who, input)
		if err != nil {
			return err
		}
		if use, repeated := once.Before(); repeated {
			t, err := s.TransactionAt(c.Request().Context(), use)
			if err != nil {
				return err
			}
			return s.respondLast(c, who, t)
		}
		return s.record(c, who, id, v, a, once.Key)
	}
}

func (s *surface) record(c echo.Context, who api.Caller, id string, v verb, a answer, key ledger.Option) error {
	l, ctx := s.LedgerNow(), c.Request().Context()
	before, err := s.Transaction(ctx, l, who.Client, id)
	if err != nil {
		return err
	}
	a.item = api.NewID()
	if err := s.seal(l, before.Transaction, &a); err != nil {
		return err
	}
	return s.Answer(c, who, l, before.Transaction, a.item, v.command(a), key)
}

// seal seals corrected data, which is often an account number, and masks what
// of it may be shown. Addenda information that repeats the account number is
// refused.
func (s *surface) seal(l *ledger.Ledger, t domain.Transaction, a *answer) (err error) {
	if err := api.Repeated(l, t, "/AddendaInformation", a.information); err != nil {
		return err
	}
	if err := api.Repeated(l, t, "/Reason", a.reason); err != nil {
		return err
	}
	if a.data == "" {
		return nil
	}
	iat := t.Received != nil && t.Received.Header.IAT != nil
	a.masked = domain.MaskChange(a.code, a.data, iat)
	if a.hash, err = l.Keys.MAC(t.Client, []byte("corrected data\x00"+a.data)); err != nil {
		return err
	}
	a.sealed, err = l.SealDataIn(domain.TransactionStream(t.Client, t.ID), a.item, t.Client, a.data)
	return err
}

// respondLast answers the newest of a transaction's events, as a repeated
// request made it.
func (s *surface) respondLast(c echo.Context, who api.Caller, t domain.Transaction) error {
	view, err := s.TransactionOf(c.Request().Context(), s.Ledger, t, t.ID)
	if err != nil {
		return err
	}
	last := t.Items[len(t.Items)-1]
	return s.RespondEvent(c, who, http.StatusCreated, view, last.ID)
}
