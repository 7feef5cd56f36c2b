package domain_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
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

// TestScenarios reads testdata/*.txtar: given events, when a command, then
// events or a refusal, and what the aggregate is after them. A line is a type
// or name, a space, and JSON. A scenario is about a transaction unless it says
// about what.
func TestScenarios(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txtar")
	if len(files) == 0 {
		t.Fatal("no scenarios")
	}
	told, ran := map[string]bool{}, 0
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ran++
			runScenario(t, name, told)
		})
	}
	if ran < len(files) {
		return // only some were asked for
	}
	for _, event := range slices.Sorted(maps.Keys(domain.Types())) {
		if !told[event] {
			t.Errorf("no scenario in testdata has %s: write what is given, and -update writes what comes of it", event)
		}
	}
}

// scenario is one while it is read.
type scenario struct {
	*testing.T
	about subject
	facts int64
	told  map[string]bool // types of events, of all scenarios
}

func runScenario(t *testing.T, name string, told map[string]bool) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	client := domain.Client{ID: "harbor", Settings: settings(), Version: 1}
	s := &scenario{T: t, about: about("transaction", &client), told: told}
	for i := range archive.Files {
		f := &archive.Files[i]
		switch section, _, _ := strings.Cut(f.Name, " "); section {
		case "client":
			must(t, json.Unmarshal(f.Data, &client))
		case "about":
			s.about, s.facts = about(strings.TrimSpace(string(f.Data)), &client), 0
		case "given":
			for _, line := range lines(f.Data) {
				s.given(line)
			}
		case "when":
			s.expect(f.Name, &archive.Files[i+1], s.when(strings.TrimSpace(string(f.Data))))
		case "is":
			s.expect(f.Name, f, shown(t, s.about.now))
		case "then":
		default:
			t.Fatalf("a section %q", f.Name)
		}
	}
	if *update {
		must(t, os.WriteFile(name, txtar.Format(archive), 0o644))
	}
}

// expect compares a section with what came about, or writes it anew.
func (s *scenario) expect(name string, want *txtar.File, got string) {
	if *update {
		want.Data = []byte(got)
	} else if string(want.Data) != got {
		s.Errorf("%s: got\n%swant\n%s", name, got, want.Data)
	}
}

// given is an event of before. It stands there as the log has it: the shape of
// an event never changes.
func (s *scenario) given(line string) {
	s.Helper()
	kind, data, _ := strings.Cut(line, " ")
	e := decode(s.T, kind, []byte(data))
	if again, err := json.Marshal(e); err != nil || string(again) != data {
		s.Errorf("%s is written\n%s\nand not\n%s", kind, again, data)
	}
	s.evolve(e)
}

// when gives a command and evolves the aggregate by what it answers.
func (s *scenario) when(line string) string {
	verb, body, _ := strings.Cut(line, " ")
	decide, ok := s.about.commands[verb]
	if !ok {
		s.Fatalf("no command %q", verb)
	}
	events, err := decide([]byte(body))
	if err != nil && domain.CodeOf(err) == "" {
		return fmt.Sprintf("fault: %v\n", err)
	}
	if err != nil {
		return fmt.Sprintf("refused %s: %v\n", domain.CodeOf(err), err)
	}
	var b strings.Builder
	for _, e := range events {
		data, err := json.Marshal(e)
		must(s.T, err)
		fmt.Fprintf(&b, "%s %s\n", e.Type(), data)
		s.evolve(decode(s.T, e.Type(), data))
	}
	if len(events) == 0 {
		return "nothing: it is so already\n"
	}
	return b.String()
}

func (s *scenario) evolve(e domain.Event) {
	s.told[e.Type()] = true
	s.facts++
	s.about.now.Evolve(domain.Fact{Event: e, Meta: domain.Meta{At: noon}, Version: s.facts, Position: s.facts + 100})
}

// decode reads an event in its form in the log.
func decode(t *testing.T, kind string, data []byte) domain.Event {
	t.Helper()
	e, err := domain.New(kind)
	must(t, err)
	must(t, json.Unmarshal(data, e))
	return e
}

// shown is an aggregate as lines of its fields, less those that are empty.
func shown(t *testing.T, aggregate any) string {
	t.Helper()
	text, err := json.Marshal(aggregate)
	must(t, err)
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var fields map[string]any
	must(t, d.Decode(&fields))
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if value := full(fields[name]); value != nil {
			text, err := json.Marshal(value)
			must(t, err)
			fmt.Fprintf(&b, "%s %s\n", name, text)
		}
	}
	return b.String()
}

// full is a JSON value without what is empty in it; nil if all of it is.
func full(value any) any {
	switch v := value.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(_ string, member any) bool { return full(member) == nil })
		if len(v) == 0 {
			return nil
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
		for _, element := range v {
			full(element)
		}
	case string:
		if v == "" || v == "0001-01-01T00:00:00Z" {
			return nil
		}
	case json.Number:
		if v == "0" {
			return nil
		}
	case bool:
		if !v {
			return nil
		}
	}
	return value
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
