package main

import (
	"fmt"
	"os"

	"github.com/alecthomas/kong"
	"github.com/willabides/kongplete"
)

// completions are what each shell evaluates once to enable completion: it calls
// the program itself, with the line so far in COMP_LINE.
var completions = map[string]string{
	"bash": "complete -C %[1]q achledger\n",
	"zsh":  "autoload -U +X bashcompinit && bashcompinit\ncomplete -C %[1]q achledger\n",
	"fish": `function __complete_achledger
    set -lx COMP_LINE (commandline -cp)
    test -z (commandline -ct)
    and set COMP_LINE "$COMP_LINE "
    %[1]q
end
complete -f -c achledger -a "(__complete_achledger)"
`,
}

type completionCommand struct {
	Shell   string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
	Program string `help:"Path of the program; this one by default." placeholder:"FILE"`
}

func (completionCommand) Help() string {
	return `A shell that reads this script completes commands and flags.

  source <(achledger completion bash)        in ~/.bashrc; zsh in ~/.zshrc
  achledger completion fish > ~/.config/fish/completions/achledger.fish`
}

// Run prints what the shell is to read.
func (c completionCommand) Run(s streams) error {
	program := c.Program
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			return fmt.Errorf("where this program is: %w", err)
		}
	}
	_, err := fmt.Fprintf(s.out, completions[c.Shell], program)
	return err
}

// completes answers a shell that asks for completions, and reports whether one
// did.
func completes(parser *kong.Kong) (asked bool) {
	if os.Getenv("COMP_LINE") == "" {
		return false
	}
	kongplete.Complete(parser, kongplete.WithExitFunc(func(int) { asked = true }))
	return asked
}
