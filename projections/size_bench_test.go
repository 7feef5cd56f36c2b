package projections

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// BenchmarkFind asks a views.db of ACHLEDGER_SIZE payments, a million by
// default, for payments by what a caller reads off a bank statement. The file
// is filled as the projector would fill it, without a log: ten million take
// minutes and gigabytes, in ACHLEDGER_SIZE_FOLDER if that is set, where the
// next run finds it again.
//
//	ACHLEDGER_SIZE=10000000 go test -run XXX -bench Find -benchtime 20x ./projections
func BenchmarkFind(b *testing.B) {
	blockSize = 1 << 15
	s := newSized(b)
	v := s.views()
	trace := fmt.Sprintf("%s%07d", ours[:8], s.payments/2+1)
	middle, _, err := v.Transactions(b.Context(), TransactionFilter{Trace: trace})
	if err != nil || len(middle) != 1 {
		b.Fatal(middle, err)
	}
	one := middle[0]
	for name, f := range map[string]TransactionFilter{
		"trace, amount and name":         {Trace: trace, FromCents: one.AmountCents, BelowCents: one.AmountCents + 1, Name: one.Name},
		"amount and name":                {FromCents: one.AmountCents, BelowCents: one.AmountCents + 1, Name: one.Name},
		"amount and name of a client":    {Client: one.Client, FromCents: one.AmountCents, BelowCents: one.AmountCents + 1, Name: one.Name},
		"common amount and name":         {FromCents: 4900, BelowCents: 4901, Name: "ferris"},
		"common amount, no such name":    {FromCents: 4900, BelowCents: 4901, Name: "zzz"},
		"name":                           {Name: "ferris"},
		"a name of a small client":       {Client: "small", Name: "ferris"},
		"beginning of a name":            {Name: "fe"},
		"last four and name":             {Tail: one.AccountTail, Name: one.Name},
		"last four":                      {Tail: one.AccountTail},
		"common amount":                  {FromCents: 4900, BelowCents: 4901},
		"amounts that nothing has":       {FromCents: 99_000_000_00},
		"company of a small client":      {CompanyID: "small"},
		"id":                             {ID: one.ID},
		"file":                           {File: one.FileID},
		"rejected":                       {Status: Rejected},
		"rejected, of a company":         {Status: Rejected, CompanyID: "small"},
		"transmitted, name":              {Status: Transmitted, Name: "ferris"},
		"transmitted":                    {Status: Transmitted},
		"transmitted of a small client":  {Status: Transmitted, Client: "small"},
		"released, among ten thousands":  {Status: Released},
		"everything":                     {},
		"from the bank, where none came": {Direction: domain.FromFed},
	} {
		f.Limit = 100
		b.Run(name, func(b *testing.B) {
			rows, pages := 0, 0
			for b.Loop() {
				list, next, err := v.Transactions(b.Context(), f)
				if err != nil {
					b.Fatal(err)
				}
				if rows = len(list); next != "" {
					pages = 1
				}
			}
			b.ReportMetric(float64(rows), "rows")
			b.ReportMetric(float64(pages), "more")
		})
	}
	s.report()
}

// sized is a views.db that no log was projected into.
type sized struct {
	b        *testing.B
	path     string
	payments int
	d        *database
	p        *projector
}

func newSized(b *testing.B) *sized {
	s := &sized{b: b, payments: 1_000_000}
	if n, err := strconv.Atoi(os.Getenv("ACHLEDGER_SIZE")); err == nil {
		s.payments = n
	}
	folder := os.Getenv("ACHLEDGER_SIZE_FOLDER")
	if folder == "" {
		folder = b.TempDir()
	}
	s.path = filepath.Join(folder, fmt.Sprintf("views-%d.db", s.payments))
	if _, err := os.Stat(s.path); err == nil {
		return s
	}
	s.fill()
	return s
}

func (s *sized) must(err error) {
	s.b.Helper()
	if err != nil {
		s.b.Fatal(err)
	}
}

func (s *sized) views() *Views {
	d, err := openForReading(s.path)
	s.must(err)
	v := &Views{path: s.path, options: Options{ReadOnly: true}, moved: make(chan struct{})}
	v.database.Store(d)
	s.b.Cleanup(func() { v.Close() })
	return v
}

// fileOf is how many payments lie in a file.
const fileOf = 10_000

func (s *sized) fill() {
	began := time.Now()
	var err error
	s.d, err = openDatabase(s.path)
	s.must(err)
	ctx := s.b.Context()
	generation, err := newGeneration(ctx, s.d.writer, false)
	s.must(err)
	s.p, err = newProjector(s.d.writer, silent, generation, eventstore.Head{})
	s.must(err)
	draw := rand.New(rand.NewPCG(1, 2))
	for from := 0; from < s.payments; from += fileOf {
		until := min(from+fileOf, s.payments)
		s.must(s.p.c.Transact(ctx, func() error {
			for n := from; n < until; n++ {
				if err := s.p.indexUntil(int64(2 * n)); err != nil {
					return err
				}
				if err := s.payment(draw, n); err != nil {
					return err
				}
			}
			position := int64(until) * 2
			if err := s.file(from, position); err != nil {
				return err
			}
			defer func() { s.p.position = position }()
			return s.p.indexUntil(position)
		}))
	}
	s.must(s.p.index(ctx))
	_, err = s.p.c.Exec(`INSERT INTO days@(day, first, last) VALUES(20261123, 1, ?1)`, s.p.position)
	s.must(err)
	_, err = s.p.c.Exec(`UPDATE checkpoint SET live = 1, position = ?1, hash = x'00'`, s.p.position)
	s.must(err)
	s.must(s.d.close())
	s.b.Logf("%d payments made in %v", s.payments, time.Since(began))
}

