package demo

import (
	"fmt"
	"io"
	"path/filepath"
)

// Next is what a person may try with the ledger after the demo.
type Next struct {
	Demo
	Client, Secret string
	Transaction    string
	File           file
	Program        string // how the command was called
	Links          []signInLink
}

// signInLink signs a person in to the console, once.
type signInLink struct{ name, url string }

// Print lists the commands to try: those that read the folder and, while the
// server runs, those that ask it.
func (n Next) Print(out io.Writer, running bool) {
	fmt.Fprintf(out, "\n%s\nTry next\n\n", rule)
	say := func(what, command string) { fmt.Fprintf(out, "   # %s\n   %s\n", what, command) }
	say("everything holds: chain, stream, files, totals, views", fmt.Sprintf("%s verify --data %s", n.Program, n.Folder))
	say("every fact in the log", fmt.Sprintf("%s events --data %s --after 0", n.Program, n.Folder))
	say("the file itself", "cat "+filepath.Join(n.Folder.Outbox(), n.File.Name))
	if !running {
		say("serve this folder", fmt.Sprintf("%s serve --sandbox --data %s", n.Program, n.Folder))
		return
	}
	say("the same payment over HTTP", fmt.Sprintf("curl -su %s:%s \\\n     %s/api/transaction/%s", n.Client, n.Secret, n.Base, n.Transaction))
	say("events as they happen", fmt.Sprintf("curl -Nsu %s:%s \\\n     '%s/v1/events/stream'", n.Client, n.Secret, n.Base))
	say("move the clock, and windows pass", fmt.Sprintf("curl -su \"$(jq -r '.key+\":\"+.secret' %s)\" -X PUT \\\n     -H 'Content-Type: application/json' -d '{\"advance\":\"1h\"}' %s/v1/simulations/clock", n.Folder.CredentialFile(), n.Base))
	say("let the simulated Federal Reserve answer whatever leaves", fmt.Sprintf("%s fed --data %s", n.Program, n.Folder))
	fmt.Fprintf(out, "\n   The console is at %s/console. Each of these links signs in once, within 15\n   minutes, in a browser of its own; what one of the two asks for, the other approves.\n", n.Base)
	for _, l := range n.Links {
		fmt.Fprintf(out, "\n   # as %s\n   %s\n", l.name, l.url)
	}
	fmt.Fprintf(out, "\n   The whole API, to browse: %s/docs\n\nThe server stays up until you press Ctrl-C.\n", n.Base)
}
