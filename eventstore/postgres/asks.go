package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
)

// asksChannel is the notification channel for asks and answers.
const asksChannel = "achledger_asks"

const (
	putAsk       = `INSERT INTO asks(id, verb, body) VALUES($1, $2, $3) ON CONFLICT DO NOTHING`
	notifyAsk    = `SELECT pg_notify('` + asksChannel + `', '')`
	bodyOfAsk    = `SELECT body FROM asks WHERE id = $1`
	selectAnswer = `SELECT answer FROM asks WHERE id = $1`
	dropAsk      = `DELETE FROM asks WHERE id = $1`
	listAsks     = `SELECT id, verb FROM asks WHERE answer IS NULL AND asked > now() - $1::interval ORDER BY asked, id`
	answerAsk    = `UPDATE asks SET answer = $2, answered = now() WHERE id = $1 AND answer IS NULL AND (SELECT term FROM leader) = $3`
	dropAsks     = `DELETE FROM asks WHERE asked < now() - 2 * $1::interval`

	// askTime is how long an ask waits for its answer; a leader does not carry
	// out an older one.
	askTime = 60 * time.Second
	// askTick is how often asks and answers without a notification are looked
	// for.
	askTick = time.Second
)

// Ask is a request of a node to the leader.
type Ask struct {
	ID   string // chosen by the caller: the same ask again is the same row
	Verb string
	Body []byte
}

// ErrUnanswered says that the leader did not answer in time. It may have
// carried out the ask, or may still do so, therefore it is an
// eventstore.ErrUnknownOutcome.
var ErrUnanswered = fmt.Errorf("the leader does not answer: %w", eventstore.ErrUnknownOutcome)

// Ask sends a request to the leader and waits for its answer, a minute at most.
// If another node becomes the leader meanwhile, it carries out the ask again. A database
// that is away while the ask is written may have it nevertheless.
func (s *Store) Ask(ctx context.Context, a Ask) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	notified, stop := s.asked.Subscribe()
	defer stop()
	if err := s.change("ask the leader", func(b *pgx.Batch) {
		b.Queue(putAsk, a.ID, a.Verb, a.Body)
		b.Queue(notifyAsk)
	}); errors.Is(err, eventstore.ErrAway) {
		return nil, fmt.Errorf("%w: %w", ErrUnanswered, err)
	} else if err != nil {
		return nil, err
	}
	for {
		var answer []byte
		err := s.read(ctx, func(c *pgx.Conn) error { return c.QueryRow(ctx, selectAnswer, a.ID).Scan(&answer) })
		switch {
		case err == nil && answer != nil:
			_ = s.change("forget an ask", func(b *pgx.Batch) { b.Queue(dropAsk, a.ID) }) // otherwise it is removed by a sweep
			return answer, nil
		case errors.Is(err, pgx.ErrNoRows):
			return nil, ErrUnanswered
		case err != nil && !errors.Is(err, eventstore.ErrAway) && ctx.Err() == nil:
			return nil, fmt.Errorf("ask the leader: %w", err)
		}
		select {
		case <-notified:
		case <-time.After(askTick):
		case <-ctx.Done():
			return nil, ErrUnanswered
		}
	}
}

// Asks carries out the asks of other nodes while this node leads, until ctx
// ends. It calls do for each, some concurrently, and sends back what do
// returns. If do fails there is no answer, and the next leader carries out the
// ask.
func (s *Store) Asks(ctx context.Context, term int64, do func(ctx context.Context, a Ask) ([]byte, error)) error {
	notified, stop := s.asked.Subscribe()
	defer stop()
	doing := map[string]chan struct{}{}
	for ctx.Err() == nil {
		asks, err := s.listAsks(ctx)
		if err != nil && ctx.Err() == nil {
			s.options.Log.Warn("what other nodes ask for is not known", "err", err)
		}
		for _, a := range asks {
			if ended, ok := doing[a.ID]; ok && !isClosed(ended) {
				continue
			}
			ended := make(chan struct{})
			doing[a.ID] = ended
			go func() {
				defer close(ended)
				s.answer(ctx, term, a, do)
			}()
		}
		select {
		case <-notified:
		case <-time.After(askTick):
		case <-ctx.Done():
		}
		for id, ended := range doing {
			if isClosed(ended) {
				delete(doing, id)
			}
		}
	}
	for _, ended := range doing {
		<-ended
	}
	return nil
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (s *Store) listAsks(ctx context.Context) ([]Ask, error) {
	return rowsOf(ctx, s, func(row pgx.CollectableRow) (a Ask, err error) {
		err = row.Scan(&a.ID, &a.Verb)
		return a, err
	}, listAsks, askTime.String())
}

func (s *Store) answer(ctx context.Context, term int64, a Ask, do func(ctx context.Context, a Ask) ([]byte, error)) {
	err := s.read(ctx, func(c *pgx.Conn) error { return c.QueryRow(ctx, bodyOfAsk, a.ID).Scan(&a.Body) })
	var answer []byte
	if err == nil {
		answer, err = do(ctx, a)
	}
	if err == nil {
		err = s.change("answer an ask", func(b *pgx.Batch) {
			b.Queue(answerAsk, a.ID, answer, term)
			b.Queue(dropAsks, askTime.String())
			b.Queue(notifyAsk)
		})
	}
	if err != nil && ctx.Err() == nil {
		s.options.Log.Warn("an ask is not answered", "verb", a.Verb, "err", err)
	}
}
