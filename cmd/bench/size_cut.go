package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// cutAlone cuts the first client's half while nothing else happens.
func (s *sizing) cutAlone(ctx context.Context) error {
	before, err := s.disk(ctx)
	if err != nil {
		return err
	}
	var took time.Duration
	if err := s.stage("cut alone", func() (err error) {
		took, err = s.leave(ctx, s.halves[0])
		s.ledger.settle(ctx)
		return err
	}); err != nil {
		return err
	}
	s.cutRow("cut of half of it, alone", took)
	return s.weighFiled(ctx, before)
}

// cutBeside cuts the second client's half while single payments are posted.
func (s *sizing) cutBeside(ctx context.Context) error {
	var took time.Duration
	var busy load
	if err := s.stage("cut beside payments", func() (err error) {
		busy, err = s.ledger.postWhile(ctx, 64, func() (err error) { took, err = s.leave(ctx, s.halves[1]); return err })
		s.ledger.settle(ctx)
		return err
	}); err != nil {
		return err
	}
	s.cutRow("cut of half of it, beside payments", took)
	waits, without := percentilesOf(busy.waits), percentilesOf(s.quiet.waits())
	ratio, tail := busy.rate()/s.quiet.rate(), waits.p99.Seconds()/without.p99.Seconds()
	s.add(row{
		path: "single POST, 64 connections, beside that cut", against: "without it",
		measured: fmt.Sprintf("%.2f times its rate, %.1f times its p99", ratio, tail),
		budget:   "at least 0.5 times, p99 at most 4 times", kept: ratio >= 0.5 && tail <= 4,
		details: fmt.Sprintf("%s/s; %s; without %s/s; %s", thousands(busy.rate()), waits, thousands(s.quiet.rate()), without),
	})
	return nil
}

func (s *sizing) cutRow(path string, took time.Duration) {
	st, rate := s.stages[len(s.stages)-1], float64(s.Size/2)/took.Seconds()
	const limit = 512 << 20
	s.add(row{
		path: path, against: thousands(float64(s.Size/2)) + " entries", measured: fmt.Sprintf("%s entries/s, %d MiB", thousands(rate), st.peak>>20),
		budget: "at least 50,000, under 512 MiB", kept: rate >= 50_000 && st.peak < limit,
		details: fmt.Sprintf("%.1f s until the last file was delivered, views and relay level after %.1f s; %.1f µs of a core for an entry, with all that happened beside",
			took.Seconds(), st.took.Seconds(), float64(st.server.Microseconds())/float64(s.Size/2)),
	})
}

// leave triggers the cut of everything that a client has waiting, by posting
// one more payment, and returns the time until the last file is in the outbox.
// It makes no requests meanwhile, because they would wait for the views.
func (s *sizing) leave(ctx context.Context, h half) (time.Duration, error) {
	before, err := s.away()
	if err != nil {
		return 0, err
	}
	began, reported := time.Now(), time.Now()
	if err := s.bulkMore(ctx, h, 1); err != nil {
		return 0, err
	}
	for ; ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		away, err := s.away()
		if err != nil {
			return 0, err
		}
		if away -= before; away > s.Size/2 {
			return time.Since(began), nil
		}
		if time.Since(reported) > 10*time.Second {
			reported = time.Now()
			s.say("%s of %s entries in the outbox", thousands(float64(away)), thousands(float64(s.Size/2)))
		}
	}
	return 0, context.Cause(ctx)
}

// away counts the entries in the files of the outbox.
func (s *sizing) away() (entries int, err error) {
	paths, err := filepath.Glob(filepath.Join(s.ledger.folder, "outbox", "[^.]*"))
	for _, path := range paths {
		if s.files[path] == 0 {
			if s.files[path], err = entriesOf(path); err != nil {
				return 0, err
			}
		}
		entries += s.files[path]
	}
	return entries, err
}

// entriesOf reads a file's control record, which at most nine lines of nines
// follow.
func entriesOf(path string) (int, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	control := bytes.LastIndex(content, []byte("\n90"))
	if control < 0 || len(content) < control+22 {
		return 0, fmt.Errorf("%s has no control record", path)
	}
	return strconv.Atoi(string(content[control+14 : control+22]))
}
