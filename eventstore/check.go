package eventstore

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxName bounds the length of names in an event, in bytes.
const maxName = 512

// Check refuses an invalid Append call, and returns how many events and bytes
// of data and meta it has. Every store calls it first.
func Check(appends []Append) (events, bytes int, err error) {
	keys := 0
	for i := range appends {
		a := &appends[i]
		events += len(a.Events)
		if k := a.Idempotency; k != nil {
			keys++
			if err := k.check(); err != nil {
				return 0, 0, err
			}
		}
		if err := a.check(&bytes); err != nil {
			return 0, 0, err
		}
	}
	switch {
	case events == 0:
		return 0, 0, errors.New("append: no events")
	case keys > 1:
		return 0, 0, errors.New("append: more than one idempotency key")
	case events > MaxAppend:
		return 0, 0, fmt.Errorf("%w: %d events, at most %d", ErrTooLarge, events, MaxAppend)
	case bytes > MaxAppendBytes:
		return 0, 0, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, bytes, MaxAppendBytes)
	}
	return events, bytes, nil
}

func (k *IdempotencyKey) check() error {
	for _, name := range []string{k.Client, k.Scope, k.Key} {
		if err := checkName(name); err != nil {
			return fmt.Errorf("append: idempotency key: %w", err)
		}
	}
	return nil
}

func (a *Append) check(bytes *int) error {
	for _, name := range []string{a.Stream, a.Client} {
		if err := checkName(name); err != nil {
			return fmt.Errorf("append: stream %q of client %q: %w", a.Stream, a.Client, err)
		}
	}
	if len(a.Events) == 0 {
		return fmt.Errorf("append: stream %s: no events", a.Stream)
	}
	for i := range a.Events {
		e := &a.Events[i]
		size := len(e.Data) + len(e.Meta)
		if size > MaxEventBytes {
			return fmt.Errorf("%w: %s with %d bytes, at most %d", ErrTooLarge, e.Type, size, MaxEventBytes)
		}
		*bytes += size
		if err := checkName(e.Type); err != nil {
			return fmt.Errorf("append: stream %s: event type %q: %w", a.Stream, e.Type, err)
		}
		// JSON is not validated here, which would take 20 % of the processor
		// time: callers encode it, and Verify checks it.
		if !utf8.Valid(e.Data) || !utf8.Valid(e.Meta) {
			return fmt.Errorf("append: stream %s: %s: data or meta is not UTF-8", a.Stream, e.Type)
		}
	}
	return nil
}

func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("a name is empty")
	case len(name) > maxName:
		return fmt.Errorf("a name is longer than %d bytes", maxName)
	case !utf8.ValidString(name):
		return errors.New("a name is not UTF-8")
	case strings.ContainsRune(name, 0): // PostgreSQL's text cannot hold it
		return errors.New("a name contains U+0000")
	}
	return nil
}
