package fed

import (
	"regexp"
	"strings"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// Payment is an entry that another bank sends to our side.
type Payment struct {
	To          string // our routing number, nine digits
	Account     string
	Name        string
	ID          string
	AmountCents int64
	Debit       bool
	Savings     bool
	SEC         string // CCD by default
	From        string // the sending bank, nine digits; 121042882 by default
	Company     string
	CompanyID   string
	Description string
	Addenda     []string
	IAT         *nacha.IATAddenda // with SEC IAT
}

// trackedPayment is an entry sent to our side, and its outcome.
type trackedPayment struct {
	entry  nacha.Entry
	header nacha.BatchHeader
	state  paymentState
}

type paymentState string

const (
	settled    paymentState = "settled"
	given      paymentState = "returned"
	dishonored paymentState = "dishonored"
	contested  paymentState = "contested"
)

// Pay sends a payment to our side; it arrives with the next output and settles
// on the next banking day. It returns the trace number.
func (f *Fed) Pay(now time.Time, p Payment) string {
	p.setDefaults()
	settles := calendar.NextBankingDay(calendar.NextDeadlines(now, 1)[0].Day)
	m := p.Message(settles, f.trace(p.From[:8]))
	f.paid[m.Entry.Trace] = &trackedPayment{entry: m.Entry, header: m.Header, state: settled}
	f.balance.Incoming.Sent += p.AmountCents
	f.post(mail{now, m})
	return m.Entry.Trace
}

// Message is the payment as an entry.
func (p Payment) Message(settles calendar.Date, trace string) Message {
	p.setDefaults()
	h := nacha.BatchHeader{
		CompanyName: p.Company, CompanyID: p.CompanyID, SEC: p.SEC, Description: p.Description,
		EffectiveOn: settles.YYMMDD(), SettlementDay: settles.Julian(), OriginatorStatus: "1", ODFI: p.From[:8],
	}
	e := nacha.Entry{
		Code: p.code(), Routing: p.To, Account: p.Account, AmountCents: p.AmountCents, IndividualID: p.ID, Name: p.Name,
		Trace: trace, Addenda05: p.Addenda, IAT: p.IAT,
	}
	if p.SEC == "IAT" {
		h.CompanyName, e.Name, e.IndividualID = "", "", ""
		h.IAT = &nacha.IATHeader{ForeignExchangeIndicator: "FF", ReferenceIndicator: "3", DestinationCountry: "US", OriginatingCurrency: "USD", DestinationCurrency: "USD"}
	}
	return Message{p.To, h, e}
}

func (p *Payment) setDefaults() {
	for value, otherwise := range map[*string]string{
		&p.SEC: "CCD", &p.From: "121042882", &p.Company: "ORCHARD FOODS", &p.CompanyID: "1910000042", &p.Description: "PAYMENT",
	} {
		if *value == "" {
			*value = otherwise
		}
	}
}

func (p *Payment) code() int {
	code := 22
	if p.Debit {
		code = 27
	}
	if p.Savings {
		code += 10
	}
	return code
}

var planDishonor = regexp.MustCompile(`\bR(61|62|67|68|69|70)\b`)

// gotReturn processes our return of a payment. If the receiver's name is a
// dishonor code, the originating bank dishonors the return.
func (f *Fed) gotReturn(settles calendar.Date, h nacha.BatchHeader, e nacha.Entry) {
	p, ok := f.paid[e.Return.OriginalTrace]
	if !ok || p.state != settled {
		f.balance.UnsentReturns++
		return
	}
	p.state = given
	f.balance.Incoming.Returned += p.entry.AmountCents
	code := planDishonor.FindString(strings.ToUpper(p.entry.Name + " " + p.entry.IndividualID))
	if code == "" {
		return
	}
	p.state = dishonored
	f.balance.Incoming.Returned -= p.entry.AmountCents
	on := calendar.NextBankingDay(settles)
	f.post(mail{morning(on), Dishonor(h, e, code, settles, on, f.trace(e.Routing[:8]))})
}
