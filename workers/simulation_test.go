package workers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/testseed"
)

// model is what should be true, kept as simply as possible: what each
// transaction was told, and what the bank got.
type model struct {
	*bank
	random *rand.Rand
	told   map[string]domain.State // of each transaction posted; uploads are filed at once
	got    map[string]int          // how often the bank got an entry, by individual identification
	names  map[string]string       // individual identification by transaction
	taken  map[string]bool         // names of files that the bank took
	next   int
}

// A history of posts, recalls, holds, uploads, settings, crashes and moves of
// the clock, and of a bank that takes files from the outbox whenever it
// likes: each entry arrives there once, with a date that was true when it
// left, and what was withdrawn never does.
func TestRandomHistories(t *testing.T) {
	t.Parallel()
	first := testseed.Of(t, 20261128)
	for s := first; s < first+15; s++ {
		t.Run(fmt.Sprintf("seed %d", s), func(t *testing.T) {
			m := &model{
				bank:   openBank(t, batching(func(b *domain.Batching) { b.MaxEntries, b.MaxAge = 5, "36h" })),
				random: rand.New(rand.NewPCG(s, 1)), told: map[string]domain.State{}, got: map[string]int{}, names: map[string]string{},
				taken: map[string]bool{},
			}
			if s%2 == 0 {
				m.balanced(gym)
			}
			m.limits = small
			m.newWatchedWorkers()
			for range 150 {
				m.act()
			}
			m.drain()
			m.judge()
		})
	}
}

// newWatchedWorkers makes workers whose outbox the model looks into.
func (m *model) newWatchedWorkers() {
	m.newWorkers()
	m.delivery.Deliverers = map[string]Deliverer{domain.ToOutbox: watched{Outbox(m.outbox()), m}}
}

// watched checks a file in the moment it may leave.
type watched struct {
	Outbox
	*model
}

func (w watched) Publish(ctx context.Context, temporary, name string) error {
	content, err := os.ReadFile(filepath.Join(w.outbox(), temporary))
	must(w.t, err)
	w.checkDates(content)
	return w.Outbox.Publish(ctx, temporary, name)
}

// checkDates fails the test for a date that is not true any more, or not yet.
func (m *model) checkDates(content []byte) {
	now := m.clock.Now()
	var debits bool
	var on calendar.Date
	_, err := nacha.Scan(bytes.NewReader(content), nacha.Handler{
		Batch: func(b *nacha.ScannedBatch) (err error) {
			debits = b.Header.ServiceClass != nacha.CreditClass
			on, err = calendar.ParseYYMMDD(b.Header.EffectiveOn)
			return err
		},
		End: func(*nacha.Verdict) error {
			day := calendar.ProcessingDay(now)
			if on == day && !now.Before(day.At(16, 45)) {
				m.t.Errorf("at %s a file left that is dated %s, for a window that has passed", eastern(now), on)
			}
			return calendar.ValidEffective(on, day, !debits)
		},
	})
	if err != nil {
		m.t.Errorf("at %s a file left: %v", eastern(now), err)
	}
}

// act does one thing at random.
func (m *model) act() {
	switch n := m.random.IntN(100); {
	case n < 35:
		m.originates()
	case n < 45:
		m.judges()
	case n < 50:
		m.sendsIn()
	case n < 62:
		m.clock.Set(m.clock.Now().Add(time.Duration(m.random.IntN(600)) * time.Minute))
	case n < 72:
		m.sweeps(0)
	case n < 90:
		m.sweeps(1 + m.random.IntN(20)) // and dies on the way
	case n < 93:
		m.bankTakes()
	case n < 95:
		m.releases()
	case n < 97:
		m.changeClient(gym, func(c *domain.ChangeClient) { c.Suspended = !c.Suspended && m.random.IntN(3) == 0 })
	default:
		m.switched = nil
		if m.random.IntN(4) == 0 {
			m.switched = offFor(ourBank)
		}
		m.newWatchedWorkers()
	}
}

func (m *model) originates() {
	c, err := m.Ledger.Client(m.t.Context(), gym)
	must(m.t, err)
	if c.Suspended {
		return
	}
	m.next++
	p := pull(m.next, cents(int64(m.random.IntN(900_000))))
	p.ToID = fmt.Sprintf("P%06d", m.next)
	if m.random.IntN(3) == 0 {
		p.PushPull = domain.Push
	}
	switch m.random.IntN(5) {
	case 0:
		p.SameDay = true
	case 1:
		p.EffectiveOn = calendar.DateOf(m.clock.Now()).Add(m.random.IntN(9) - 2).String()
	case 2:
		p.Description = fmt.Sprint("KIND ", m.random.IntN(3))
	}
	id := m.post(gym, p)
	m.told[id], m.names[id] = domain.Pending, p.ToID
}

