package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestMain lets the test start this program's own servers.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "bare" || os.Args[1] == "floor") {
		main()
		return
	}
	os.Exit(run(m))
}

// built is achledger, which is linked once for all tests.
var built struct {
	once   sync.Once
	folder string
	err    error
}

func run(m *testing.M) int {
	defer func() { _ = os.RemoveAll(built.folder) }() // empty if nothing was built
	return m.Run()
}

func build(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.folder, built.err = os.MkdirTemp("", "achledger-bench-test-"); built.err != nil {
			return
		}
		// Nobody debugs it, and it is linked in half the time without what a debugger reads.
		if out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", built.folder, "../achledger").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.folder, "achledger")
}

func TestEachPathIsMeasuredBesideItsOpponent(t *testing.T) {
	if testing.Short() {
		t.Skip("starts servers under load")
	}
	program := build(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	err = measure(t.Context(), options{
		Program: program, Self: self, Folder: t.TempDir(), Rounds: 1, Each: 100 * time.Millisecond, Entries: 500, Everything: true, Out: &out, Errs: &errs,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, &errs)
	}
	for _, path := range []string{
		"path ", "`Append`, 1,024 in flight ", "single POST, 512 connections ",
		"single POST, 64 connections | echo with a group commit ", "bulk POST ", "relay ", "rebuild ",
		"cut to checked file, 500 pending ", "p99 of single POST during that cut ", "memory ",
		"ten rules: single POST, 64 connections ", "ten rules: bulk POST ", "ten rules: cut to checked file, 500 pending ", "decision hook ",
		"PostgreSQL: single POST, 64 connections, one node ", "PostgreSQL: the same, three nodes ", "PostgreSQL: a list after a write on another node ",
	} {
		if !strings.Contains(out.String(), "\n| "+path) && !strings.HasPrefix(out.String(), "| "+path) {
			t.Errorf("%q is not in the table:\n%s", path, &out)
		}
	}
}
