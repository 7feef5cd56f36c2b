package fedsim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/fed"
	"github.com/achledger/achledger/domain/text"
)

// Options configure the operator.
type Options struct {
	Outbox  string // of the bank: what is sent
	Inbox   string // of the bank: what is answered
	Seed    uint64
	Faults  fed.Faults
	Rules   []Rule // what receiving banks answer; other entries follow fed.Scripted
	Tell    func(format string, args ...any)
	Journal string // a hidden file in the inbox by default
}

// Fed is the operator at work. It must be used by one goroutine at a time.
type Fed struct {
	Options
	fed     *fed.Fed
	journal *journal
	taken   map[string]bool // by name and hash
}

// Open makes the folders and restores what was done before.
func Open(o Options) (_ *Fed, err error) {
	if o.Tell == nil {
		o.Tell = func(string, ...any) {}
	}
	if o.Journal == "" {
		o.Journal = filepath.Join(o.Inbox, ".fed.journal")
	}
	for _, folder := range []string{o.Outbox, o.Inbox} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	f := &Fed{Options: o, taken: map[string]bool{}, fed: fed.New(fed.Options{Seed: o.Seed, Faults: o.Faults, Script: script(o.Rules)})}
	lines, err := f.open()
	if err != nil {
		return nil, err
	}
	for i, l := range lines {
		if err := f.do(l, i == len(lines)-1); err != nil {
			return nil, errors.Join(fmt.Errorf("do again what the journal says: %w", err), f.Close())
		}
	}
	return f, nil
}

// Close closes the journal.
func (f *Fed) Close() error { return f.journal.close() }

// Balance returns where the money is; Conserved checks that none is missing.
func (f *Fed) Balance() fed.Balance { return f.fed.Balance() }

// Conserved reports money that is neither settled nor given back.
func (f *Fed) Conserved() error { return f.fed.Conserved() }

// Next is when the next answer becomes due; ok is false when none waits.
func (f *Fed) Next() (time.Time, bool) { return f.fed.Next() }

// Pass processes new files in the outbox and sends what is due. The times of
// passes must not decrease.
func (f *Fed) Pass(ctx context.Context, now time.Time) error {
	entries, err := os.ReadDir(f.Outbox)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if strings.HasPrefix(e.Name(), ".") || !e.Type().IsRegular() {
			continue
		}
		content, err := os.ReadFile(filepath.Join(f.Outbox, e.Name()))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		l := line{At: now, Received: e.Name(), SHA256: hex.EncodeToString(sum[:])}
		if f.taken[l.key()] {
			continue
		}
		if err := f.write(l); err != nil {
			return err
		}
	}
	if at, ok := f.fed.Next(); ok && !at.After(now) {
		return f.write(line{At: now, Outputs: true})
	}
	return nil
}

// Pay sends a payment of another bank to ours; it arrives with the next output.
func (f *Fed) Pay(now time.Time, p fed.Payment) error {
	return f.write(line{At: now, Pay: &p})
}

func (f *Fed) write(l line) error {
	if err := f.journal.append(l); err != nil {
		return err
	}
	if err := f.do(l, true); err != nil {
		return err
	}
	return f.journal.append(line{At: l.At, Done: true})
}

// do executes a line of the journal; without answer it only updates the
// operator's state.
func (f *Fed) do(l line, answer bool) error {
	switch {
	case l.Done:
		return nil
	case l.Received != "":
		return f.receive(l, answer)
	case l.Pay != nil:
		f.fed.Pay(l.At, *l.Pay)
		return nil
	default:
		return f.send(l, answer)
	}
}

func (f *Fed) receive(l line, answer bool) error {
	f.taken[l.key()] = true
	content, err := os.ReadFile(filepath.Join(f.Outbox, l.Received))
	if err == nil {
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != l.SHA256 {
			err = os.ErrNotExist
		}
	}
	if errors.Is(err, os.ErrNotExist) {
		f.Tell("%s is no longer in the outbox: nothing of it will come back", l.Received)
		return nil
	}
	if err != nil {
		return err
	}
	a, err := f.fed.Receive(l.At, content)
	if err != nil || !answer {
		return err
	}
	if a.Origin == "" {
		f.Tell("%s is not a NACHA file", l.Received)
		return nil
	}
	name := strings.TrimSuffix(l.Received, ".ach") + ".ack"
	if err := f.answer(name, a.Format()); err != nil {
		return err
	}
	f.Tell("%s  %s%s", l.Received, a.Result, why(a))
	return nil
}

// why is the explanation that follows the result.
func why(a ack.Acknowledgement) string {
	switch {
	case a.Reason != "":
		return ": " + a.Reason
	case len(a.Batches) > 0:
		return ", but for " + text.Count(len(a.Batches), "batch", "batches")
	default:
		return ", " + text.Count(int(*a.Totals.Entries), "entry", "entries")
	}
}

func (f *Fed) send(l line, answer bool) error {
	outputs, err := f.fed.Outputs(l.At)
	if err != nil || !answer {
		return err
	}
	for _, o := range outputs {
		if err := f.answer(o.Name, o.Content); err != nil {
			return err
		}
		f.Tell("%s  sent, %d bytes", o.Name, len(o.Content))
	}
	return nil
}

// answer writes a file to the inbox, under a hidden name until it is complete.
func (f *Fed) answer(name string, content []byte) error {
	hidden := filepath.Join(f.Inbox, "."+name)
	if err := os.WriteFile(hidden, content, 0o600); err != nil {
		return err
	}
	return os.Rename(hidden, filepath.Join(f.Inbox, name))
}
