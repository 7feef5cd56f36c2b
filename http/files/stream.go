package files

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/http/api"
)

const (
	// streamComment is how often a silent stream sends a comment, to show that it
	// is alive.
	streamComment = 15 * time.Second
	// streamPage is how many events are read for a stream at a time.
	streamPage = 500
	// streamWrite is how long a subscriber may take to read an event.
	streamWrite = 30 * time.Second
	// streamCheck is how often a stream checks that its credential is valid.
	streamCheck = time.Second
	// streamRetry is when to try again if too many streams are open, in seconds.
	streamRetry = 30
)

// streamEvents sends the client's events as they are recorded, as server-sent
// events whose id is the log position. A subscriber that reconnects with
// Last-Event-ID, or with after, continues from there; otherwise the stream
// begins with the next event. The stream reads the feed as a poll does: a
// notification only says when to read. It ends when its token or credential
// does; the subscriber then reconnects with another.
func (s *surface) streamEvents(c echo.Context, who api.Caller) error {
	at, err := s.streamStart(c)
	if err != nil {
		return err
	}
	wake, leave, err := s.streams.open(who)
	if err != nil {
		return err
	}
	defer leave()
	control := http.NewResponseController(c.Response())
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	_ = control.SetReadDeadline(time.Time{})
	_ = control.SetWriteDeadline(time.Now().Add(streamWrite))
	c.Response().WriteHeader(http.StatusOK)
	if err := control.Flush(); err != nil {
		return nil
	}
	alive := time.NewTicker(streamComment)
	defer alive.Stop()
	check := time.NewTicker(streamCheck)
	defer check.Stop()
	look := true
	for {
		if look {
			if at, err = s.sendEvents(c, control, who, at); err != nil {
				s.Log.Debug("event stream ended", "client", who.Client, "err", err)
				return nil
			}
		}
		look = false
		select {
		case <-c.Request().Context().Done():
			return nil
		case <-s.Closing:
			return nil
		case <-wake:
			look = true
		case <-check.C:
			if s.StillValid(c.Request().Context(), who) != nil {
				return nil
			}
		case <-alive.C:
			look = true // so that the position advances while others write
			if err := sendComment(c, control); err != nil {
				return nil
			}
		}
	}
}

// sendComment sends the comment.
func sendComment(c echo.Context, control *http.ResponseController) error {
	_ = control.SetWriteDeadline(time.Now().Add(streamWrite))
	if _, err := fmt.Fprint(c.Response(), ": still here\n\n"); err != nil {
		return err
	}
	return control.Flush()
}

func (s *surface) streamStart(c echo.Context) (int64, error) {
	ctx := c.Request().Context()
	if id := c.Request().Header.Get("Last-Event-ID"); id != "" {
		return s.AfterInLog(ctx, id, "/Last-Event-ID")
	}
	if text := c.QueryParam("after"); text != "" {
		return s.AfterInLog(ctx, text, "/after")
	}
	head, err := s.Ledger.Store.Head(ctx)
	return head.Position, err
}

// sendEvents sends the events after a position and returns the position up to
// which the subscriber has everything.
func (s *surface) sendEvents(c echo.Context, control *http.ResponseController, who api.Caller, at int64) (int64, error) {
	for {
		from := at
		recorded, upTo, err := s.Views.ClientEvents(c.Request().Context(), who.Client, at, "", streamPage)
		if err != nil {
			return at, err
		}
		_ = control.SetWriteDeadline(time.Now().Add(streamWrite))
		for _, r := range recorded {
			e, err := shownEvent(r)
			if err != nil {
				return at, err
			}
			data, err := json.Marshal(e)
			if err != nil {
				return at, err
			}
			if _, err := fmt.Fprintf(c.Response(), "id: %d\nevent: %s\ndata: %s\n\n", e.Position, e.Type, data); err != nil {
				return at, err
			}
		}
		at = max(at, upTo)
		if len(recorded) > 0 {
			if err := control.Flush(); err != nil {
				return at, err
			}
		}
		if upTo <= from {
			return at, nil
		}
	}
}
