package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/groupcommit"
)

// Store is the log in a PostgreSQL database.
type Store struct {
	options Options
	queue   *groupcommit.Queue
	pool    *pgxpool.Pool // reads, barriers, tokens
	reading reading

	head  atomic.Pointer[eventstore.Head] // proven
	moves sync.Mutex                      // held by who moves it
	tail  eventstore.Tail
	hints eventstore.Hints

	barriers, looks flight
	heard           atomic.Int64                    // when the last write was sent that was committed, by SinceBoot
	says            atomic.Pointer[func() Standing] // none where the node does not serve
	vouched         atomic.Pointer[string]          // identity of the database that was found to hold what was proven before
	asked           eventstore.Hints                // of asks and their answers
	primary         atomic.Pointer[Primary]         // none before the first look
	confirmed       atomic.Pointer[confirmation]    // none before Leads was asked
	told            chan struct{}                   // receives a value when another node wrote

	once    sync.Once
	closed  chan struct{}
	end     context.CancelFunc // of what runs in the background
	running sync.WaitGroup

	failing sync.Once
	failed  chan struct{}
	failure error // read after failed is closed
}

var (
	_ eventstore.Store  = (*Store)(nil)
	_ eventstore.Tokens = (*Store)(nil)
)

// Open opens the log that Init made. It refuses a database that would lose what
// it answered, a schema it does not know, and a pooler in between.
func Open(ctx context.Context, o Options) (*Store, error) {
	o.setDefaults()
	s := &Store{
		options: o,
		queue:   groupcommit.NewQueue(o.Linger),
		told:    make(chan struct{}, 1),
		closed:  make(chan struct{}),
		failed:  make(chan struct{}),
	}
	s.head.Store(&eventstore.Head{})
	if err := s.connect(ctx); err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	return s, nil
}

// connect makes the pool, checks the database and starts what runs.
func (s *Store) connect(ctx context.Context) (err error) {
	if s.pool, err = s.options.openPool(ctx); err != nil {
		return err
	}
	if err = s.read(ctx, s.check(ctx)); err == nil && !s.options.ReadOnly {
		if err = s.join(ctx); err == nil {
			err = s.barrier(ctx)
		}
		if err == nil {
			err = s.inspect(ctx)
		}
	}
	if err != nil {
		s.pool.Close()
		return err
	}
	background, end := context.WithCancel(context.Background())
	s.end = end
	s.running.Go(func() { s.listen(background) })
	s.running.Go(func() { s.follow(background) })
	if !s.options.ReadOnly {
		w := &writer{store: s}
		s.running.Go(w.run)
		s.running.Go(func() { s.keepInspecting(background) })
	}
	return nil
}

// known is the newest head that a commit of this node stands behind.
func (s *Store) known() proven { return proven{*s.head.Load()} }

// moveTo publishes a proven head, with the events before it when they are at
// hand, before anyone hears of it.
func (s *Store) moveTo(head eventstore.Head, events []eventstore.Recorded) {
	s.moves.Lock()
	defer s.moves.Unlock()
	s.tail.Add(events) // first: who knows the head may read up to it
	if head.Position > s.known().Position {
		s.head.Store(&head)
		s.hints.Send()
	}
}

// fail ends all writing: the log is not the one this node knew.
func (s *Store) fail(cause error) {
	s.failing.Do(func() {
		s.failure = fmt.Errorf("%w: %w", eventstore.ErrFailed, cause)
		s.options.Log.Error("the log cannot be written any more", "err", cause)
		close(s.failed)
	})
}

// Failed implements Store: it is closed when the database holds another log
// than before.
func (s *Store) Failed() <-chan struct{} { return s.failed }

// Notify implements Store.
func (s *Store) Notify() (hint <-chan struct{}, stop func()) { return s.hints.Subscribe() }

// Append implements Store. A call that was taken up waits for its outcome,
// Patience at most: while the database is away it is tried again and again, or
// looked for.
func (s *Store) Append(ctx context.Context, appends ...eventstore.Append) (eventstore.Result, error) {
	if s.options.ReadOnly {
		return eventstore.Result{}, eventstore.ErrReadOnly
	}
	return s.queue.Append(ctx, appends)
}

// open reports why nothing can be read: the log was closed, or nobody wants to
// know any more.
func (s *Store) open(ctx context.Context) error {
	select {
	case <-s.closed:
		return eventstore.ErrClosed
	default:
		return ctx.Err()
	}
}

// Close ends the batch that is being written, refuses the appends still waiting
// with ErrClosed and waits for reads under way. Closing twice is closing once.
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

// leave takes this node out of the table of nodes. A database that is away is
// no reason to complain at the end.
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

// errPooled: see checkSession.
var errPooled = errors.New("the database is reached through a pooler, which must not stand between a ledger and its log: name the server itself")
