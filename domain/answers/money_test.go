package answers_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
)

// Exploring: go test ./domain/answers -run Obligation -answers.seed 7 -answers.histories 1000000
var (
	seed      = flag.Uint64("answers.seed", 1, "first seed of the random histories of answers")
	histories = flag.Uint64("answers.histories", 10_000, "how many histories of answers, each of the next seed")
)

// history is a payment whose answers are asked for, cut, refused, recalled and
// answered by the bank at random. It knows nothing of the rules: it counts the
// money that moved, one for what the client asked for.
type history struct {
	story
	dice  *rand.Rand
	now   time.Time
	files []domain.File
	made  int
	late  int            // answers that were rejected for their deadline
	moved map[string]int // by item: the money it moved, in the direction of the entry
	told  []string
	// unwanted are presentments that were to leave again when nothing took them back
	// any more, by item: the version at which that was so.
	unwanted map[string]int64
}

func (h *history) happen(e domain.Event) {
	h.add(h.now.Format(time.RFC3339), e)
	h.told = append(h.told, fmt.Sprintf("%s %T%+v", h.now.Format("01-02 15:04"), e, e))
}

// pointer makes an event of a decision what the log reads back.
func pointer(e domain.Event) domain.Event {
	switch e := e.(type) {
	case domain.TransactionReversalRequested:
		return &e
	case domain.TransactionRetryRequested:
		return &e
	case domain.TransactionDishonorRequested:
		return &e
	case domain.TransactionAskedBack:
		return &e
	case domain.TransactionHeld:
		return &e
	case domain.TransactionApproved:
		return &e
	case domain.TransactionRecalled:
		return &e
	case domain.TransactionRejected:
		return &e
	case domain.TransactionReleasedFromFile:
		return &e
	default:
		return e
	}
}

func (h *history) decided(events []domain.Event, err error) {
	if err == nil {
		for _, e := range events {
			h.happen(pointer(e))
		}
	}
}

// balance is the money the receiver was debited, or credited, in all.
func (h *history) balance() (n int) {
	for _, m := range h.moved {
		n += m
	}
	return n
}

// aside is the money that reversals of the payment moved in all.
func (h *history) aside() (n int) {
	for _, i := range h.t.Items {
		if h.t.Aside(i) {
			n += h.moved[i.ID]
		}
	}
	return n
}

// note notes which presentments of a payment wait although they were to be taken
// back, where the reversal has come back.
func (h *history) note() {
	reversed := slices.ContainsFunc(h.t.Items, func(i *domain.Item) bool { return i.Kind == domain.Reversal && i.State == domain.Filed })
	if !reversed || h.aside() != 0 {
		return
	}
	for _, i := range h.t.Items {
		if i.Presents() && i.Waits() {
			h.unwanted[i.ID] = h.t.Version
		}
	}
}

func (h *history) name() string {
	h.made++
	return fmt.Sprintf("i%d", h.made)
}

func (h *history) any() *domain.Item { return h.t.Items[h.dice.IntN(len(h.t.Items))] }

// ask asks for an answer to an item, whatever it is.
func (h *history) ask() {
	c, to := h.at(h.now.Format(time.RFC3339), h.files...), h.any().ID
	commands := []command{
		answers.Reverse{ItemID: h.name(), ReplyTo: to, Reason: "duplicate"},
		answers.Retry{ItemID: h.name(), ReplyTo: to},
		answers.Dishonor{ItemID: h.name(), ReplyTo: to, Code: "R68"},
		answers.AskBack{ItemID: h.name(), ReplyTo: to, Reason: "paid twice"},
	}
	d, err := commands[h.dice.IntN(len(commands))].Decide(c)
	h.decided(d.Events, err)
}

// cut files an item that waits, and says what is wrong with that.
func (h *history) cut() string {
	i := h.any()
	if i.State != domain.Pending {
		return ""
	}
	if events, err := (answers.Stale{ItemID: i.ID, Now: h.now}).Decide(h.t); err != nil || len(events) > 0 {
		h.decided(events, err)
		if !strings.Contains(i.Reason, "deadline") {
			return fmt.Sprintf("%s waited although %s", i.ID, i.Reason)
		}
		h.late++
		return ""
	}
	if by, err := time.Parse(time.RFC3339, deadlineOf(i)); err == nil && !h.now.Before(by) {
		return fmt.Sprintf("%s left at %s, and had to before %s", i.ID, h.now, by)
	}
	f := delivered()
	f.ID = fmt.Sprintf("f%d", len(h.files)+1)
	h.files = append(h.files, f)
	h.happen(&domain.TransactionFiled{ItemID: i.ID, File: f.ID, Batch: 1, Trace: "231380100000001"})
	h.moved[i.ID] = h.worth(i)
	if since, ok := h.unwanted[i.ID]; ok && i.ApprovedAt < since {
		return fmt.Sprintf("%s left once more, and nobody wants it", i.ID)
	}
	switch n := h.balance(); {
	case h.moved[i.ID] > 0 && n > 1:
		return fmt.Sprintf("%s moved the money %d times", i.ID, n)
	case h.moved[i.ID] < 0 && n < 0:
		return fmt.Sprintf("%s took back what had not moved: %d", i.ID, n)
	}
	return ""
}

func deadlineOf(i *domain.Item) string {
	if i.Outgoing == nil {
		return ""
	}
	return i.Outgoing.LeaveBy
}

