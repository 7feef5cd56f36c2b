package restore

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/workers"
)

// For more drills than usual: go test ./workers/restore -run Drill -drills 500
var (
	drills    = flag.Int("drills", 12, "how many restore drills to run")
	firstSeed = flag.Uint64("drill-seed", 1, "seed of the first one")
)

// A drill is several days of work at a bank with a backup at some moment, a
// loss, and a restored ledger that is told which files had gone out. The bank
// counts the entries of each order: none leaves twice, whatever was corrected,
// held, dated again, uploaded, half filled, rejected or released in between,
// and none that the backup has is lost.
func TestARestoreDrill(t *testing.T) {
	for seed := *firstSeed; seed < *firstSeed+uint64(*drills); seed++ {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { runDrill(t, seed) })
	}
}

func runDrill(t *testing.T, seed uint64) {
	d := newDrill(t, seed)
	d.work(8 + d.IntN(25))
	d.backup()
	d.work(1 + d.IntN(25))
	d.restore()
	d.tell()
	d.after()
	d.count()
}

// Seeds of drills that found faults, with what happens in them.
func TestDrillsThatOncePaidTwice(t *testing.T) {
	for name, seed := range map[string]uint64{
		"an upload that the backup has half filled was taken back, and its entries left in a file of their own":      27,
		"an upload that the backup has half filled left and was refused, and its entries left again, seen by nobody": 181396847651910,
	} {
		t.Run(name, func(t *testing.T) { runDrill(t, seed) })
	}
}

// drill is the state of a drill. Each order has a mark in its entry's
// identification, so that the bank can count it; some orders are equal except
// for that.
type drill struct {
	*rand.Rand
	t       *testing.T
	bank    *bank // the original, after restore the restored one
	backed  *bank // restored from the backup
	orders  []order
	uploads []uploaded
	answers []answered // the operator's
	marks   int        // number of marks given
	refused map[string]bool
	outbox  string // the original's
}

type order struct {
	client, id, mark string
	inBackup         bool
}

type uploaded struct {
	client   string
	content  []byte
	marks    []string
	inBackup bool
}

type answered struct {
	file   *file
	result ack.Result
}

var companies = map[string]string{gym: "1840000017", diner: "1840000025"}

func newDrill(t *testing.T, seed uint64) *drill {
	d := &drill{Rand: rand.New(rand.NewPCG(seed, 0)), t: t, refused: map[string]bool{}}
	d.bank = openBank(t, filepath.Join(t.TempDir(), "original"), tuesday, workers.Limits{AppendEvents: 6, FileEntries: 12})
	d.outbox = d.bank.outbox()
	for _, client := range []string{gym, diner} {
		d.bank.client(client, companies[client])
	}
	if seed%2 == 0 {
		d.bank.balanced(gym)
	}
	return d
}

// work makes random steps.
func (d *drill) work(steps int) {
	for range steps {
		things := []func(){d.pay, d.pay, d.pay, d.pay, d.correct, d.hold, d.approve, d.recall, d.upload, d.stop, d.stop, d.pass, d.pass, d.answer, d.takeBack}
		things[d.IntN(len(things))]()
	}
}

func (d *drill) someone() string { return []string{gym, diner}[d.IntN(2)] }

func (d *drill) mark() string {
	d.marks++
	return fmt.Sprintf("ORDER %d", d.marks)
}

func (d *drill) pay() {
	for range 1 + d.IntN(4) {
		o := order{client: d.someone(), mark: d.mark()}
		o.id = d.bank.pay(o.client, func(p *domain.Proposal) {
			p.AmountCents, p.ToID = int64(100+d.IntN(3)), o.mark
			if d.IntN(3) == 0 {
				p.PushPull = domain.Pull
			}
			if d.IntN(4) == 0 {
				p.EffectiveOn = d.bank.now.AddDate(0, 0, 1+d.IntN(6)).Format(time.DateOnly)
			}
		})
		d.orders = append(d.orders, o)
	}
}

// one returns an order in one of the states.
func (d *drill) one(states ...domain.State) (order, bool) {
	for range 20 {
		if len(d.orders) == 0 {
			break
		}
		o := d.orders[d.IntN(len(d.orders))]
		for _, s := range states {
			if d.bank.state(o.client, o.id) == s {
				return o, true
			}
		}
	}
	return order{}, false
}

func (d *drill) correct() {
	if o, ok := d.one(domain.Pending, domain.Held); ok {
		d.bank.correct(o.client, o.id, fmt.Sprint(1000+d.IntN(1000)))
	}
}

func (d *drill) judge(from domain.State, command func(item string) command) {
	if o, ok := d.one(from); ok {
		d.bank.must(d.bank.judge(o.client, o.id, command(d.bank.item(o.client, o.id))))
	}
}

