package guard

import (
	"testing"
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

// tuesday is 2026-11-24; Thursday the 26th is Thanksgiving.
var tuesday = calendar.NewDate(2026, time.November, 24)

// debit is an entry of Harbor Gym's made on Monday for a day.
func debit(cents int64, settles calendar.Date, change ...func(*Entry)) Entry {
	e := Entry{
		Client: "gym", ODFI: "231380104", Company: "1840000017", Debit: true, Cents: cents,
		OriginatedOn: calendar.PreviousBankingDay(tuesday), SettlesOn: settles,
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

func credit(e *Entry) { e.Debit = false }
func of(company string) func(*Entry) {
	return func(e *Entry) { e.Company = company }
}
func at(client string) func(*Entry) {
	return func(e *Entry) { e.Client = client }
}

func TestAnEntryOverALimitIsSeen(t *testing.T) {
	friday := calendar.NewDate(2026, time.November, 27) // the second banking day after
	for name, tt := range map[string]struct {
		owner   Owned
		limit   Limit
		counted []Entry
		entry   Entry
		saw     string // empty: it may leave
	}{
		"up to the limit": {
			limit: Limit{Per: PerSettlementDate, Cents: 100}, counted: []Entry{debit(60, tuesday)}, entry: debit(40, tuesday),
		},
		"a cent over it": {
			limit: Limit{Per: PerSettlementDate, Cents: 100}, counted: []Entry{debit(60, tuesday)}, entry: debit(41, tuesday), saw: "1.01",
		},
		"another day has its own": {
			limit: Limit{Per: PerSettlementDate, Cents: 100}, counted: []Entry{debit(60, tuesday)}, entry: debit(100, friday),
		},
		"credits are not debits": {
			limit: Limit{Per: PerSettlementDate, Cents: 100}, counted: []Entry{debit(100, tuesday)}, entry: debit(900, tuesday, credit),
		},
		"one entry too many": {
			limit: Limit{Per: PerBankingDay, Count: 2}, counted: []Entry{debit(1, tuesday), debit(1, friday)}, entry: debit(1, tuesday), saw: "3 entries",
		},
		"an entry by itself": {limit: Limit{Per: PerEntry, Cents: 100}, entry: debit(101, tuesday), saw: "1.01"},
		"other companies": {
			limit: Limit{Per: PerSettlementDate, Cents: 100, Company: "1840000017"}, counted: []Entry{debit(100, tuesday, of("2"))}, entry: debit(100, tuesday),
		},
		"of another company": {
			limit: Limit{Per: PerSettlementDate, Cents: 100, Company: "1840000017"}, entry: debit(500, tuesday, of("2")),
		},
		"other clients": {
			limit: Limit{Per: PerSettlementDate, Cents: 100}, counted: []Entry{debit(100, tuesday, at("diner"))}, entry: debit(100, tuesday),
		},
		"other clients of the ODFI": {
			owner: Owned{ODFI: "231380104"}, limit: Limit{Per: PerSettlementDate, Cents: 100},
			counted: []Entry{debit(100, tuesday, at("diner"))}, entry: debit(1, tuesday), saw: "1.01",
		},
		"three banking days over a holiday": {
			limit:   Limit{Per: PerBankingDays, Days: 3, Cents: 100},
			counted: []Entry{debit(50, tuesday), debit(50, friday)}, entry: debit(1, calendar.NextBankingDay(tuesday)), saw: "1.01",
		},
		"no run of two has all": {
			limit:   Limit{Per: PerBankingDays, Days: 2, Cents: 100},
			counted: []Entry{debit(50, tuesday), debit(50, friday)}, entry: debit(50, calendar.NextBankingDay(tuesday)),
		},
		"what a person approved over it": {
			limit: Limit{Per: PerSettlementDate, Cents: 100},
			entry: debit(500, tuesday, func(e *Entry) { e.Waived = []string{"limits/debit/settlement_date"} }),
		},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.owner.ODFI == "" {
				tt.owner.Client = "gym"
			}
			tt.limit.Direction, tt.limit.Action = Debit, Hold
			tt.owner.Limits = []Limit{tt.limit}
			b := NewEvaluator([]Owned{tt.owner})
			for _, e := range tt.counted {
				b.Count(e.Use())
			}
			v := b.Judge(tt.entry)
			if v == nil && tt.saw != "" || v != nil && v.SawInAll() != tt.saw {
				t.Errorf("got %+v, want %q", v, tt.saw)
			}
		})
	}
}

func TestOfTwoLimitsTheOneThatRejectsDecides(t *testing.T) {
	b := NewEvaluator([]Owned{{Client: "gym", Rules: Rules{Limits: []Limit{
		{Direction: Debit, Per: PerSettlementDate, Cents: 100, Action: Hold},
		{Direction: Debit, Per: PerSettlementDate, Cents: 500, Action: Reject},
	}}}})
	if v := b.Judge(debit(200, tuesday)); v == nil || v.Action != Hold {
		t.Errorf("%+v", v)
	}
	if v := b.Judge(debit(501, tuesday)); v == nil || v.Action != Reject || v.Rule != "limits/debit/settlement_date/reject" {
		t.Errorf("%+v", v)
	}
}

func TestWhatIsTakenOutOfTheBookLeavesNothing(t *testing.T) {
	b := NewEvaluator([]Owned{{Client: "gym", Rules: Rules{Limits: []Limit{{Direction: Debit, Per: PerSettlementDate, Cents: 100, Action: Hold}}}}})
	u := debit(100, tuesday).Use()
	b.Count(u)
	u.Sum = u.Negative()
	b.Count(u)
	if v := b.Judge(debit(100, tuesday)); v != nil || len(b.clients["gym"][0].used) != 0 {
		t.Errorf("%+v", v)
	}
}

func TestTheLastWindowOfADay(t *testing.T) {
	windows := calendar.DefaultWindows()
	eastern := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, calendar.Eastern)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	two := 2
	atFive := &calendar.Terms{
		Deadlines: []calendar.BankDeadline{{At: "17:00", Settles: calendar.SettlesByLeadDays}}, LeadDays: &calendar.LeadDays{Credit: &two},
	}
	for name, tt := range map[string]struct {
		entry   Entry
		bank    *calendar.Terms
		windows []calendar.Window
		want    string
	}{
		"by the morning of Tuesday":             {Entry{}, nil, windows, "2026-11-23 22:30"},
		"on Tuesday itself":                     {Entry{SameDay: true}, nil, windows, "2026-11-24 16:30"},
		"without windows":                       {Entry{}, nil, nil, "2026-11-24 02:15"},
		"at a bank that closes at five":         {Entry{Debit: true}, atFive, windows, "2026-11-23 16:30"},
		"a credit there, two banking days":      {Entry{}, atFive, windows, "2026-11-20 16:30"},
		"there without windows, when it closes": {Entry{Debit: true}, atFive, nil, "2026-11-23 17:00"},
	} {
		tt.entry.SettlesOn = tuesday
		if got := Until(tt.entry, tt.bank, tt.windows); !got.Equal(eastern(tt.want)) {
			t.Errorf("%s: %s, want %s", name, got.In(calendar.Eastern), tt.want)
		}
	}
}
