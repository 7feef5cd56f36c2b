package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
)

// errNotConfirmed means that the typed text differs from the one that was asked for.
var errNotConfirmed = errors.New("that does not match: nothing was changed")

// confirm makes sure that a person means it: what was given by a flag, or a
// typed line, must equal what is wanted.
func confirm(s streams, question, given, want string) error {
	if given == "" {
		typed, err := typed(s, question)
		if err != nil {
			return err
		}
		given = typed
	}
	if given != want {
		return errNotConfirmed
	}
	return nil
}

// typed prompts for a line.
func typed(s streams, question string) (string, error) {
	if _, err := fmt.Fprint(s.out, question); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(s.in).ReadString('\n')
	if err != nil && line == "" {
		return "", errNotConfirmed
	}
	return strings.TrimSpace(line), nil
}
