package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/node"
)

type operatorsCommand struct {
	List    operatorsListCommand    `cmd:"" default:"withargs" help:"List the people who run the ledger."`
	Add     operatorsAddCommand     `cmd:"" help:"Add a person, and print a link by which the person signs in."`
	Link    operatorsLinkCommand    `cmd:"" help:"Print another link for a person."`
	Disable operatorsDisableCommand `cmd:"" help:"Disable a person, and end the person's sessions."`
}

func (operatorsCommand) Help() string {
	return `Only the owner of the data folder can add the first person; after that, people
with the role admin can add others, in the console or at the API. A link works
once, within 15 minutes: with it the person sets a password and an authenticator
app. Another link replaces both, for a person who has lost one of them.

  viewer    sees everything but account numbers
  operator  works the queues, holds and rejects
  approver  approves and releases as well
  admin     changes clients, banks, credentials, people and the policy
  revealer  sees full account numbers, one at a time, each with a reason on record

  achledger operators add ruth@lantern.example --role approver --role admin
  achledger operators add ruth@lantern.example --role admin --store postgres://achledger@db.internal/achledger`
}

// askForPeople has the server that runs on the folder do something or, if none
// runs, this process, which for a ledger in a database works beside its nodes.
func askForPeople[Ask, Reply any](ctx context.Context, p placeFlags, what string, do func(*node.Core, context.Context, Ask) (Reply, error), with Ask) (reply Reply, err error) {
	if p.Store == "" {
		if err := p.mustExist(ctx); err != nil {
			return reply, err
		}
		return ask(ctx, p.folder(), what, do, with)
	}
	server, err := control.Dial(ctx, p.folder())
	if errors.Is(err, control.ErrNoServer) {
		return node.AskForPeople(ctx, p.Store, do, with)
	}
	if err != nil {
		return reply, err
	}
	err = server.Call(ctx, what, with, &reply)
	return reply, errors.Join(err, server.Close())
}

type operatorsListCommand struct {
	placeFlags
	Unknown unknownCommand `arg:"" optional:"" hidden:""`
}

// Validate refuses an unknown command.
func (c operatorsListCommand) Validate() error {
	return c.Unknown.refused("operators", "list, add, link and disable")
}

// Run lists the people.
func (c operatorsListCommand) Run(ctx context.Context, s streams) error {
	people, err := askForPeople(ctx, c.placeFlags, "operators", (*node.Core).Operators, node.Nothing{})
	if err != nil {
		return err
	}
	if len(people) == 0 {
		_, err := fmt.Fprintln(s.out, "There is nobody yet. Add the first person: achledger operators add EMAIL --role admin --role approver")
		return err
	}
	for _, p := range people {
		state := ""
		if p.Disabled {
			state = "  disabled"
		}
		if _, err := fmt.Fprintf(s.out, "%-32s  %-24s  %s%s\n", p.Email, strings.Join(p.Roles, ","), p.Name, state); err != nil {
			return err
		}
	}
	return nil
}

type operatorsAddCommand struct {
	placeFlags
	Email string   `arg:"" help:"The person's e-mail address."`
	Role  []string `help:"viewer, operator, approver, admin or revealer; may be repeated." placeholder:"ROLE" required:""`
	Name  string   `help:"The person's name."`
}

// Run adds a person.
func (c operatorsAddCommand) Run(ctx context.Context, s streams) error {
	link, err := askForPeople(ctx, c.placeFlags, "operators/add", (*node.Core).AddOperator, node.NewOperator{Email: c.Email, Name: c.Name, Roles: c.Role})
	if err != nil {
		return err
	}
	return printLink(s, link)
}

type operatorsLinkCommand struct {
	placeFlags
	Email string `arg:"" help:"The person's e-mail address."`
}

// Run prints another link.
func (c operatorsLinkCommand) Run(ctx context.Context, s streams) error {
	link, err := askForPeople(ctx, c.placeFlags, "operators/link", (*node.Core).LinkOperator, c.Email)
	if err != nil {
		return err
	}
	return printLink(s, link)
}

func printLink(s streams, l node.SignInLink) error {
	_, err := fmt.Fprintf(s.out, "%s signs in once, within 15 minutes, at\n  %s/console/sign-in#%s\n", l.Email, l.Base, l.Secret)
	return err
}

type operatorsDisableCommand struct {
	placeFlags
	Email string `arg:"" help:"The person's e-mail address."`
}

// Run disables a person.
func (c operatorsDisableCommand) Run(ctx context.Context, s streams) error {
	if _, err := askForPeople(ctx, c.placeFlags, "operators/disable", (*node.Core).DisableOperator, c.Email); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "%s is disabled. Also revoke the credentials that the person has:\nGET /v1/ops/credentials, DELETE /v1/ops/credentials/KEY\n", c.Email)
	return err
}
