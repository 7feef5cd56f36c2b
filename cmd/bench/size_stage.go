package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// stage is what one part of the run used.
type stage struct {
	name        string
	took        time.Duration
	server, own time.Duration // CPU time of the ledger and of this process
	peak        int64         // peak memory of the ledger, in bytes
}

// stage runs one part and records what it used.
func (s *sizing) stage(name string, run func() error) error {
	s.say("measuring: %s", name)
	if err := s.ledger.forgetPeak(); err != nil {
		return err
	}
	before, err := s.ledger.cpu()
	if err != nil {
		return err
	}
	stop := s.profile(name)
	own, began := cpu(), time.Now()
	err = run()
	st := stage{name: name, took: time.Since(began), own: cpu() - own}
	stop()
	if err != nil {
		return err
	}
	after, err := s.ledger.cpu()
	if err != nil {
		return err
	}
	st.server = after - before
	if st.peak, err = s.ledger.peak(); err != nil {
		return err
	}
	s.stages = append(s.stages, st)
	return nil
}

func (s *sizing) printStages() []string {
	out := []string{"| stage | took | processor of the ledger | of the load generator | the ledger's memory at most |", "|---|---|---|---|---|"}
	for _, st := range s.stages {
		out = append(out, fmt.Sprintf("| %s | %.1f s | %.1f s | %.1f s | %d MiB |", st.name, st.took.Seconds(), st.server.Seconds(), st.own.Seconds(), st.peak>>20))
	}
	return append(out, "")
}

// admin is the admin address for profiles; it stays the same across restarts.
func (s *sizing) admin() string {
	if s.adminAddress == "" {
		if l, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
			s.adminAddress = l.Addr().String()
			l.Close()
		}
	}
	return s.adminAddress
}

// profile saves CPU profiles of the ledger, five seconds each, until stopped.
func (s *sizing) profile(name string) (stop func()) {
	if s.Profiles == "" {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 1; ctx.Err() == nil; n++ {
			path := filepath.Join(s.Profiles, fmt.Sprintf("%s-%03d.pprof", strings.ReplaceAll(strings.ReplaceAll(name, ",", ""), " ", "-"), n))
			if err := save(ctx, "http://"+s.adminAddress+"/debug/pprof/profile?seconds=5", path); err != nil && ctx.Err() == nil {
				s.say("no profile: %v", err)
				return
			}
		}
	})
	return func() { cancel(); wg.Wait() }
}

// save downloads an address to a file, which appears only when complete.
func save(ctx context.Context, address, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answers %s", address, response.Status)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}