// worth is what an item moves when it leaves or comes.
func (h *history) worth(i *domain.Item) int {
	switch i.Kind {
	case domain.Origination, domain.Retry:
		return 1
	case domain.Reversal:
		return -1
	default: // a link of a chain undoes what it answers
		to, _ := h.t.Item(i.ReplyTo)
		return -h.worth(to)
	}
}

// arrive lets the bank answer an item that left: a return of an entry, or a
// contest of a dishonor. It says what is wrong with a return that we asked for.
func (h *history) arrive() string {
	i := h.any()
	if i.State != domain.Filed {
		return ""
	}
	undone := 0
	for _, r := range h.t.Items {
		if r.ReplyTo == i.ID && r.Direction == domain.FromFed {
			undone++
		}
		if d, ok := h.t.Item(r.ReplyTo); ok && r.Kind == domain.Dishonor && r.State == domain.Filed && d.ReplyTo == i.ID {
			undone-- // sent back: it may come once more
		}
		if d, ok := h.t.Item(r.ReplyTo); ok && r.Kind == domain.Contest {
			if ret, ok := h.t.Item(d.ReplyTo); ok && ret.ReplyTo == i.ID {
				undone++ // and the bank insisted
			}
		}
	}
	id, request := h.name(), h.t.RequestFor(i.ID)
	asked := request != nil && request.State == domain.Asked
	switch {
	case undone > 0 || i.Kind == domain.Dishonor && h.t.Processed(i):
		return "" // it contradicts what came before: a person decides
	case i.Kind == domain.Dishonor:
		h.happen(&domain.TransactionContested{Incoming: domain.Incoming{ItemID: id, ReplyTo: i.ID, SettledOn: "2026-11-24", Entry: nacha.Entry{AmountCents: 1025}}})
	default:
		h.happen(returned(id, i.ID, "R01", "2026-11-24"))
	}
	came, _ := h.t.Item(id)
	h.moved[id] = h.worth(came)
	h.decided(answers.Pointless(h.t), nil)
	if h.t.Aside(came) {
		h.note()
	}
	h.decided(domain.ReversalLost{ItemID: id}.Decide(h.t), nil)
	if n := h.balance(); asked && n < 0 {
		return fmt.Sprintf("%s was asked back, and took back what had been taken back: %d", i.ID, n)
	}
	return ""
}

// refuse lets the operator refuse the file of an item.
func (h *history) refuse() {
	i := h.any()
	if i.State != domain.Filed {
		return
	}
	events := domain.Release{ItemID: i.ID, File: i.Filing.File, Reason: "refused"}.Decide(h.t)
	if len(events) == 0 {
		return
	}
	delete(h.moved, i.ID)
	h.decided(events[:1], nil)
	if i.Presents() || i.Kind == domain.Dishonor && h.t.Aside(i) {
		h.note()
	}
	h.decided(events[1:], nil)
	h.decided(answers.Pointless(h.t), nil)
}

// judge lets a person decide about an item that waits, and says what is wrong with
// that.
func (h *history) judge() string {
	i := h.any()
	waited := i.Waits()
	commands := []func(domain.Transaction) ([]domain.Event, error){
		domain.Hold{ItemID: i.ID, Reason: "x"}.Decide, answers.Approve{ItemID: i.ID, Now: h.now}.Decide,
		answers.Approve{ItemID: i.ID, Now: h.now}.Decide, domain.Recall{ItemID: i.ID}.Decide, domain.Reject{ItemID: i.ID, Reason: "x"}.Decide,
	}
	h.decided(commands[h.dice.IntN(len(commands))](h.t))
	if waited && i.Presents() && i.State == domain.Recalled && h.aside() < 0 {
		return fmt.Sprintf("%s was recalled, and its reversal takes back what never came", i.ID)
	}
	return ""
}

func (h *history) step() string {
	h.now = h.now.Add(time.Duration(h.dice.IntN(180)) * time.Minute)
	if h.dice.IntN(25) == 0 { // a holiday, a suspension, delivery that is off
		h.now = h.now.AddDate(0, 0, h.dice.IntN(12))
	}
	switch h.dice.IntN(8) {
	case 0, 1:
		h.ask()
	case 2, 3:
		return h.cut()
	case 4, 5:
		return h.arrive()
	case 6:
		h.refuse()
	default:
		return h.judge()
	}
	return ""
}

func TestNoObligationMovesTheMoneyTwiceWhateverIsAskedAndArrives(t *testing.T) {
	t.Logf("seeds %d to %d", *seed, *seed+*histories-1)
	seen, late := map[domain.ItemKind]int{}, 0
	for s := *seed; s < *seed+*histories; s++ {
		h := history{story: *sent(), dice: rand.New(rand.NewPCG(s, 0)), now: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC),
			files: []domain.File{delivered()}, moved: map[string]int{"out": 1}, unwanted: map[string]int64{}}
		for range 40 {
			if wrong := h.step(); wrong != "" {
				t.Fatalf("seed %d: %s\n%s", s, wrong, strings.Join(h.told, "\n"))
			}
		}
		late += h.late
		for _, i := range h.t.Items {
			if i.State == domain.Filed || i.State == domain.WasAnswered {
				seen[i.Kind]++
			}
		}
	}
	if late < int(*histories/100) {
		t.Errorf("only %d answers in %d histories came to their deadline: they try too little", late, *histories)
	}
	for _, kind := range []domain.ItemKind{domain.Reversal, domain.Retry, domain.Dishonor, domain.ReturnRequest} {
		if seen[kind] < int(*histories/100) {
			t.Errorf("only %d of %d histories sent a %s: they try too little", seen[kind], *histories, kind)
		}
	}
}
