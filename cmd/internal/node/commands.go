package node

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/eventstore/relay"
)

// commands serves the control socket.
func (s *Server) commands() http.Handler {
	mux := http.NewServeMux()
	control.Answer(mux, "delivery", s.DeliveryState)
	control.Answer(mux, "delivery/off", s.DeliveryOff)
	control.Answer(mux, "delivery/on", s.DeliveryOn)
	control.Answer(mux, "credentials/accept", s.AcceptCredentials)
	control.Answer(mux, "operators", s.Operators)
	control.Answer(mux, "operators/add", s.AddOperator)
	control.Answer(mux, "operators/link", s.LinkOperator)
	control.Answer(mux, "operators/disable", s.DisableOperator)
	control.Answer(mux, "keys/rotate", s.RotateKeys)
	control.Answer(mux, "keys/destroy", s.DestroyKeys)
	control.Answer(mux, "keys/ops", s.IssueOperations)
	control.Answer(mux, "stream", func(ctx context.Context, _ Nothing) (relay.Comparison, error) {
		if err := s.awaitStream(ctx); err != nil {
			return relay.Comparison{}, err
		}
		return relay.Compare(ctx, s.broker.conn, s.Store)
	})
	control.Answer(mux, "stream/reset", s.ResetStream)
	control.Answer(mux, "ingest", s.Ingest)
	control.Answer(mux, "clock", s.clock)
	s.by.command = byLeader(s, "command", commandsOf(mux))
	return s.onLeader(mux)
}

// commandAsk is a command sent to the leader, and commandReply its response.
type commandAsk struct {
	Path   string
	Header http.Header
	Body   []byte
}

type commandReply struct {
	Status int
	Body   []byte
}

// commandsOf makes the commands a verb that the leader runs.
func commandsOf(mux http.Handler) verb[commandAsk, commandReply] {
	return func(ctx context.Context, a commandAsk) (commandReply, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.Path, bytes.NewReader(a.Body))
		if err != nil {
			return commandReply{}, err
		}
		r.Header = a.Header
		w := &recorder{header: http.Header{}, status: http.StatusOK}
		mux.ServeHTTP(w, r)
		return commandReply{w.status, w.body.Bytes()}, nil
	}
}

// recorder captures a response.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// Commands that not only a leader may run, that read files of the machine where
// they were typed, and that need a running node.
var (
	ofAnyNode = map[string]bool{"/delivery": true, "/stream": true, "/clock": true, "/keys/ops": true}
	ofFiles   = map[string]bool{"/ingest": true, "/delivery/on": true}
	ofNodes   = map[string]bool{"/keys/destroy": true, "/stream/reset": true} // for the outbox and the broker
)

// namesFiles reports whether a command reads files by path where it runs.
func namesFiles(path string, body []byte) bool {
	var order DeliveryOrder
	if path == "/delivery/on" && json.Unmarshal(body, &order) == nil {
		return order.Sent != ""
	}
	return ofFiles[path]
}

// onLeader forwards the commands that only the leader may run.
func (s *Server) onLeader(commands http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, here := s.here(r.Context())
		if here || ofAnyNode[r.URL.Path] {
			commands.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		s.forward(w, r)
	})
}

// errOtherMachine refuses a command that names local files when the leader
// runs on another machine.
func errOtherMachine(ctx context.Context, by asker) error {
	name := ""
	if t, err := by.CurrentTerm(ctx); err == nil && t.Node != "" {
		name = ", " + t.Node
	}
	return fmt.Errorf("another node leads%s: type this on its machine, where it reads the files you name", name)
}

// forward has the leader run a command.
func (s *Server) forward(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var reply commandReply
	switch {
	case err == nil && namesFiles(r.URL.Path, body):
		err = errOtherMachine(r.Context(), s.asks)
	case err == nil:
		reply, err = s.by.command(r.Context(), commandAsk{r.URL.Path, r.Header, body})
	}
	if err != nil {
		control.Refuse(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(reply.Status)
	_, _ = w.Write(reply.Body) // the caller may be gone
}
