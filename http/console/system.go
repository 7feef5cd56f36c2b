package console

import (
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/http/api"
)

type systemPage struct {
	Health   []check
	Facts    []fact
	Delivery table
	Actions  []form
}

func (d systemPage) lists() []table { return []table{d.Delivery} }

// system serves the state of the ledger itself.
func (s *surface) system(c echo.Context, who api.Caller) error {
	ctx := c.Request().Context()
	p := s.newPage(c, who, "System", "System")
	p.Live = true
	values, labels := s.metrics.read(s.Metrics)
	head, err := s.Ledger.Store.Head(ctx)
	if err != nil {
		return err
	}
	t := table{Name: "delivery", Caption: "Delivery switch", Columns: columns("Bank", "Files are sent", "Trace numbers in use"), Empty: "Not known.", page: p, Note: "Delivery is switched at the command line, with achledger delivery on or off."}
	for _, odfi := range sortedNames(labels["achledger_delivery_on"]) {
		name, state := odfi, badge("yes", good)
		if odfi == "" {
			if name = "every other bank"; len(labels["achledger_delivery_on"]) == 1 {
				name = "every bank"
			}
		}
		if labels["achledger_delivery_on"][odfi] == 0 {
			state = badge("no", bad)
		}
		used := say("")
		if share, ok := labels["achledger_trace_numbers_in_use_ratio"][odfi]; ok {
			used = say(percent(share))
		}
		t.add(say(name), state, used)
	}
	data := systemPage{Health: s.health(ctx, p), Delivery: t, Facts: []fact{
		{"Newest event", say(number(head.Position))}, {"Its hash", code(hexShort(head.Hash[:]))}, {"Newest event in the lists", say(number(s.Views.Position()))},
		{"Events not in the stream yet", say(number(int64(values["achledger_relay_lag_events"])))}, {"Failed sign-ins since the start", say(number(int64(values["achledger_failed_logins_total"])))},
		{"Memory of the process", say(bytesText(values["process_resident_memory_bytes"]))}, {"Answers that lapsed", say(number(int64(values["achledger_answers_lapsed_total"])))},
	}}
	if s.Sandbox != nil {
		data.Actions = allowed([]form{formOf(p, "clock", "now", "Move the clock").opened()})
	}
	return s.serve(c, p, "system", data)
}
