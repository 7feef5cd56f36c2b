package console

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/eventstore/people"
	"github.com/achledger/achledger/http/api"
)

const (
	liveEvery   = time.Second      // how often a stream checks for new events
	liveComment = 15 * time.Second // how often an idle stream sends a comment, to keep the connection open
	liveCheck   = 5 * time.Second  // how often a stream checks that the session is still valid
	liveWrite   = 30 * time.Second // how long a write to a browser may take
	liveMost    = 12               // streams per person
)

// streams counts the open streams of each person.
type streams struct {
	mu   sync.Mutex
	open map[string]int
}

func (s *streams) enter(person string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[string]int{}
	}
	if s.open[person] >= liveMost {
		return false
	}
	s.open[person]++
	return true
}

func (s *streams) leave(person string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[person]--; s.open[person] <= 0 {
		delete(s.open, person)
	}
}

// live tells a page, by a server-sent event, that something changed. It sends
// no content: the page reloads itself, with the rights that the person has by
// then. The stream ends when the session does.
func (s *surface) live(c echo.Context, who api.Caller) error {
	name := nameOf(who)
	if !s.streams.enter(name) {
		return api.NewProblem(api.CodeBusy, "%s has %d pages open that keep themselves up to date: close some", name, liveMost).After(30)
	}
	defer s.streams.leave(name)
	control := http.NewResponseController(c.Response())
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	_ = control.SetReadDeadline(time.Time{})
	send := func(text string) error {
		_ = control.SetWriteDeadline(time.Now().Add(liveWrite))
		if _, err := fmt.Fprint(c.Response(), text); err != nil {
			return err
		}
		return control.Flush()
	}
	c.Response().WriteHeader(http.StatusOK)
	at := s.Views.Position()
	if send("retry: 5000\nevent: changed\ndata: "+fmt.Sprint(at)+"\n\n") != nil {
		return nil
	}
	look, alive, check := time.NewTicker(liveEvery), time.NewTicker(liveComment), time.NewTicker(liveCheck)
	defer look.Stop()
	defer alive.Stop()
	defer check.Stop()
	for {
		var err error
		select {
		case <-c.Request().Context().Done():
			return nil
		case <-s.Closing:
			return nil
		case <-look.C:
			if now := s.Views.Position(); now != at {
				at, err = now, send("event: changed\ndata: "+fmt.Sprint(now)+"\n\n")
			}
		case <-alive.C:
			err = send(": still here\n\n")
		case <-check.C:
			s.metrics.noOlderThan(gatherEvery/2, s.Metrics)
			if s.ended(c) {
				_ = send("event: ended\ndata: \n\n")
				return nil
			}
		}
		if err != nil {
			return nil
		}
	}
}

// ended reports whether the session of a stream has ended; a fault does not say
// so. To look is no use of the session.
func (s *surface) ended(c echo.Context) bool {
	_, err := s.SignIns.Watch(c.Request().Context(), sessionSecret(c))
	return people.IsRefused(err)
}
