package api

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
)

// Answers longer than longAnswer, and the rows of a list that are still to be sent,
// are in memory until their caller has read them, and a slow caller takes WriteTimeout
// for each part. Of these a client has so many at once.
const (
	longAnswer        = 64 << 10
	longAnswersAtOnce = 64
	downloadsAtOnce   = 4 // of files larger than maxBody
)

// longKey marks the context of a request that has a place for its long answer.
const longKey = "long-answer"

// roomForLong takes a place for the long answer to a GET, until the request ends. An
// answer to another method is refused nothing: what it tells was done, and it is as
// long as its body at most.
func (s *Kit) roomForLong(c echo.Context) error {
	if c.Request().Method != http.MethodGet || c.Get(longKey) != nil {
		return nil
	}
	done, err := s.longAnswers.Take(stateOf(c).who.Client)
	if err != nil {
		return err
	}
	c.Set(longKey, true)
	atEnd(c, done)
	return nil
}

// roomForDownload takes a place for the bytes of a large file, until the request ends.
func (s *Kit) roomForDownload(c echo.Context, who Caller, f domain.File) error {
	if f.Rendered == nil || f.Rendered.Size <= maxBody {
		return s.roomForLong(c)
	}
	done, err := s.downloads.Take(who.Client)
	if err == nil {
		atEnd(c, done)
	}
	return err
}

// serializer writes answers in JSON. One that turns out to be long takes a place first.
type serializer struct {
	*Kit
	echo.DefaultJSONSerializer
}

// Serialize implements echo.JSONSerializer.
func (s *serializer) Serialize(c echo.Context, answer any, indent string) error {
	e := json.NewEncoder(&sized{s.Kit, c})
	e.SetIndent("", indent)
	return e.Encode(answer)
}

// sized is a writer that asks before it writes much at a time. An encoder of JSON
// writes an answer whole.
type sized struct {
	kit *Kit
	c   echo.Context
}

// Write implements io.Writer.
func (w *sized) Write(p []byte) (int, error) {
	if len(p) > longAnswer {
		if err := w.kit.roomForLong(w.c); err != nil {
			return 0, err
		}
	}
	return w.c.Response().Write(p)
}
