package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/achledger/achledger/cmd/internal/fedsim"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain/text"
)

// Demo is where the story takes place.
type Demo struct {
	Folder folder.Folder // a sandbox's, empty
	Base   string        // of the running server, "http://127.0.0.1:8080"
	Ops    folder.Credential
	Out    io.Writer
	// SignInLink makes the secret of a link with which a person signs in to the
	// console once, without a password.
	SignInLink func(ctx context.Context, email string) (secret string, err error)
}

// step is one chapter. Chapters run in order and share a story.
type step struct {
	title string
	run   func(context.Context, *story) error
}

// steps are the chapters.
var steps = []step{
	{"The bank takes on a client", openClient},
	{"The client pays its people", payPeople},
	{"One of them twice: a recall", recallDouble},
	{"It pays its bills and collects its dues", payBills},
	{"The ninth entry waits, so a file is cut and delivered", awaitFile},
	{"What the file says", explainFile},
	{"What the client sees now", showTransaction},
	{"The Federal Reserve acknowledges the file", acknowledge},
	{"Two banking days later: what comes back, and what comes in", nextMorning},
	{"What the client sees of it", showAnswers},
	{"A wage that two people have to look at", leaveToPeople},
}

// story is the state that chapters share.
type story struct {
	Demo
	ops     caller
	client  caller
	id      string            // of the client
	posted  map[string]string // transaction ids by receiver
	file    file
	content []byte    // of the file, from the outbox
	now     time.Time // of the sandbox, when it was set last
	fed     *fedsim.Fed
}

// Run runs all chapters and returns what to try next.
func (d Demo) Run(ctx context.Context) (Next, error) {
	s := &story{Demo: d, ops: caller{d.Base, d.Ops.Key, d.Ops.Secret}, posted: map[string]string{}}
	defer func() {
		if s.fed != nil {
			s.fed.Close()
		}
	}()
	if err := s.begin(ctx); err != nil {
		return Next{}, fmt.Errorf("demo: %w", err)
	}
	for i, step := range steps {
		s.say("\n%d  %s\n", i+1, step.title)
		if err := step.run(ctx, s); err != nil {
			return Next{}, fmt.Errorf("demo, step %d: %w", i+1, err)
		}
	}
	next := Next{Demo: d, Client: s.client.key, Secret: s.client.secret, Transaction: s.posted[people[0].name], File: s.file}
	for _, one := range operators {
		secret, err := d.SignInLink(ctx, one.email)
		if err != nil {
			return Next{}, fmt.Errorf("demo: %w", err)
		}
		next.Links = append(next.Links, signInLink{one.name, d.Base + "/console/sign-in#" + secret})
	}
	return next, nil
}

func (s *story) say(format string, args ...any) { fmt.Fprintf(s.Out, format, args...) }

// dollars writes cents as people do: $1,942.17.
func dollars(cents int64) string {
	return fmt.Sprintf("$%s.%02d", text.Grouped(cents/100), cents%100)
}

// masked is an account number as every list shows it.
func masked(number string) string { return "*****" + number[max(0, len(number)-4):] }

// rule is a line across the page.
var rule = strings.Repeat("-", 79)
