package node

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// spans is a collector of traces.
type spans struct {
	mu  sync.Mutex
	all []*otlp.Span
}

func (s *spans) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var sent collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(body, &sent); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, of := range sent.ResourceSpans {
		for _, scope := range of.ScopeSpans {
			s.all = append(s.all, scope.Spans...)
		}
	}
}

func (s *spans) named(name string) (found []*otlp.Span) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, span := range s.all {
		if span.Name == name {
			found = append(found, span)
		}
	}
	return found
}

// The trace in which a payment was sent contains the commit of the payment, which
// links to the file that the payment left in.
func TestATraceLeadsFromTheRequestToTheFile(t *testing.T) {
	var sent spans
	s := httptest.NewServer(&sent)
	t.Cleanup(s.Close)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", s.URL)
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
	r := serve(t, "", nil)
	id, gym := r.client("Harbor Gym")
	r.must(http.StatusOK, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, map[string]any{"batching": map[string]any{"max_entries": 1}}, nil)
	const caller = "4bf92f3577b34da6a3ce929d0e0e4736"
	request, err := http.NewRequest(http.MethodPost, r.Base+"/api/transaction", strings.NewReader(
		`{"StandardEntryClassCode":"PPD","TransactionType":"push","ToRouting":"121042882","ToAccount":"30488174411","ToAccountType":"checking","ToName":"Ada Marsh","Description":"PAYROLL","Amount":12.34}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("traceparent", "00-"+caller+"-00f067aa0ba902b7-01")
	request.SetBasicAuth(gym.Key, gym.Secret)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		t.Fatalf("the payment is answered with %d", answer.StatusCode)
	}

	in := func(name string) bool {
		return slices.ContainsFunc(sent.named(name), func(s *otlp.Span) bool { return fmt.Sprintf("%x", s.TraceId) == caller })
	}
	eventually(t, "the request is a span of its caller's trace", func() bool { return in("POST /api/transaction") })
	eventually(t, "its commit is one too", func() bool { return in("commit") })
	eventually(t, "the file's rendering links to it", func() bool {
		return slices.ContainsFunc(sent.named("render"), func(s *otlp.Span) bool {
			return slices.ContainsFunc(s.Links, func(l *otlp.Span_Link) bool { return fmt.Sprintf("%x", l.TraceId) == caller })
		})
	})
	eventually(t, "cut and delivery are spans", func() bool { return len(sent.named("cut")) > 0 && len(sent.named("deliver")) > 0 })
}
