package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// verify measures the verify command, run while the server is up.
func (s *sizing) verify(ctx context.Context) error {
	head, err := s.ledger.head(ctx)
	if err != nil {
		return err
	}
	var peak int64
	var took, used time.Duration
	if err := s.stage("verify", func() (err error) { took, used, peak, err = s.verifyOnce(ctx); return err }); err != nil {
		return err
	}
	rate := float64(head) / took.Seconds()
	const limit = 512 << 20
	s.add(row{
		path: "verify", against: thousands(float64(head)) + " events", measured: fmt.Sprintf("%s events/s, %d MiB", thousands(rate), peak>>20),
		budget: "at least 50,000, under 512 MiB", kept: rate >= 50_000 && peak < limit,
		details: fmt.Sprintf("%.1f s, %.1f s of processor", took.Seconds(), used.Seconds()),
	})
	return nil
}

// verifyOnce runs the command and samples its memory, which cannot be read
// after it has ended.
func (s *sizing) verifyOnce(ctx context.Context) (took, used time.Duration, peak int64, err error) {
	p := &process{cmd: exec.CommandContext(ctx, s.Program, "verify", "--data", s.ledger.folder)}
	p.cmd.Stdout, p.cmd.Stderr = s.Errs, os.Stderr // shows its progress on a terminal
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		return 0, 0, 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		select {
		case err := <-ended:
			tick.Stop()
			state := p.cmd.ProcessState
			return time.Since(began), state.UserTime() + state.SystemTime(), peak, err
		case <-tick.C:
			if now, err := p.peak(); err == nil { // it may just have ended
				peak = max(peak, now)
			}
		}
	}
}
