package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"
)

// baseInTurn is the address of a server or, where several nodes serve the ledger, of
// any of them.
func baseInTurn(env func(string) string) string {
	bases := strings.Fields(env("BASES"))
	if len(bases) == 0 {
		return env("BASE")
	}
	return bases[rand.IntN(len(bases))]
}

// told are the scripts that run over three nodes as well, up to the line that stops
// a server or verifies a folder.
var told = []string{"pay", "fed", "fortwo", "ingest", "delivery"}

// overNodes returns the part of a script that is the same over several nodes. The
// outbox and inbox are in the first node's folder, as with a single node.
func overNodes(t *testing.T, name string) []byte {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(a.Comment)) {
		if strings.HasPrefix(line, "server stop") || strings.HasPrefix(line, "exec achledger verify") {
			break
		}
		line = strings.Replace(line, "achledger fed --data data", "achledger fed --data data --outbox data/outbox --inbox data/inbox", 1)
		lines = append(lines, line)
	}
	if len(lines) < 8 {
		t.Fatalf("only %d lines of the story %s are left", len(lines), name)
	}
	lines = append(lines, "exec achledger verify --data data --outbox data/outbox\n", "! stdout FAIL\n", "stdout 'ok    log'\n", "stdout 'ok    views'\n")
	a.Comment = []byte(strings.Join(lines, ""))
	return txtar.Format(a)
}

// serveOverNodes is the command server where a ledger has three nodes: "start" makes a
// database for it, with a broker, and starts them.
func serveOverNodes(t *testing.T) func(ts *testscript.TestScript, neg bool, args []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < 2 || args[0] != "start" {
			ts.Fatalf("usage: server start DIR [FLAG...]")
		}
		database(t)(ts, false, nil)
		startBroker(ts, false, nil)
		dir := ts.MkAbs(args[1])
		ts.Check(ts.Exec("achledger", "store", "init", "--store", ts.Getenv("OWNER"), "--data", dir, "--sandbox"))
		ts.Setenv("ACHLEDGER_STORE", ts.Getenv("SERVING"))
		master, err := os.ReadFile(filepath.Join(dir, "keys", "master"))
		ts.Check(err)
		flags := append(args[2:], "--store", ts.Getenv("SERVING"), "--nats-url", ts.Getenv("NATS"),
			"--outbox", filepath.Join(dir, "outbox"), "--inbox", filepath.Join(dir, "inbox"))
		startServer(ts, dir, flags) // the first node leads, so commands that name files work in its folder
		bases := []string{ts.Getenv("BASE")}
		for n := 2; n <= 3; n++ {
			other := fmt.Sprintf("%s-%d", dir, n)
			ts.Check(os.MkdirAll(filepath.Join(other, "keys"), 0o700))
			ts.Check(os.WriteFile(filepath.Join(other, "keys", "master"), master, 0o600))
			bases = append(bases, launch(ts, other, flags))
		}
		ts.Setenv("BASES", strings.Join(bases, " "))
	}
}

// The scripts for one server also pass with three nodes, of which any may take a
// request.
func TestStoriesOverThreeNodes(t *testing.T) {
	dir := t.TempDir()
	for _, name := range told {
		if err := os.WriteFile(filepath.Join(dir, name+".txtar"), overNodes(t, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server": serveOverNodes(t), "call": call, "capture": capture, "await": await, "until": until, "code": code,
		},
	})
}