// payment n is at position 2n+1; the event that filed it, behind it. Every
// thousandth is another client's, every 20,000th was rejected.
func (s *sized) payment(draw *rand.Rand, n int) error {
	client, company := "11111111-1111-4111-8111-111111111111", "1840000017"
	if n%1000 == 0 {
		client, company = "small", "small"
	}
	cents := 1 + draw.Int64N(300_000)
	if n%50 == 0 {
		cents = 4900
	}
	var list value
	status, position, at := Released, int64(2*n+1), time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC).UnixMicro()
	file, trace, history := ref(int64(n/fileOf*2*fileOf+2)), fmt.Sprintf("%s%07d", ours[:8], n), fmt.Sprintf("P%d R%d@%d", at, at, position)
	if n%20_000 == 0 {
		status, file, trace, list = Rejected, nil, "", Rejected
	}
	id, item, name, tail := uuidOf(draw, n), uuidOf(draw, n), nameOf(draw), fmt.Sprintf("%04d", draw.IntN(10_000))
	s.p.block.payment(position, client, id, cents, name, tail, company)
	_, err := s.p.c.Exec(putItem, position, client, id, item, "Origination", "ToFed", status, "", "", cents,
		at, int64(20261123), nil, nil, position, "", "", file, int64(1), trace, "", "", nil, history, "PPD", "push",
		name, tail, at, position, position, "", "", file, "", nil, company, nil, "", "", "", "", list)
	return err
}

// file holds the payments from a number on; it lies in the log where the first
// of them was filed. The newest was not delivered.
func (s *sized) file(from int, position int64) error {
	row, delivered := int64(2*from+2), position
	if from+fileOf >= s.payments {
		delivered = 0
	}
	id := fmt.Sprintf("file-%d", from)
	if _, err := s.p.c.Exec(`INSERT INTO files@(position, id, client, odfi, name, header, state, why, method, origin, modifier, opened_at,
		opened_day, cut, cut_day, delivered, send_by, batches, entries, addenda, entry_hash, debit_cents, credit_cents, sha256, note, changed, unreleased, oldest, newest)
		VALUES(?1, ?2, '11111111-1111-4111-8111-111111111111', ?3, ?2, ?2, 'delivered', 'entries', 'outbox', ?3, 'A', 1, 20261123, ?1, 20261123, ?4, 0, 1, 1, 0, 0, 0, 0, x'', '', ?1, 0, ?1 - 1, ?5)`,
		row, id, ours, delivered, position-1); err != nil {
		return err
	}
	_, err := s.p.c.Exec(putBatch, row, int64(1), false, "PPD", "HARBOR GYM", "1840000017", "PAYROLL", "2026-11-24")
	return err
}

// uuidOf is an id of payment n; like those of the ledger they ascend.
func uuidOf(draw *rand.Rand, n int) string {
	return fmt.Sprintf("%08x-%04x-7000-8000-%012x", n>>16, n&0xffff, draw.Uint64N(1<<48))
}

var syllables = []string{"AN", "BEL", "COR", "DAN", "EL", "FER", "GAR", "HAN", "IS", "JO", "KEL", "LOR", "MAR", "NOR", "OS", "PER", "QUIN", "RIS", "SAN", "TOR"}

// nameOf is one of 400 first names and 8,000 last ones.
func nameOf(draw *rand.Rand) string {
	s := func() string { return syllables[draw.IntN(len(syllables))] }
	if draw.IntN(5000) == 0 {
		return "FERRIS BUELLER"
	}
	return s() + s() + " " + s() + s() + s()
}

// report says what the index takes on disk, in bytes a payment.
func (s *sized) report() {
	names := map[byte]string{keyOfAmount: "amounts", keyOfCompany: "companies", keyOfName: "names", keyOfTail: "last-fours", keyOfID: "ids"}
	s.b.Run("disk", func(b *testing.B) {
		for b.Loop() {
		}
		d, err := openForReading(s.path)
		s.must(err)
		defer d.close()
		s.must(d.read(b.Context(), func(of snapshot) error {
			return of.query(`SELECT substr(first, 1, 1), sum(2 * length(first) + length(postings) + 20) FROM finds@ GROUP BY 1`, nil, func(row []value) error {
				b.ReportMetric(float64(row[1].(int64))/float64(s.payments), names[row[0].([]byte)[0]])
				return nil
			})
		}))
		info, err := os.Stat(s.path)
		s.must(err)
		b.ReportMetric(float64(info.Size())/float64(s.payments), "all")
	})
}