type command = interface {
	Decide(domain.Transaction) ([]domain.Event, error)
}

func (d *drill) hold() {
	d.judge(domain.Pending, func(i string) command { return domain.Hold{ItemID: i, Reason: "look"} })
}

func (d *drill) approve() {
	d.judge(domain.Held, func(i string) command { return domain.Approve{ItemID: i} })
}

func (d *drill) recall() {
	d.judge(domain.Pending, func(i string) command { return domain.Recall{ItemID: i, Reason: "no"} })
}

// upload uploads a file; the process may stop at any append.
func (d *drill) upload() {
	u := uploaded{client: d.someone()}
	var entries []nacha.Entry
	for range 1 + d.IntN(8) {
		u.marks = append(u.marks, d.mark())
		entries = append(entries, nacha.Entry{AmountCents: int64(100 + d.IntN(3)), Name: "Ada Marsh", IndividualID: u.marks[len(u.marks)-1]})
	}
	u.content = ownFile(d.bank, companies[u.client], entries...)
	_, err := d.bank.upload(u.client, u.content, []int{99, 1, 2, 3}[d.IntN(4)])
	if err != nil && !errors.Is(err, errStopped) {
		d.t.Fatal(err)
	}
	d.uploads = append(d.uploads, u)
}

// stop lets some hours pass, and stops the process after some appends.
func (d *drill) stop() {
	whole := d.bank.Store
	d.bank.Store = &stopping{Store: whole, left: d.IntN(6)}
	d.hours()
	if err := d.bank.batcher.Sweep(d.t.Context()); err != nil && !errors.Is(err, errStopped) {
		d.t.Fatal(err)
	}
	d.bank.Store = whole
}

func (d *drill) hours() { d.bank.now = d.bank.now.Add(time.Duration(1+d.IntN(20)) * time.Hour) }

// pass lets hours pass.
func (d *drill) pass() {
	d.hours()
	d.bank.must(d.bank.batcher.Sweep(d.t.Context()))
}

// answer makes the operator acknowledge or reject a file, once.
func (d *drill) answer() {
	files := d.bank.left(d.outbox)
	if len(files) == 0 {
		return
	}
	f := files[d.IntN(len(files))]
	for _, a := range d.answers {
		if a.file.name() == f.name() {
			return
		}
	}
	result := ack.Rejected
	if d.IntN(2) == 0 {
		result = ack.Accepted
	}
	d.bank.must(d.bank.views.CatchUp(d.t.Context()))
	rows, err := d.bank.views.FilesNamed(d.t.Context(), f.name())
	d.bank.must(err)
	if len(rows) == 0 || rows[0].State != domain.FileIsDelivered {
		return // the file is there, but the process stopped before it recorded that
	}
	d.bank.answer(f, result)
	d.answers = append(d.answers, answered{f, result})
	d.refused[f.name()] = result == ack.Rejected
}

// takeBack releases a file that has not left, as operations do.
func (d *drill) takeBack() {
	d.bank.must(d.bank.views.CatchUp(d.t.Context()))
	files, err := d.bank.views.UnfinishedFiles(d.t.Context())
	d.bank.must(err)
	for _, f := range files {
		if f.State == domain.FileIsCut || f.State == domain.FileIsRendered {
			d.bank.must(d.bank.files.TakeBack(d.t.Context(), f.ID, "wrong"))
			return
		}
	}
}

func (d *drill) backup() {
	d.backed = d.bank.restored()
	for i, o := range d.orders {
		s := d.bank.state(o.client, o.id)
		d.orders[i].inBackup = s != domain.Recalled && s != domain.Rejected
	}
	for i := range d.uploads {
		d.uploads[i].inBackup = true
	}
}

// restore takes no time, so the first file that the restored ledger cuts may be
// cut in the same minute as one that went out.
func (d *drill) restore() {
	d.backed.now, d.bank = d.bank.now, d.backed
}

// tell imports the files that had gone out. The process may stop several times.
func (d *drill) tell() {
	if len(d.bank.left(d.outbox)) == 0 {
		return
	}
	for tries := 0; ; tries++ {
		whole := d.bank.Store
		d.bank.Store = &stopping{Store: whole, left: 1 + d.IntN(12) + 20*tries}
		report, err := d.bank.restore().Take(d.t.Context(), d.outbox)
		d.bank.Store = whole
		if err == nil {
			d.t.Logf("told: %s, corrected %d, held %d", report, len(report.Corrected), len(report.Held))
			return
		}
		if !errors.Is(err, errStopped) {
			d.t.Fatal(err)
		}
	}
}
