package domain_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/achledger/achledger/domain"
)

var update = flag.Bool("update", false, "rewrite what the scenarios expect")

// noon is when everything in the scenarios happens.
var noon = time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC)

// settings of the client in the scenarios, Harbor Gym.
func settings() domain.Settings {
	return domain.Settings{
		Name: "Harbor Gym", CompanyName: "HARBOR GYM", CompanyIdentifications: []string{"1840000017"},
		ODFIs: []string{"231380104"}, SECCodes: domain.OriginatedSECs, DefaultSEC: "PPD", DefaultDescription: "PAYMENT",
		Batching: domain.Batching{MaxEntries: 10, Windows: domain.DefaultWindows},
		File: domain.FileSettings{
			ImmediateDestination: "061000146", ImmediateDestinationName: "FEDERAL RESERVE BANK",
			ImmediateOrigin: "231380104", ImmediateOriginName: "LANTERN SAVINGS BANK", LineEnding: "LF",
		},
		UnknownAccounts: domain.QueueUnknown, Verification: "prenote",
	}
}

// commands a scenario may give.
func command(name string, body []byte, client domain.Client) (func(domain.Transaction) ([]domain.Event, error), error) {
	switch name {
	case "originate":
		var c domain.Originate
		err := json.Unmarshal(body, &c)
		return func(t domain.Transaction) ([]domain.Event, error) { return c.Decide(client, t) }, err
	case "recall":
		return decider[domain.Recall](body)
	case "hold":
		return decider[domain.Hold](body)
	case "approve":
		return decider[domain.Approve](body)
	case "reject":
		return decider[domain.Reject](body)
	}
	return nil, fmt.Errorf("no command %q", name)
}

func decider[C interface {
	Decide(domain.Transaction) ([]domain.Event, error)
}](body []byte) (func(domain.Transaction) ([]domain.Event, error), error) {
	var c C
	err := json.Unmarshal(body, &c)
	return c.Decide, err
}

// TestScenarios reads testdata/*.txtar: given events, when a command, then
// events or a refusal. A line is a type or name, a space, and JSON.
func TestScenarios(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) == 0 {
		t.Fatal("no scenarios")
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) { runScenario(t, name) })
	}
}

func runScenario(t *testing.T, name string) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	client := domain.Client{ID: "harbor", Settings: settings(), Version: 1}
	tx := domain.Transaction{Client: "harbor"}
	for i, f := range archive.Files {
		switch section, _, _ := strings.Cut(f.Name, " "); section {
		case "client":
			must(t, json.Unmarshal(f.Data, &client))
		case "given":
			for _, line := range lines(f.Data) {
				kind, data, _ := strings.Cut(line, " ")
				evolve(&tx, decode(t, kind, []byte(data)))
			}
		case "when":
			verb, body, _ := strings.Cut(strings.TrimSpace(string(f.Data)), " ")
			decide, err := command(verb, []byte(body), client)
			must(t, err)
			got := outcome(t, decide, &tx)
			then := &archive.Files[i+1]
			if *update {
				then.Data = []byte(got)
			} else if string(then.Data) != got {
				t.Errorf("%s: got\n%swant\n%s", f.Name, got, then.Data)
			}
		}
	}
	if *update {
		must(t, os.WriteFile(name, txtar.Format(archive), 0o644))
	}
}

// outcome runs a command and evolves the transaction by what it answered.
func outcome(t *testing.T, decide func(domain.Transaction) ([]domain.Event, error), tx *domain.Transaction) string {
	events, err := decide(*tx)
	if err != nil {
		return fmt.Sprintf("refused %s: %v\n", domain.CodeOf(err), err)
	}
	var b strings.Builder
	for _, e := range events {
		data, err := json.Marshal(e)
		must(t, err)
		fmt.Fprintf(&b, "%s %s\n", e.Type(), data)
		evolve(tx, decode(t, e.Type(), data))
	}
	if len(events) == 0 {
		return "nothing: it is so already\n"
	}
	return b.String()
}

// decode reads an event in its form in the log.
func decode(t *testing.T, kind string, data []byte) domain.Event {
	t.Helper()
	e, err := domain.New(kind)
	must(t, err)
	must(t, json.Unmarshal(data, e))
	return e
}

func evolve(tx *domain.Transaction, e domain.Event) {
	tx.Evolve(domain.Fact{Event: e, Meta: domain.Meta{At: noon}, Version: tx.Version + 1, Position: tx.Version + 100})
}

func lines(data []byte) []string {
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
