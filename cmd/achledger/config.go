package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/achledger/achledger/cmd/internal/node"
)

type configCommand struct {
	Check configCheckCommand `cmd:"" help:"Read flags, keys, certificates and settings as serve would, and start nothing."`
}

type configCheckCommand struct {
	serveCommand
	Reach bool `help:"Also connect to the broker, the database and the banks' SFTP servers."`
}

func (configCheckCommand) Help() string {
	return `Takes the flags and the environment of serve, and says what is wrong with them,
with the files they name and with the settings of ODFIs and clients in the data
folder, each with its field. Warnings are about what still works: certificates and keys
that expire soon or have expired, secrets that others can read, and variables whose
names begin with ACHLEDGER_ and that no flag has. Nothing is changed or started, and a
server may be running. Without --reach no connection is made.

Exit code 1 if there is an error, and 0 otherwise, even with warnings.

  achledger config check --tls-cert fullchain.pem --tls-key key.pem --listen :8443
  achledger config check --data /var/lib/achledger --reach`
}

// Validate accepts everything: Run reports all findings at once.
func (configCheckCommand) Validate() error { return nil }

// Run reports what it finds.
func (c configCheckCommand) Run(ctx context.Context, parsed *kong.Context, s streams) error {
	found := unread(parsed.Model, os.Environ())
	for _, fault := range c.contradictions() {
		found = append(found, node.Finding{Level: node.Fault, Says: fault.Error()})
	}
	o, _ := c.options() // what is wrong with the flags is in the list
	found = append(found, node.CheckConfig(ctx, o, c.Reach)...)
	count := map[node.Level]int{}
	for _, f := range found {
		count[f.Level]++
		fmt.Fprintf(s.out, "%-8s %s\n", f.Level, f)
	}
	fmt.Fprintf(s.out, "errors %d, warnings %d\n", count[node.Fault], count[node.Warning])
	if count[node.Fault] > 0 {
		return errReported
	}
	return nil
}

// unread warns of variables that look like ours and belong to no flag: a mistyped
// one would leave its flag at the default, silently.
func unread(model *kong.Application, environment []string) (found []node.Finding) {
	var known []string
	for _, command := range model.Leaves(false) {
		for _, group := range command.AllFlags(false) {
			for _, f := range group {
				known = append(known, f.Envs...)
			}
		}
	}
	for _, variable := range environment {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "ACHLEDGER_") && !slices.Contains(known, name) {
			found = append(found, node.Finding{Level: node.Warning, Field: name, Says: "no flag is set by this variable: achledger serve --help lists those that are"})
		}
	}
	return found
}
