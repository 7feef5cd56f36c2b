package node

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	client "github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"

	"github.com/achledger/achledger/eventstore/freeport"
	"github.com/achledger/achledger/projections"
)

const (
	alertRules = "../../../deploy/prometheus/achledger.rules.yaml"
	alertTests = "../../../deploy/prometheus/achledger.test.yaml"
	dashboard  = "../../../deploy/grafana/achledger.json"
)

func TestEveryAlertFiresOnWhatItIsFor(t *testing.T) {
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert       string
				Labels      map[string]string
				Annotations map[string]string
			}
		}
	}
	readYAML(t, alertRules, &rules)
	tests, err := os.ReadFile(alertTests)
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			fires := fmt.Sprintf(`count(ALERTS{alertname="%s",alertstate="firing"})`, r.Alert)
			if strings.Count(string(tests), fires) != 2 {
				t.Errorf("%s has no test that it is quiet and then fires", r.Alert)
			}
			if r.Labels["severity"] == "" || r.Annotations["summary"] == "" || r.Annotations["action"] == "" {
				t.Errorf("%s does not say how urgent it is, what happened or what to do", r.Alert)
			}
		}
	}
	if out, err := exec.CommandContext(t.Context(), "promtool", "test", "rules", alertTests).CombinedOutput(); err != nil {
		t.Errorf("promtool: %v\n%s", err, out)
	}
}

// A dashboard's query for a metric that does not exist shows an empty panel, and an
// alert rule over it never fires. Neither is noticed otherwise.
func TestRulesAndDashboardAskForWhatIsThere(t *testing.T) {
	t.Parallel()
	r := serve(t, "", func(o *Options) { o.Admin = "127.0.0.1:0" })
	id, gym := r.client("Harbor Gym")
	r.must(http.StatusOK, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, map[string]any{"batching": map[string]any{"max_entries": 2}}, nil)
	r.pay(gym)
	r.pay(gym)
	eventually(t, "two payments leave", func() bool {
		files, _, err := r.server.views.Files(t.Context(), projections.FileFilter{Limit: 1})
		return err == nil && len(files) > 0
	})
	r.pay(gym) // and one waits
	prometheus := startPrometheus(t, r.Admin)
	queries := dashboardQueries(t)
	for _, q := range queries {
		eventually(t, "the dashboard's query finds something: "+q, func() bool { return finds(t, prometheus, q) })
	}
	exported := described(r.server.metrics)
	for _, file := range []string{alertRules, dashboard} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`\bachledger_[a-z_]+`).FindAllString(string(content), -1) {
			if !exported[name] && !exported[strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_count")] {
				t.Errorf("%s: nothing exports %s", filepath.Base(file), name)
			}
		}
	}
}

// Each metric is described in the pages for people who operate the ledger, and they
// describe no other.
func TestThePagesNameEveryMetric(t *testing.T) {
	r := serve(t, "", nil)
	exported, named := described(r.server.metrics), map[string]bool{}
	paths, err := filepath.Glob("../../../docs/*.md")
	r.check(err)
	for _, path := range paths {
		content, err := os.ReadFile(path)
		r.check(err)
		for _, name := range regexp.MustCompile(`\bachledger_[a-z_]*[a-z]\b`).FindAllString(string(content), -1) {
			named[name] = true
			if !exported[name] {
				t.Errorf("%s: nothing exports %s", filepath.Base(path), name)
			}
		}
	}
	for name := range exported {
		if strings.HasPrefix(name, "achledger_") && !named[name] {
			t.Errorf("no page says what %s is", name)
		}
	}
}

// described are the names of all metrics there can be.
func described(r *client.Registry) map[string]bool {
	all := make(chan *client.Desc)
	go func() {
		defer close(all)
		r.Describe(all)
	}()
	names := map[string]bool{}
	for d := range all {
		_, name, _ := strings.Cut(d.String(), `fqName: "`)
		name, _, _ = strings.Cut(name, `"`)
		names[name] = true
	}
	return names
}

// dashboardQueries returns the dashboard's queries with Grafana's variables filled in.
func dashboardQueries(t *testing.T) (queries []string) {
	var board struct {
		Panels []struct {
			Targets []struct{ Expr string }
		}
	}
	content, err := os.ReadFile(dashboard)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			queries = append(queries, strings.NewReplacer("$job", "achledger", "$__rate_interval", "10s", "[1h]", "[10s]", "[5m]", "[10s]").Replace(target.Expr))
		}
	}
	if len(queries) < 10 {
		t.Fatalf("the dashboard has %d queries: is it still written like this?", len(queries))
	}
	return queries
}

// startPrometheus scrapes a server several times a second.
func startPrometheus(t *testing.T, admin string) (base string) {
	folder := t.TempDir()
	port := freeport.One(t)
	base = fmt.Sprintf("http://127.0.0.1:%d", port)
	rules, err := filepath.Abs(alertRules)
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("global: {scrape_interval: 250ms, evaluation_interval: 1s}\nrule_files: [%q]\nscrape_configs: [{job_name: achledger, static_configs: [{targets: [%q]}]}]\n",
		rules, strings.TrimPrefix(admin, "http://"))
	path := filepath.Join(folder, "prometheus.yml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	p := exec.CommandContext(t.Context(), "prometheus", "--config.file="+path, "--storage.tsdb.path="+filepath.Join(folder, "data"),
		fmt.Sprintf("--web.listen-address=127.0.0.1:%d", port), "--log.level=warn")
	p.Stdout, p.Stderr = &said, &said
	if err := p.Start(); err != nil {
		t.Fatalf("%v: make prometheus installs it", err)
	}
	t.Cleanup(func() {
		_ = p.Process.Kill()
		_ = p.Wait()
		if t.Failed() {
			t.Logf("prometheus said:\n%s", &said)
		}
	})
	eventually(t, "prometheus is ready", func() bool {
		answer, err := http.Get(base + "/-/ready")
		if err != nil {
			return false
		}
		defer answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	return base
}

// finds reports whether a query has any answer.
func finds(t *testing.T, prometheus, query string) bool {
	answer, err := http.Get(prometheus + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var found struct {
		Status string
		Error  string
		Data   struct{ Result []json.RawMessage }
	}
	if err := json.NewDecoder(answer.Body).Decode(&found); err != nil || found.Status != "success" {
		t.Fatalf("%s: %v %s", query, err, found.Error)
	}
	return len(found.Data.Result) > 0
}

func readYAML(t *testing.T, path string, into any) {
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(content, into); err != nil {
		t.Fatal(err)
	}
}
