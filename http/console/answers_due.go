package console

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/projections"
)

// answersToLeave lists our answers whose deadline is today.
func (s *surface) answersToLeave(ctx context.Context, p *page, of queuePart) (table, string, error) {
	t := table{Name: "answers", Caption: "Answers that must leave today, nearest deadline first", Columns: columns("Answer", "Leave by", "Client", "Bank", "Event"), Empty: "No answer is due today.", page: p}
	after, err := parseDeadline(of.cursor)
	if err != nil {
		return t, "", err
	}
	list, err := s.Views.PassedDeadlines(ctx, calendar.DateOf(p.Now).Add(1).At(0, 0), after, of.limit+1)
	next := ""
	if len(list) > of.limit {
		list = list[:of.limit]
		last := list[of.limit-1]
		next = fmt.Sprintf("%d.%d", last.LeaveBy.UnixMicro(), last.Position)
	}
	for _, d := range list {
		t.add(
			linked(word(d.Kind), transactionPath(d.Client, d.TransactionID)), at(d.LeaveBy).sub(p.Until(d.LeaveBy)),
			p.client(d.Client), linked(d.ODFI, Path+"/banks/"+d.ODFI), code(d.ItemID))
	}
	return t, next, err
}

// parseDeadline reads the cursor of the answers that must leave: the deadline of
// the last one listed, and its position.
func parseDeadline(cursor string) (d projections.Deadline, err error) {
	if cursor == "" {
		return d, nil
	}
	at, position, _ := strings.Cut(cursor, ".")
	micros, err := strconv.ParseInt(at, 10, 64)
	if err == nil {
		d.LeaveBy = time.UnixMicro(micros).UTC()
		d.Position, err = strconv.ParseInt(position, 10, 64)
	}
	if err != nil {
		return d, projections.ErrCursor
	}
	return d, nil
}
