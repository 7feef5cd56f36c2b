package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// server starts, stops or kills a server on a data folder:
//
//	server start DIR [FLAG...]   and waits until it is ready; sets $BASE, $ADDRESS, $DATA
//	server stop DIR              with SIGTERM; it must exit with 0
//	server hangup DIR            likewise, with SIGHUP
//	server kill DIR              with SIGKILL
func server(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: server start|stop|hangup|kill DIR [FLAG...]")
	}
	dir := ts.MkAbs(args[1])
	switch args[0] {
	case "start":
		startServer(ts, dir, args[2:])
	case "stop", "hangup", "kill":
		running, ok := started.LoadAndDelete(dir)
		if !ok {
			ts.Fatalf("no server runs on %s", dir)
		}
		p := running.(*exec.Cmd)
		if args[0] == "kill" {
			_ = p.Process.Kill()
			_ = p.Wait()
			return
		}
		end := syscall.SIGTERM
		if args[0] == "hangup" {
			end = syscall.SIGHUP
		}
		ts.Check(p.Process.Signal(end))
		if err := p.Wait(); err != nil {
			ts.Fatalf("the server ended with %v", err)
		}
	default:
		ts.Fatalf("server %s?", args[0])
	}
}

// started are the servers of all scripts, by data folder.
var started sync.Map

func startServer(ts *testscript.TestScript, dir string, flags []string) {
	base := launch(ts, dir, flags)
	ts.Setenv("BASE", base)
	ts.Setenv("ADDRESS", strings.TrimPrefix(base, "http://"))
	ts.Setenv("DATA", dir)
}

// launch starts a server and returns its address when it is ready.
func launch(ts *testscript.TestScript, dir string, flags []string) (base string) {
	if !slices.Contains(flags, "--nats-url") {
		flags = append([]string{"--nats-listen", "127.0.0.1:0"}, flags...)
	}
	p := exec.Command("achledger", append([]string{"serve", "--data", dir, "--listen", "127.0.0.1:0"}, flags...)...)
	out, err := os.Create(filepath.Join(ts.Getenv("WORK"), filepath.Base(dir)+".out"))
	ts.Check(err)
	defer out.Close()
	p.Stdout, p.Stderr = out, out
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP) // what this process ignores, as under nohup, its children would
	ts.Check(p.Start())
	started.Store(dir, p)
	ts.Defer(func() { _ = p.Process.Kill() })
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		said, err := os.ReadFile(out.Name())
		ts.Check(err)
		if found := ready.FindSubmatch(said); found != nil {
			return string(found[1])
		}
	}
	said, _ := os.ReadFile(out.Name())
	ts.Fatalf("the server was not ready after a minute:\n%s", said)
	return ""
}

// capture sets a variable to the first group of a pattern in the last output.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: capture VARIABLE PATTERN")
	}
	found := regexp.MustCompile(args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) < 2 {
		ts.Fatalf("%s does not match the last output", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// flip changes the first byte of a text wherever it stands in a file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE TEXT")
	}
	paths, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(paths) != 1 {
		ts.Fatalf("%s is %d files", args[0], len(paths))
	}
	content, err := os.ReadFile(paths[0])
	ts.Check(err)
	changed := []byte(args[1])
	changed[0] ^= 1
	if !bytes.Contains(content, []byte(args[1])) {
		ts.Fatalf("%s does not hold %q", paths[0], args[1])
	}
	content = bytes.ReplaceAll(content, []byte(args[1]), changed)
	ts.Check(os.WriteFile(paths[0], content, 0o600))
}

// await waits until so many files match a pattern.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await PATTERN COUNT")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	found := 0
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		paths, err := filepath.Glob(ts.MkAbs(args[0]))
		ts.Check(err)
		paths = slices.DeleteFunc(paths, hidden)
		if found = len(paths); found == want {
			return
		}
	}
	ts.Fatalf("%d files match %s, want %d", found, args[0], want)
}

// until runs a program until its output matches a pattern: a file is in the outbox
// a moment before the log says that it is delivered.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until PATTERN PROGRAM [ARG...]")
	}
	want := regexp.MustCompile(args[0])
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err := ts.Exec(args[1], args[2:]...); err == nil && want.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("%s never prints %s", args[1], args[0])
}

// hidden reports whether a file's name marks it as unfinished.
func hidden(path string) bool { return filepath.Base(path)[0] == '.' }

// code runs a program and checks its exit code.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code NUMBER PROGRAM [ARG...]")
	}
	got := "0"
	err := ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = strconv.Itoa(exit.ExitCode())
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != args[0] {
		ts.Fatalf("%s exits with %s, want %s", args[1], got, args[0])
	}
}

// call makes a request and prints status and body:
//
//	call WHO METHOD PATH [BODY | @FILE]
//
// WHO is key:secret, or ops for the credential in $DATA/ops.credential. It is no
// program of its own, because a hundred more processes take long to start.
func call(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: call WHO METHOD PATH [BODY|@FILE]")
	}
	ts.Check(request(ts, args))
}

func request(ts *testscript.TestScript, args []string) error {
	var body io.Reader
	if len(args) > 3 {
		text := args[3]
		if name, ok := strings.CutPrefix(text, "@"); ok {
			content, err := os.ReadFile(ts.MkAbs(name))
			if err != nil {
				return err
			}
			text = string(content)
		}
		body = strings.NewReader(text)
	}
	r, err := http.NewRequest(args[1], baseInTurn(ts.Getenv)+args[2], body)
	if err != nil {
		return err
	}
	who := args[0]
	if who == "ops" {
		var ops struct{ Key, Secret string }
		content, err := os.ReadFile(filepath.Join(ts.Getenv("DATA"), "ops.credential"))
		if err == nil {
			err = json.Unmarshal(content, &ops)
		}
		if err != nil {
			return err
		}
		who = ops.Key + ":" + ops.Secret
	}
	key, secret, _ := strings.Cut(who, ":")
	r.SetBasicAuth(key, secret)
	r.Header.Set("Content-Type", "application/json")
	r.Close = true // a server may stop next
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	fmt.Fprintln(ts.Stdout(), response.StatusCode)
	_, err = io.Copy(ts.Stdout(), response.Body)
	return err
}
