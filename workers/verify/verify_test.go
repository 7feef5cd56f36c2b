package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// watched collects which checks were begun and ended, and the progress shown.
type watched struct {
	said  []string
	shown chan string
}

func watch() *watched { return &watched{shown: make(chan string, 1)} }

func (w *watched) begin(name string) (Progress, func()) {
	w.said = append(w.said, "begin "+name)
	show := func(done, total int64) {
		select {
		case w.shown <- fmt.Sprintf("%s %d/%d", name, done, total):
		default: // there is one already
		}
	}
	return show, func() { w.said = append(w.said, "end "+name) }
}

func TestChecksRunTogetherAndArePrintedInOrder(t *testing.T) {
	second := make(chan struct{})
	var out bytes.Buffer
	w := watch()
	var s Subject
	ok, err := s.report(t.Context(), []check{
		{name: "first", run: func(_ context.Context, _ *Subject, progress Progress) (Finding, error) {
			<-second // never, if they ran one after another
			return Finding{Says: "fine"}, nil
		}},
		{name: "second", run: func(_ context.Context, s *Subject, progress Progress) (Finding, error) {
			progress(1, 2) // its bar is not there yet: nobody sees this
			close(second)
			s.Log = "found by the second"
			return Finding{Says: "bad", Problems: []string{"a problem"}}, nil
		}},
		{name: "third", follows: true, run: func(_ context.Context, s *Subject, progress Progress) (Finding, error) {
			return Finding{Says: s.Log}, nil
		}},
	}, &out, func(name string) (Progress, func()) {
		if name == "first" {
			<-second
		}
		return w.begin(name)
	})
	if want := "ok    first   fine\nFAIL  second  bad\n              a problem\nok    third   found by the second\n"; ok || err != nil || out.String() != want {
		t.Errorf("got %t, %v:\n%swant:\n%s", ok, err, out.String(), want)
	}
	if len(w.shown) != 0 {
		t.Errorf("%q was shown, and no line was next then", <-w.shown)
	}
	if want := []string{"begin first", "end first", "begin second", "end second", "begin third", "end third"}; !slices.Equal(w.said, want) {
		t.Errorf("it said %q, want %q", w.said, want)
	}
}

func TestAProgressIsShownOnceItsLineIsNext(t *testing.T) {
	w := watch()
	var s Subject
	_, err := s.report(t.Context(), []check{
		{name: "first", run: func(context.Context, *Subject, Progress) (Finding, error) { return Finding{}, nil }},
		{name: "second", run: func(ctx context.Context, _ *Subject, progress Progress) (Finding, error) {
			for len(w.shown) == 0 && ctx.Err() == nil {
				progress(1, 2)
				runtime.Gosched() // until its bar is there
			}
			return Finding{}, ctx.Err()
		}},
	}, io.Discard, w.begin)
	if err != nil {
		t.Fatal(err)
	}
	if said := <-w.shown; said != "second 1/2" {
		t.Errorf("%q was shown", said)
	}
}

func TestAnErrorEndsTheOtherChecks(t *testing.T) {
	gone := errors.New("the disk is gone")
	var s Subject
	w := watch()
	var out bytes.Buffer
	cleaned := false
	ok, err := s.report(t.Context(), []check{
		{name: "first", run: func(context.Context, *Subject, Progress) (Finding, error) { return Finding{}, gone }},
		{name: "second", run: func(ctx context.Context, _ *Subject, _ Progress) (Finding, error) {
			<-ctx.Done()
			cleaned = true
			return Finding{}, ctx.Err()
		}},
	}, &out, w.begin)
	if ok || !errors.Is(err, gone) || !strings.Contains(err.Error(), "verify the first") || out.Len() > 0 {
		t.Errorf("got %t, %v, %q", ok, err, out.String())
	}
	if !cleaned {
		t.Error("it returned before the second check had ended")
	}
}
