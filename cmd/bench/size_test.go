package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestALedgerIsMeasuredAtASizeAndNothingIsLeftOfIt(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers under load")
	}
	program, folder, profiles := build(t), t.TempDir(), t.TempDir()
	var out, errs bytes.Buffer
	err := measure(t.Context(), options{Program: program, Folder: folder, Rounds: 1, Each: 100 * time.Millisecond, Size: 430, Profiles: profiles, Out: &out, Errs: &errs})
	if err != nil {
		t.Fatalf("%v\n%s", err, &errs)
	}
	for _, line := range []string{
		"bulk | 420 payments ", "disk, waiting ", "start, waiting ", "single POST, 64 connections, waiting ", "lists and look-ups, waiting ",
		"cut of half of it, alone | 210 entries ", "disk, filed and sent ", "cut of half of it, beside payments ", "single POST, 64 connections, beside that cut ",
		"start, filed ", "lists and look-ups, filed ", "verify ", "list, a page of 100 ",
	} {
		if !strings.Contains(out.String(), "| "+line) {
			t.Errorf("%q is not in the table:\n%s", line, &out)
		}
	}
	empty(t, folder)
}

func TestASignalEndsAMeasurementAndNothingIsLeftOfIt(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server under load")
	}
	program, folder := build(t), t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out bytes.Buffer
	err := measure(ctx, options{Program: program, Folder: folder, Rounds: 1, Each: 100 * time.Millisecond, Size: 400, Out: &out, Errs: whenSaid{"measuring: single POST", stop}})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if printed := out.String(); !strings.Contains(printed, "| start, waiting |") || strings.Contains(printed, "| verify |") {
		t.Errorf("it printed not what it measured until then: %s", printed)
	}
	empty(t, folder)
}

// whenSaid calls a function once a text is written.
type whenSaid struct {
	text string
	call func()
}

func (w whenSaid) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(w.text)) {
		w.call()
	}
	return len(p), nil
}

func empty(t *testing.T, folder string) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v left in the folder, %v", left, err)
	}
	if _, err := os.Stat(folder); err != nil {
		t.Error(err)
	}
}
