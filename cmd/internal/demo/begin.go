package demo

import (
	"context"
	"net/http"
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

// begin introduces everybody and sets the sandbox's clock to the morning of a
// banking day, so that the story is the same on every day.
func (s *story) begin(ctx context.Context) error {
	day := calendar.OnOrAfter(calendar.DateOf(time.Now()))
	morning, err := time.ParseInLocation("2006-01-02 15:04", day.String()+" 09:40", calendar.Eastern)
	if err != nil {
		return err
	}
	if _, err := s.ops.do(ctx, http.MethodPut, "/v1/simulations/clock", map[string]any{"now": morning.UTC()}, nil); err != nil {
		return err
	}
	s.now = morning
	s.say(`achledger demo: one morning at Lantern Savings Bank

The bank (routing number 231380104), its client Harbor Gym and their money are
made up. The log, the broker, the HTTP API and the NACHA file are real.

   folder   %s
   server   %s
   clock    %s in New York; a sandbox has its own
`, s.Folder, s.Base, morning.Format("Monday 2 January 2006, 15:04"))
	return nil
}
