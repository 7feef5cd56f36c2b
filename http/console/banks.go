package console

import (
	"cmp"
	"context"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// banks serves the list of our ODFIs: those with settings, and those that
// clients originate through.
func (s *surface) banks(c echo.Context, who api.Caller) error {
	p := s.newPage(c, who, "Banks", "Banks")
	return s.list(c, p, "The banks that files are sent to and received from.", nil, func(ctx context.Context, _ int, _ string) (table, string, error) {
		t := table{Name: "banks", Caption: "Banks", Columns: columns("Routing number", "Delivery", "Method", "Clients#", "Waiting#", "Dollars#"), Empty: "No bank yet. The settings of a client name its banks.", page: p}
		clients, err := s.clientsByBank(ctx)
		if err != nil {
			return t, "", err
		}
		queues, err := s.Views.QueueTotals(ctx)
		if err != nil {
			return t, "", err
		}
		_, labels := s.metrics.read(s.Metrics)
		for _, routing := range sortedNames(clients) {
			bank, err := s.Ledger.Bank(ctx, routing)
			if err != nil {
				return t, "", err
			}
			entries, cents := 0, int64(0)
			for _, q := range queues {
				if q.ODFI == routing {
					entries, cents = entries+q.Entries, cents+q.Cents
				}
			}
			t.add(linked(routing, Path+"/banks/"+routing), deliveryState(labels, routing), say(bank.Leaves().Method), count(clients[routing]), leadsTo(count(entries), Path+"/waiting?bank="+routing, entries), leadsTo(money(cents), Path+"/waiting?bank="+routing, entries))
		}
		return t, "", nil
	})
}

// deliveryState says whether files may leave for a bank now, by the delivery
// switch.
func deliveryState(labels map[string]map[string]float64, routing string) cell {
	switches := labels["achledger_delivery_on"]
	on, set := switches[routing]
	if !set {
		on, set = switches[""]
	}
	switch {
	case !set:
		return say("not known")
	case on == 1:
		return badge("on", good)
	default:
		return badge("off", bad)
	}
}

func (s *surface) clientsByBank(ctx context.Context) (map[string]int, error) {
	count := map[string]int{}
	r, err := s.Views.Receivers(ctx)
	if err != nil {
		return nil, err
	}
	for _, routing := range r.Banks {
		count[routing] = 0
	}
	for client, err := range s.EachClient(ctx) {
		if err != nil {
			return nil, err
		}
		for _, routing := range client.ODFIs {
			count[routing]++
		}
	}
	return count, nil
}

// bankPage serves one of our ODFIs: how its files are delivered, which clients
// use it, and the history of its settings.
func (s *surface) bankPage(c echo.Context, who api.Caller) error {
	ctx, routing := c.Request().Context(), c.Param("routing")
	bank, err := s.Ledger.Bank(ctx, routing)
	if err != nil {
		return err
	}
	clients, err := s.Views.ClientsByODFI(ctx, routing)
	if err != nil {
		return err
	}
	if bank.Version == 0 && len(clients) == 0 {
		return domain.Refuse(domain.NotFound, "there is no bank of that routing number: no client has it, and no settings")
	}
	p := s.newPage(c, who, "Bank "+routing, "Banks")
	p.Subject = routing
	if err := s.findRequests(ctx, p, routing); err != nil {
		return err
	}
	_, labels := s.metrics.read(s.Metrics)
	state := deliveryState(labels, routing)
	var names []string
	for _, id := range clients[:min(len(clients), 10)] {
		names = append(names, p.Client(id))
	}
	data := settingsPage{Title: "Bank " + routing, State: "delivery " + state.Text, Tone: state.Tone, Links: []textLink{{"Waiting for a file", Path + "/waiting?bank=" + routing}, {"Money", Path + "/money"}}, Facts: []fact{
		{"Delivery method", say(bank.Leaves().Method)}, {"Immediate destination", say(cmp.Or(bank.File.ImmediateDestination, "each client's own")).sub(bank.File.ImmediateDestinationName)},
		{"Immediate origin", say(cmp.Or(bank.File.ImmediateOrigin, "each client's own")).sub(bank.File.ImmediateOriginName)},
		{"Clients", say(plural(len(clients), "client", "clients")).sub(strings.Join(names, ", "))},
	}}
	set := formOf(p, "configure-bank", routing, "Set it up")
	if p.Who.caller.May(domain.ScopeOpsAdmin) {
		now, err := s.settingsOf(c, who, "/v1/ops/odfis/"+url.PathEscape(routing), "{\n  \"delivery\": {\"method\": \"outbox\"}\n}")
		if err != nil {
			return err
		}
		set = set.filled("settings", now).seeing(bank.Version)
	}
	data.Actions = allowed([]form{set})
	if bank.Version > 0 {
		if data.Settings, err = readable(struct {
			Delivery domain.DeliverySettings `json:"delivery"`
			File     domain.FileSettings     `json:"file"`
			domain.BankProfile
		}{bank.Delivery, bank.File, bank.BankProfile}); err != nil {
			return err
		}
		if data.History, err = s.changes(ctx, domain.BankStream(routing)); err != nil {
			return err
		}
	}
	return s.serve(c, p, "settings", data)
}
