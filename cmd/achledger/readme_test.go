package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/achledger/achledger/eventstore/freeport"
)

// shellBlock is a block of a page that its reader pastes into a shell.
var shellBlock = regexp.MustCompile("(?s)\n```sh\n(.*?)```")

// shellBlocks are such blocks of a page, first to last.
func shellBlocks(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, m := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}

// Every block that a reader pastes into a shell parses as shell: an editor may have
// reflowed it with the text around it.
func TestWhatThePagesHavePastedIsShell(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, page := range append(pages, "../../README.md", "../../CONTRIBUTING.md") {
		for _, block := range shellBlocks(t, page) {
			found++
			check := exec.Command("bash", "-n")
			check.Stdin = strings.NewReader(block)
			if said, err := check.CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s\n%s", filepath.Base(page), err, said, block)
			}
		}
	}
	if found == 0 {
		t.Error("no page has a block of shell: are they still written like this?")
	}
}

// TestTheReadmesSessionRunsAsPrinted pastes the README's first session into a
// shell, in an empty folder: a file leaves, and a return comes back. The
// program is there already, and the ports are free ones.
func TestTheReadmesSessionRunsAsPrinted(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	program, err := exec.LookPath("achledger")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(folder, "bin", "achledger")); err != nil {
		t.Fatal(err)
	}
	var session []string
	for _, block := range shellBlocks(t, "../../README.md") {
		if strings.Contains(block, "localhost:8080") {
			session = append(session, block)
		}
	}
	if len(session) != 2 {
		t.Fatalf("the README's session has %d blocks, not 2", len(session))
	}
	address := fmt.Sprintf("127.0.0.1:%d", freeport.One(t))
	script := strings.NewReplacer("go build -o bin/achledger ./cmd/achledger\n", "", "localhost:8080", address).
		Replace(strings.Join(session, "\n"))
	shell := exec.Command("bash")
	shell.Dir = folder
	shell.Env = append(os.Environ(), "ACHLEDGER_LISTEN="+address, fmt.Sprintf("ACHLEDGER_NATS_LISTEN=127.0.0.1:%d", freeport.One(t)))
	shell.Stdin = strings.NewReader("trap 'kill $!; wait' EXIT\n" + script)
	answer, err := shell.CombinedOutput()
	if err != nil {
		t.Errorf("the session ends with %v", err)
	}
	for _, part := range []string{`"Status":"Pending"`, "HARBOR GYM", "row for row", `"Status":"Returned"`, `"R03"`} {
		if !strings.Contains(strings.ReplaceAll(string(answer), `": `, `":`), part) {
			t.Errorf("the session does not show %s", part)
		}
	}
	if t.Failed() {
		log, _ := os.ReadFile(filepath.Join(folder, "serve.log"))
		t.Logf("%s\nserve.log:\n%s", answer, log)
	}
}