// judges recalls, holds, approves or rejects something, if it is not too late.
func (m *model) judges() {
	if len(m.told) == 0 {
		return
	}
	ids := make([]string, 0, len(m.told))
	for id := range m.told {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	id := ids[m.random.IntN(len(ids))]
	item := itemOf(id)
	to := []domain.State{domain.Recalled, domain.Held, domain.Pending, domain.Rejected}[m.random.IntN(4)]
	_, err := ledger.Execute(m.t.Context(), m.Ledger, ledger.TransactionStream(gym, id), func(t domain.Transaction) ([]domain.Event, error) {
		switch to {
		case domain.Recalled:
			return domain.Recall{ItemID: item}.Decide(t)
		case domain.Held:
			return domain.Hold{ItemID: item, Reason: "looks odd"}.Decide(t)
		case domain.Pending:
			return domain.Approve{ItemID: item}.Decide(t)
		default:
			return domain.Reject{ItemID: item, Reason: "is odd"}.Decide(t)
		}
	})
	if err == nil && m.item(gym, id).State != domain.Filed {
		m.told[id] = to
	}
}

// releases takes back a file that is not delivered, and may die on the way.
func (m *model) releases() {
	var files []domain.File
	for _, f := range m.cutFiles() {
		if f.State == domain.FileIsCut || f.State == domain.FileIsRendered {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		return
	}
	f := files[m.random.IntN(len(files))]
	var inside []string
	for id := range m.told {
		t, err := m.Transaction(m.t.Context(), gym, id)
		must(m.t, err)
		if filing := t.Origination().Filing; filing != nil && filing.File == f.ID {
			inside = append(inside, id)
		}
	}
	command := order([]domain.Then{domain.ThenWait, domain.ThenReject}[m.random.IntN(2)])
	if m.random.IntN(2) == 0 {
		m.fault = stopAtNth(1 + m.random.IntN(6))
	}
	err := m.files.Release(m.t.Context(), f.ID, command)
	var off *DeliveryOffError
	switch {
	case errors.Is(err, errCrash):
		m.reopen()
	case errors.As(err, &off):
	default:
		must(m.t, err)
	}
	m.fault = nil
	if m.read(f.ID).Answered.Rejects() {
		for _, id := range inside {
			m.told[id] = domain.Rejected
		}
	}
}

// sendsIn sends in a file of the client's own, which may die on the way; the
// client then asks again.
func (m *model) sendsIn() {
	on := calendar.NextBankingDay(calendar.ProcessingDay(m.clock.Now())).YYMMDD()
	f := payroll(1+m.random.IntN(4), func(f *nacha.File) {
		f.Header.CreatedAt = fmt.Sprintf("%02d%02d", m.next/60%24, m.next%60)
		for i := range f.Batches {
			f.Batches[i].Header.EffectiveOn = on
			for j := range f.Batches[i].Entries {
				m.next++
				f.Batches[i].Entries[j].IndividualID = fmt.Sprintf("U%06d", m.next)
			}
		}
	})
	content := rendered(m.t, f)
	if m.random.IntN(2) == 0 {
		m.fault = stopAtNth(1 + m.random.IntN(12))
	}
	got, err := m.upload(content)
	var off *DeliveryOffError
	switch {
	case errors.Is(err, errCrash):
		m.reopen()
		got, err = m.upload(content)
	default:
		m.fault = nil
	}
	if errors.As(err, &off) || domain.CodeOf(err) == domain.Suspended {
		m.forget(f)
		return
	}
	must(m.t, err)
	ids := individualsIn(f)
	for i, id := range got.Transactions {
		m.told[id], m.names[id] = domain.Pending, ids[i]
	}
}

// forget takes back an upload that was refused: nothing of it may arrive,
// except that a commit before a crash stands and is completed later.
func (m *model) forget(f nacha.File) {
	for _, file := range m.cutFiles() {
		if file.State == domain.FileOpen && file.Opened.Upload != nil {
			ids := individualsIn(f)
			for i := range ids {
				id, _ := entryIDs(file.ID, i)
				if _, known := m.told[id]; !known {
					m.told[id], m.names[id] = domain.Pending, ids[i]
				}
			}
		}
	}
}

func individualsIn(f nacha.File) (ids []string) {
	for _, b := range f.Batches {
		for _, e := range b.Entries {
			ids = append(ids, e.IndividualID)
		}
	}
	return ids
}

func (m *model) reopen() {
	m.restart()
	m.newWatchedWorkers()
}

// sweeps sweeps once, and dies at the n-th step unless n is 0.
func (m *model) sweeps(n int) {
	if n > 0 {
		m.fault = stopAtNth(n)
	}
	err := m.batcher.Sweep(m.t.Context())
	if n == 0 || err == nil {
		m.fault = nil
		must(m.t, err)
		return
	}
	if !errors.Is(err, errCrash) {
		m.t.Fatal(err)
	}
	if m.random.IntN(2) == 0 {
		m.bankTakes() // in the moment before the restart
	}
	m.reopen()
}

// bankTakes empties the outbox, or loses a file on the way.
func (m *model) bankTakes() {
	for _, name := range m.sent() {
		if strings.HasPrefix(name, ".") {
			continue // not for the bank to see
		}
		path := filepath.Join(m.outbox(), name)
		content, err := os.ReadFile(path)
		must(m.t, err)
		must(m.t, os.Remove(path))
		if m.random.IntN(4) == 0 && !m.known(name) {
			continue // lost, and only a person can tell
		}
		m.took(name, content)
	}
}

// known reports whether the log knows that the file was delivered: then it
// cannot be lost on the way any more.
func (m *model) known(name string) bool {
	return slices.ContainsFunc(m.cutFiles(), func(f domain.File) bool {
		return f.State == domain.FileIsDelivered && f.Rendered.Name == name
	})
}

func (m *model) took(name string, content []byte) {
	m.taken[name] = true
	_, err := nacha.Scan(bytes.NewReader(content), nacha.Handler{Entry: func(e *nacha.ScannedEntry) error {
		if e.Entry.IndividualID != domain.OffsetID { // nobody sent it
			m.got[e.Entry.IndividualID]++
		}
		return nil
	}})
	must(m.t, err)
}

// drain lets everything leave that may: no suspension, delivery on, weeks go
// by, and a person settles what nobody knows.
func (m *model) drain() {
	m.fault, m.switched = nil, nil
	m.newWatchedWorkers()
	m.changeClient(gym, func(c *domain.ChangeClient) { c.Suspended = false })
	for range 20 {
		m.clock.Set(m.clock.Now().Add(24 * time.Hour))
		m.sweep()
	}
	for _, f := range m.cutFiles() {
		switch {
		case f.State != domain.DeliveryUnknown:
		case m.taken[f.Rendered.Name]:
			must(m.t, m.delivery.Confirm(m.t.Context(), f.ID))
		default:
			must(m.t, m.delivery.Resend(m.t.Context(), f.ID))
		}
	}
	m.bankTakes()
}

// judge compares what the bank got with what it should have.
func (m *model) judge() {
	m.verify()
	m.t.Log(m.summary())
	c, err := m.Ledger.Client(m.t.Context(), gym)
	must(m.t, err)
	for _, f := range m.cutFiles() {
		even := f.Cut == nil || f.Answered.TakenBack || f.Cut.Totals.DebitCents == f.Cut.Totals.CreditCents
		if len(c.Settings.Balance) > 0 && f.Opened.Upload == nil && !even {
			m.t.Errorf("file %s was cut with %+v and is not balanced", f.ID, f.Cut.Totals)
		}
	}
	for id, told := range m.told {
		want := 0
		if told == domain.Pending {
			want = 1
		}
		if got := m.got[m.names[id]]; got != want {
			m.t.Errorf("the bank got %s (%s, told to be %s) %d times, want %d", id, m.names[id], told, got, want)
		}
		delete(m.got, m.names[id])
	}
	for name, n := range m.got {
		m.t.Errorf("the bank got %s %d times, and nobody sent it", name, n)
	}
}

// summary says what a history was like, to see that it was worth its while.
func (m *model) summary() string {
	states := map[domain.State]int{}
	for _, s := range m.told {
		states[s]++
	}
	var uploads, redated, unknown, released int
	for _, f := range m.cutFiles() {
		if f.Opened.Upload != nil {
			uploads++
		}
		if f.State == domain.FileIsReleased {
			released++
		}
		if f.Redated != nil {
			redated++
		}
		if slices.ContainsFunc(f.History, func(s domain.FileStep) bool { return s.State == domain.DeliveryUnknown }) {
			unknown++
		}
	}
	return fmt.Sprintf("%v in %d files, %d of them sent in, %d dated again, %d unknown for a while, %d released",
		states, len(m.cutFiles()), uploads, redated, unknown, released)
}
