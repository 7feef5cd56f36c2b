package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
)

// RateRecord is the return rate of a company in one class.
type RateRecord struct {
	Client    string           `json:"client"`
	Company   string           `json:"company_identification"`
	Class     guard.RateClass  `json:"class"`
	Level     guard.Level      `json:"level"`
	Warn      float64          `json:"warn"` // the lowest of those that apply
	Act       float64          `json:"act"`  // the one that decides
	Action    guard.RateAction `json:"action"`
	Stopped   bool             `json:"stopped"`    // its entries are held until a person lifts the stop
	SixtyDays RateWindow       `json:"sixty_days"` // method B over these decides
	TwoMonths RateWindow       `json:"two_calendar_months"`
	Trend     []float64        `json:"trend"`                // per cent, on each of the last sixty days
	CrossesOn string           `json:"crosses_on,omitempty"` // if the trend of the last fortnight continues
}

// RateWindow is a rate over a number of days, by both methods.
type RateWindow struct {
	From    string     `json:"from"`
	To      string     `json:"to"`
	MethodB RateMethod `json:"method_b"`
	MethodA RateMethod `json:"method_a"`
}

// RateMethod is the rate by one method.
type RateMethod struct {
	Returned   int64   `json:"returned"`
	Originated int64   `json:"originated"`
	Percent    float64 `json:"percent"`
}

func newRateMethod(r guard.Rate) RateMethod {
	return RateMethod{r.Returned, r.Originated, r.Percent()}
}

// clientRates is what a client's return rates are computed from.
type clientRates struct {
	client   string
	today    calendar.Date
	levels   guard.AllRates
	returned []guard.ReturnedDebit
	sent     []guard.DebitBatch // in the days observed
	behind   []guard.DebitBatch // in the files of what was returned
	stops    []guard.Stop
}

// trendDays are observed: sixty, and the sixty before the first of them.
const trendDays = 120

// returnRates reads what a client's return rates are computed from.
func (s *Kit) returnRates(ctx context.Context, client string) (r clientRates, err error) {
	c, err := s.Directory.Client(ctx, client)
	if err != nil {
		return r, err
	}
	if c.Version == 0 {
		return r, domain.Refuse(domain.NotFound, "there is no client %q", client)
	}
	r.client, r.today = client, calendar.DateOf(s.LedgerNow().Now())
	if r.levels, err = s.Ledger.RatesOf(ctx, c); err != nil {
		return r, err
	}
	if len(r.levels) == 0 { // the network's levels are shown, and nothing is done
		r.levels = guard.AllRates{*guard.Rules{Rates: &guard.ReturnRates{}}.WithDefaults().Rates}
	}
	w := guard.Window{From: r.today.Add(1 - trendDays), To: r.today}
	if r.returned, err = s.Views.ReturnedDebits(ctx, client, w); err != nil {
		return r, err
	}
	if r.sent, err = s.Views.DebitBatches(ctx, client, w); err != nil {
		return r, err
	}
	var files []string
	for _, d := range r.returned {
		if !slices.Contains(files, d.File) {
			files = append(files, d.File)
		}
	}
	if r.behind, err = s.Views.DebitBatchesOf(ctx, files); err != nil {
		return r, err
	}
	r.stops, err = s.Views.Stops(ctx, client)
	return r, err
}

// records returns the rates of each company by class.
func (r clientRates) records() (list []RateRecord) {
	var companies []string
	for _, s := range r.sent {
		if !slices.Contains(companies, s.Company) {
			companies = append(companies, s.Company)
		}
	}
	slices.Sort(companies)
	for _, company := range companies {
		for _, class := range guard.RateClasses {
			list = append(list, r.record(company, class))
		}
	}
	return list
}

