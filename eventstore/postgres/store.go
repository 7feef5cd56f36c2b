package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/beside"
	"github.com/achledger/achledger/eventstore/groupcommit"
)

// Store is the log in a PostgreSQL database.
type Store struct {
	beside.Tables // tokens, people, webhooks

	options Options
	queue   *groupcommit.Queue
	pool    *pgxpool.Pool // reads, barriers, tokens
	reading reading

	head  atomic.Pointer[eventstore.Head] // proven
	moves sync.Mutex                      // held while the head is moved
	tail  eventstore.Tail
	hints eventstore.Hints

	barriers, refreshes sharedRuns
	lastCommit          atomic.Int64                    // when the last committed write was sent, by SinceBoot
	ownStanding         atomic.Pointer[func() Standing] // nil if the node does not serve
	confirmedIn         atomic.Pointer[string]          // identity of the database whose log was confirmed to contain what was proven before
	asked               eventstore.Hints                // hints for asks and answers
	primary             atomic.Pointer[Primary]         // nil before the first inspection
	confirmed           atomic.Pointer[confirmation]    // nil before the first call of Leads
	othersWrote         chan struct{}                   // receives a value when another node has written

	once    sync.Once
	closed  chan struct{}
	end     context.CancelFunc // ends the background goroutines
	running sync.WaitGroup

	failing sync.Once
	failed  chan struct{}
	failure error // read after failed is closed
}

var _ eventstore.Store = (*Store)(nil)

// Open opens the log that Init made. It refuses a database that would lose
// confirmed commits, an unknown schema, and a pooler in between.
func Open(ctx context.Context, o Options) (*Store, error) {
	o.setDefaults()
	s := &Store{
		options:     o,
		queue:       groupcommit.NewQueue(o.Linger),
		othersWrote: make(chan struct{}, 1),
		closed:      make(chan struct{}),
		failed:      make(chan struct{}),
	}
	s.Tables = beside.New(tables{s}, "NOT given_up")
	s.head.Store(&eventstore.Head{})
	if err := s.connect(ctx); err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	return s, nil
}

// connect opens the pool, checks the database and starts the background
// goroutines.
func (s *Store) connect(ctx context.Context) (err error) {
	if s.pool, err = s.openPool(ctx); err != nil {
		return err
	}
	var named *pgx.Conn
	if err = s.read(ctx, s.check(ctx)); err == nil && !s.options.ReadOnly {
		if named, err = s.named(ctx); err == nil {
			err = s.join(ctx)
		}
		if err == nil {
			err = s.forgetNodes()
		}
		if err == nil {
			err = s.barrier(ctx)
		}
		if err == nil {
			err = s.inspect(ctx)
		}
	}
	if err != nil {
		closeSession(named)
		s.pool.Close()
		return err
	}
	background, end := context.WithCancel(context.Background())
	s.end = end
	s.running.Go(func() { s.listen(background, named) })
	s.running.Go(func() { s.follow(background) })
	if !s.options.ReadOnly {
		w := &writer{store: s}
		s.running.Go(w.run)
		s.running.Go(func() { s.keepInspecting(background) })
	}
	return nil
}

// known is the newest head that this node has proven.
func (s *Store) known() proven { return proven{*s.head.Load()} }

// moveTo publishes a proven head, with the events before it if they are at
// hand, before any caller learns of it.
func (s *Store) moveTo(head eventstore.Head, events []eventstore.Recorded) {
	s.moves.Lock()
	defer s.moves.Unlock()
	s.tail.Add(events) // first: a reader that knows the head may read up to it
	if head.Position > s.known().Position {
		s.head.Store(&head)
		s.hints.Send()
	}
}

// fail ends all writing: the database no longer has the log that this node
// knew.
func (s *Store) fail(cause error) {
	s.failing.Do(func() {
		s.failure = fmt.Errorf("%w: %w", eventstore.ErrFailed, cause)
		s.options.Log.Error("the log cannot be written any more", "err", cause)
		close(s.failed)
	})
}

// Failed implements Store. It is closed when the database holds another log
// than before.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// Notify implements Store.
func (s *Store) Notify() (hint <-chan struct{}, stop func()) { return s.hints.Subscribe() }

// Append implements Store. A call that was accepted waits for its outcome,
// OutcomeTimeout at most. While the database cannot be reached, the write is
// repeated, or its outcome is looked up.
func (s *Store) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	if s.options.ReadOnly {
		return eventstore.Result{}, eventstore.ErrReadOnly
	}
	return s.queue.Append(ctx, appends)
}

// open returns why nothing can be read: the store was closed, or ctx has ended.
func (s *Store) open(ctx context.Context) error {
	select {
	case <-s.closed:
		return eventstore.ErrClosed
	default:
		return ended(ctx)
	}
}

// Close finishes the batch that is being written, refuses waiting appends with
// ErrClosed and waits for running reads. Closing twice has no further effect.
func (s *Store) Close() (err error) {
	s.once.Do(func() {
		s.queue.Close()
		close(s.closed)
		s.end()
		s.running.Wait()
		err = s.leave()
		s.pool.Close()
	})
	return err
}

// leave removes this node from the table of nodes. It ignores a database that
// cannot be reached.
func (s *Store) leave() error {
	if s.options.ReadOnly {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil
	}
	defer c.Release()
	if _, err := c.Exec(ctx, `DELETE FROM nodes WHERE name = $1`, s.options.Node); err != nil {
		s.options.Log.Warn("this node still shows in the table of nodes", "node", s.options.Node, "err", err)
	}
	return nil
}

// errPooled is returned by checkSession.
var errPooled = errors.New("the database is reached through a pooler, which must not stand between a ledger and its log: name the server itself")
