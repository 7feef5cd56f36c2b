package demo

import (
	"context"
	"errors"
	"net/http"
)

// recallDouble posts one wage twice and recalls the second.
func recallDouble(ctx context.Context, s *story) error {
	t, err := s.post(ctx, payday(people[2]))
	if err != nil {
		return err
	}
	if len(t.Events) == 0 {
		return errors.New("the transaction has no events")
	}
	path := "/api/transaction/" + t.TransactionID + "/events/" + t.Events[0].EventID
	var recalled event
	status, err := s.client.do(ctx, http.MethodDelete, path, nil, &recalled)
	if err != nil {
		return err
	}
	s.say(`
   DELETE /api/transaction/{id}/events/{eventID}
   %d  %s. It had not left in a file yet, so it never will.
   (The same request twice would have been one payment: it has the same id.)
`, status, recalled.Status)
	return nil
}
