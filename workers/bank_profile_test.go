package workers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
)

// asks sets what our bank asks of its files.
func (b *bank) asks(p domain.BankProfile) {
	b.t.Helper()
	now, err := b.Bank(b.t.Context(), ourBank)
	must(b.t, err)
	events, err := domain.ConfigureBank{Routing: ourBank, Delivery: now.Leaves(), BankProfile: p}.Decide(now)
	must(b.t, err)
	b.write(domain.BankStream(ourBank), domain.LedgerClient, now.Version, events...)
}

func TestFilesAreCalledAndHeadedAsTheirBankAsks(t *testing.T) {
	b := openBank(t)
	b.asks(domain.BankProfile{
		FileName: "ACH_{routing}_{mmddyyyy}_{sequence}.txt",
		Header:   &domain.HeaderLiterals{ImmediateOrigin: "1840000017", ImmediateOriginName: "HARBOR GYM INC", Reference: "LINE7"},
	})
	b.posts(gym, 2)
	b.sweepAt("2026-11-20 14:30")
	b.posts(gym, 1)
	b.sweepAt("2026-11-20 16:30")
	if got, want := b.sent(), []string{"ACH_231380104_11202026_001.txt", "ACH_231380104_11202026_002.txt"}; !slices.Equal(got, want) {
		t.Fatalf("the outbox holds %v, want %v", got, want)
	}
	f := b.cutFiles()[0]
	first, _, _ := strings.Cut(b.bytes(f), "\n")
	if !strings.Contains(first, "1840000017") || !strings.Contains(first, "HARBOR GYM INC") || !strings.HasSuffix(first, "LINE7   ") {
		t.Errorf("it begins %q", first)
	}
	// Its operator knows it by its header, whatever it is called.
	_, err := b.files.Acknowledge(t.Context(), b.views, answer(f, ack.Accepted))
	must(t, err)
	if s := b.read(f.ID).State; s != domain.FileIsAcked {
		t.Errorf("the file is %s", s)
	}
	b.verify()
}

// What a process that died left under a temporary name is known for the file's
// by a name of any form.
func TestTemporaryNamesOfATemplateAreCleared(t *testing.T) {
	b := openBank(t)
	b.asks(domain.BankProfile{FileName: "{origin}.{date}.{sequence}"})
	b.posts(gym, 1)
	b.fault = stopAt("before delivering")
	b.clock.Set(at("2026-11-20 14:30"))
	_ = b.batcher.Sweep(t.Context())
	b.restart()
	b.sweep()
	if got, want := b.sent(), []string{"231380104.20261120.001"}; !slices.Equal(got, want) {
		t.Errorf("the outbox holds %v, want %v", got, want)
	}
}

func TestACutThatIsLargerThanTheBankTakesMakesSeveralFiles(t *testing.T) {
	b := openBank(t)
	b.asks(domain.BankProfile{MaxEntriesPerFile: 3})
	b.posts(gym, 8)
	b.sweepAt("2026-11-20 14:30")
	var sizes []int
	for _, f := range b.cutFiles() {
		sizes = append(sizes, f.Cut.Totals.Entries)
	}
	if !slices.Equal(sizes, []int{3, 3, 2}) {
		t.Errorf("files of %v entries", sizes)
	}
	b.asks(domain.BankProfile{MaxBatchesPerFile: 1})
	b.posts(gym, 2)
	b.posts(gym, 2, func(p *domain.Proposal) { p.Description = "OTHER" })
	b.sweepAt("2026-11-20 16:30")
	for _, f := range b.cutFiles()[3:] {
		if f.Cut.Totals.Batches != 1 || f.Cut.Totals.Entries != 2 {
			t.Errorf("a file of %d batches and %d entries", f.Cut.Totals.Batches, f.Cut.Totals.Entries)
		}
	}
	b.verify()
}

func TestAClientsOwnFileThatIsLargerThanTheBankTakesIsRefused(t *testing.T) {
	b := openBank(t)
	b.asks(domain.BankProfile{MaxEntriesPerFile: 3})
	_, err := b.upload(rendered(t, payroll(3)))
	if domain.CodeOf(err) != domain.RuleBroken || !strings.Contains(err.Error(), "takes 3 in one") {
		t.Errorf("got %v", err)
	}
	_, err = b.upload(rendered(t, payroll(2)))
	must(t, err)
}

// Numbers that files of before a backup took count in the day's sequence.
func TestTheDaysSequenceSkipsModifiersThatTheLogDoesNotKnow(t *testing.T) {
	var m domain.Modifiers
	for n, e := range []domain.ModifierTaken{
		{Date: "261120", Time: "1430", Modifier: "A"}, {Date: "261120", Time: "1430", Modifier: "D"},
		{Date: "261120", Time: "1431", Modifier: "A"}, {Date: "261121", Time: "0900", Modifier: "A"},
	} {
		m.Evolve(domain.Fact{Event: &e})
		if want := []int{1, 4, 37, 1}[n]; m.Sequence != want {
			t.Errorf("file %s %s%s is number %d of its day, want %d", e.Date, e.Time, e.Modifier, m.Sequence, want)
		}
	}
}

// A client's own file, however it was handed in, is called and headed as the
// bank wants it, as any other.
func TestAClientsOwnFileIsCalledAndHeadedAsItsBankAsks(t *testing.T) {
	for name, hand := range map[string]func(b *bank) (OrderedFile, error){
		"a NACHA file": func(b *bank) (OrderedFile, error) { return b.upload(rendered(b.t, payroll(3))) },
		"an ach-file":  func(b *bank) (OrderedFile, error) { return b.ordered("k1", "words", "261123", "77001") },
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			b.asks(domain.BankProfile{
				FileName: "ACH_{origin}_{sequence:4}_{yymmdd}",
				Header:   &domain.HeaderLiterals{ImmediateOrigin: "1840000017", ImmediateDestinationName: "OPERATOR", Reference: "LINE7"},
			})
			_, err := hand(b)
			must(t, err)
			b.sweep()
			f := b.onlyFile()
			first, _, _ := strings.Cut(b.bytes(f), "\n")
			if f.Name() != "ACH_1840000017_0001_261120" || !strings.Contains(first, "1840000017") || !strings.Contains(first, "OPERATOR") || !strings.HasSuffix(first, "LINE7   ") {
				t.Errorf("%s begins %q", f.Name(), first)
			}
			b.verify()
		})
	}
}

// Returns keep to the files of their direction and to the ceilings, too.
func TestAnswersKeepToTheFilesThatTheirBankWants(t *testing.T) {
	b := openBank(t)
	b.asks(domain.BankProfile{Segment: domain.ByDirection, MaxEntriesPerFile: 2})
	for range 3 {
		b.answer(gym, b.receive(gym), returned, r01)
	}
	b.posts(gym, 1, push)
	b.sweepAt("2026-11-20 14:30")
	var sizes []string
	for _, f := range b.cutFiles() {
		sizes = append(sizes, fmt.Sprintf("%d debit %t", f.Cut.Totals.Entries, f.Cut.Totals.DebitCents > 0))
	}
	slices.Sort(sizes)
	if want := []string{"1 debit false", "1 debit true", "2 debit true"}; !slices.Equal(sizes, want) {
		t.Errorf("files of %v, want %v", sizes, want)
	}
	b.verify()
}