func (r clientRates) record(company string, class guard.RateClass) RateRecord {
	trend := guard.Trend(company, class, r.today, r.returned, r.sent)
	is := r.levels.LevelOf(class, trend[len(trend)-1])
	shown := RateRecord{
		Client: r.client, Company: company, Class: class, Warn: is.Warn, Act: is.Act, Action: is.Action, Level: is.Level,
		SixtyDays: r.window(company, class, guard.SixtyDays(r.today)), TwoMonths: r.window(company, class, guard.TwoMonths(r.today)),
		Stopped: slices.ContainsFunc(r.stops, func(s guard.Stop) bool { return s.Company == company }),
		Trend:   make([]float64, len(trend)),
	}
	for i, day := range trend {
		shown.Trend[i] = day.Percent()
	}
	if on, ok := guard.Crosses(trend, is.Act, r.today); ok {
		shown.CrossesOn = on.String()
	}
	return shown
}

func (r clientRates) window(company string, class guard.RateClass, w guard.Window) RateWindow {
	return RateWindow{
		From: w.From.String(), To: w.To.String(),
		MethodB: newRateMethod(guard.MethodB(company, class, w, r.returned, r.sent)),
		MethodA: newRateMethod(guard.MethodA(company, class, w, r.returned, r.behind)),
	}
}

// Rates returns the return rates of a client's companies, by class.
func (s *Kit) Rates(ctx context.Context, client string) ([]RateRecord, error) {
	r, err := s.returnRates(ctx, client)
	return r.records(), err
}

// RespondRates answers the return rates of a client's companies.
func (s *Kit) RespondRates(c echo.Context, client string) error {
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, Everyone); err != nil {
		return err
	}
	list, err := s.Rates(ctx, client)
	if err != nil {
		return err
	}
	return AnswerWhole(c, orNone(list))
}

func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// RateEntries is what a rate is computed from: the returned debits, and the
// batches that debits left in.
type RateEntries struct {
	Returned   []RateReturn `json:"returned"`
	Originated []RateBatch  `json:"originated"`
}

// RateReturn is a returned debit.
type RateReturn struct {
	TransactionID string `json:"transaction_id"`
	EventID       string `json:"event_id"` // of the return
	Code          string `json:"code"`
	ReturnedOn    string `json:"returned_on"`
	AmountCents   int64  `json:"amount_cents"`
	FileID        string `json:"file_id"` // of the file that the debit left in
}

// RateBatch is the number of debits that left in a batch.
type RateBatch struct {
	FileID      string `json:"file_id"`
	Batch       int64  `json:"batch"`
	EffectiveOn string `json:"effective_on"`
	Debits      int64  `json:"debits"`
}

// RespondRateEntries answers what the rate of a company and class is computed
// from: by method B, over the sixty days that end today.
func (s *Kit) RespondRateEntries(c echo.Context, client string) error {
	company, class := c.QueryParam("company_identification"), guard.RateClass(c.QueryParam("class"))
	switch {
	case company == "":
		return Invalid("/company_identification", "required", "is needed: the company whose rate it is")
	case !slices.Contains(guard.RateClasses, class):
		return Invalid("/class", "enum", "must be unauthorized, administrative or overall")
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, Everyone); err != nil {
		return err
	}
	shown, err := s.RateEntries(ctx, client, company, class, calendar.DateOf(s.LedgerNow().Now()))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shown)
}

// RateEntries returns what a rate was computed from on a day: by method B, over
// the sixty days that end on it. A day earlier than the last sixty has none.
func (s *Kit) RateEntries(ctx context.Context, client, company string, class guard.RateClass, on calendar.Date) (shown RateEntries, err error) {
	r, err := s.returnRates(ctx, client)
	if err != nil {
		return shown, err
	}
	w := guard.SixtyDays(on)
	shown = RateEntries{[]RateReturn{}, []RateBatch{}}
	for _, d := range r.returned {
		if d.Company == company && w.Has(d.On) && class.Has(d.Code, d.On) {
			shown.Returned = append(shown.Returned, RateReturn{d.Transaction, d.ItemID, d.Code, d.On.String(), d.Cents, d.File})
		}
	}
	for _, b := range r.sent {
		if b.Company == company && w.Has(b.On) {
			shown.Originated = append(shown.Originated, RateBatch{b.File, b.Batch, b.On.String(), b.Debits})
		}
	}
	return shown, nil
}
