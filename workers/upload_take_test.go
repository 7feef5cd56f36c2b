package workers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// payroll is a file as a client's own software makes it: its own traces,
// numbers and creation time, a debit among the credits.
func payroll(n int, change ...func(*nacha.File)) nacha.File {
	f := nacha.File{
		Header: nacha.FileHeader{
			ImmediateDestination: ourBank, ImmediateDestinationName: "LANTERN SAVINGS BANK",
			ImmediateOrigin: "1840000017", ImmediateOriginName: "HARBOR GYM", CreatedOn: "261120", CreatedAt: "0900", Modifier: "Q",
		},
		Batches: []nacha.Batch{
			{Header: nacha.BatchHeader{ServiceClass: 200, CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: "PPD", Description: "PAYROLL",
				DescriptiveDate: "NOV 26", DiscretionaryData: "WEEK 47", EffectiveOn: "261123", OriginatorStatus: "1", ODFI: ourBank[:8], Number: 41}},
			{Header: nacha.BatchHeader{ServiceClass: 220, CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: "CCD", Description: "VENDORS",
				EffectiveOn: "261124", OriginatorStatus: "1", ODFI: ourBank[:8], Number: 42}},
		},
	}
	for i := range n {
		code := 22
		if i == 1 {
			code = 27
		}
		f.Batches[0].Entries = append(f.Batches[0].Entries, nacha.Entry{
			Code: code, Routing: theirBank, Account: fmt.Sprintf("7700%04d", i), AmountCents: int64(100_000 + i), IndividualID: fmt.Sprint("EMP-", i),
			Name: fmt.Sprint("WORKER ", i), Trace: fmt.Sprintf("%s%07d", ourBank[:8], 500+i),
		})
	}
	f.Batches[1].Entries = []nacha.Entry{{
		Code: 32, Routing: theirBank, Account: "88 001-A", AmountCents: 250_000, Name: "TOWEL COMPANY", Addenda05: []string{"INVOICE 9"},
		Trace: ourBank[:8] + "0000900",
	}}
	for _, c := range change {
		c(&f)
	}
	return f
}

func rendered(t testing.TB, f nacha.File) []byte {
	t.Helper()
	content, err := nacha.Render(f, "\n")
	must(t, err)
	return content
}

func (b *bank) upload(content []byte) (OrderedFile, error) {
	return b.uploads.Upload(context.Background(), gym, content, Request{})
}

func TestAClientsOwnFileLeavesAsItWasSent(t *testing.T) {
	b := openBank(t)
	got, err := b.upload(rendered(t, payroll(3)))
	must(t, err)
	if got.Entries != 4 || got.DebitCents != 100_001 || got.CreditCents != 100_000+100_002+250_000 || len(got.Transactions) != 4 || got.Replayed {
		t.Errorf("the answer is %+v", got)
	}
	b.sweep()
	f := b.onlyFile()
	if f.ID != got.FileID || f.Opened.Why != domain.WhyUpload || f.State != domain.FileIsDelivered {
		t.Errorf("file %s, opened because of %q, is %s", f.ID, f.Opened.Why, f.State)
	}
	want := payroll(3)
	want.Header = f.Header()
	next := 0
	for i := range want.Batches {
		want.Batches[i].Header.Number = i + 1
		for j := range want.Batches[i].Entries {
			next++
			want.Batches[i].Entries[j].Trace = fmt.Sprintf("%s%07d", ourBank[:8], next)
		}
	}
	if got, want := b.bytes(f), string(rendered(t, want)); got != want {
		t.Errorf("sent\n%s\nwant\n%s", got, want)
	}
	for i, id := range got.Transactions {
		tx, err := b.Transaction(t.Context(), gym, id)
		must(t, err)
		if theirs := tx.Originated.Raw.Trace; theirs != payrollTrace(i) {
			t.Errorf("entry %d: their trace %s was not kept: %s", i, payrollTrace(i), theirs)
		}
		if strings.Contains(fmt.Sprintf("%+v", *tx.Originated.Raw), "7700") {
			t.Errorf("entry %d keeps its account number in the clear", i)
		}
	}
	b.verify()
}

func payrollTrace(i int) string {
	return []string{ourBank[:8] + "0000500", ourBank[:8] + "0000501", ourBank[:8] + "0000502", ourBank[:8] + "0000900"}[i]
}

func TestTheSameFileAgainIsTheSameAnswer(t *testing.T) {
	b := openBank(t)
	content := rendered(t, payroll(3))
	first, err := b.upload(content)
	must(t, err)
	b.clock.Set(at("2026-12-20 09:00")) // long after its dates
	for name, again := range map[string][]byte{
		"byte for byte":       content,
		"with CRLF":           bytes.ReplaceAll(content, []byte("\n"), []byte("\r\n")),
		"without its padding": bytes.TrimRight(content, "9\n"),
	} {
		if name == "without its padding" {
			again = append(again[:bytes.LastIndexByte(again, '\n')+1], content[bytes.LastIndex(content, []byte("\n9000")):][1:96]...)
		}
		got, err := b.upload(again)
		if err != nil || !got.Replayed || got.FileID != first.FileID || !slices.Equal(got.Transactions, first.Transactions) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if n := len(b.cutFiles()); n != 1 {
		t.Errorf("%d files, want one", n)
	}
	other, err := b.upload(rendered(t, payroll(3, func(f *nacha.File) {
		f.Header.Modifier = "R"
		f.Batches[0].Header.EffectiveOn, f.Batches[1].Header.EffectiveOn = "261222", "261222"
	})))
	if err != nil || other.FileID == first.FileID {
		t.Errorf("another file got %+v, %v", other, err)
	}
}

func TestAFileSentTwiceAtOnceIsMadeOnce(t *testing.T) {
	b := openSmallBank(t)
	content := rendered(t, payroll(20))
	answers := make([]OrderedFile, 4)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			var err error
			if answers[i], err = b.upload(content); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	replayed := 0
	for _, a := range answers {
		if a.Replayed {
			replayed++
		}
	}
	if replayed != len(answers)-1 {
		t.Errorf("%d of %d answers are replays", replayed, len(answers))
	}
	b.sweep()
	b.settled(gym, answers[0].Transactions)
}

// Every refusal names the line and the field, and nothing is written.
func TestWhatACannotSendIn(t *testing.T) {
	batch := func(f func(*nacha.BatchHeader)) func(*nacha.File) {
		return func(file *nacha.File) { f(&file.Batches[0].Header) }
	}
	for name, tt := range map[string]struct {
		change  func(*nacha.File)
		edit    func([]byte) []byte
		pointer string
		code    string
	}{
		"a class the client may not use": {nil, func(b []byte) []byte {
			return bytes.Replace(b, []byte("PPDPAYROLL"), []byte("POPPAYROLL"), 1)
		}, "/lines/2/standard_entry_class", "sec-code"},
		"another company's identification": {batch(func(h *nacha.BatchHeader) { h.CompanyID = "1999999999" }), nil,
			"/lines/2/company_identification", "company-identification"},
		"another bank":          {otherBank(0, 1), nil, "/lines/2/ODFI_identification", "odfi"},
		"two banks in one file": {otherBank(1), nil, "/lines/7/ODFI_identification", "odfi"},
		"a date that has passed": {batch(func(h *nacha.BatchHeader) { h.EffectiveOn = "261119" }), nil,
			"/lines/2/effective_entry_date", nacha.EffectiveDate},
		"a debit two banking days ahead": {batch(func(h *nacha.BatchHeader) { h.EffectiveOn = "261124" }), nil,
			"/lines/2/effective_entry_date", nacha.EffectiveDate},
		"a credit three banking days ahead": {func(f *nacha.File) { f.Batches[1].Header.EffectiveOn = "261125" }, nil,
			"/lines/7/effective_entry_date", nacha.EffectiveDate},
		"a settlement day, which is the operator's": {batch(func(h *nacha.BatchHeader) { h.SettlementDay = "327" }), nil,
			"/lines/2/settlement_day", "settlement-day"},
		"a return": {func(f *nacha.File) {
			e := &f.Batches[1].Entries[0]
			e.Code, e.Addenda05 = 31, nil
			e.Return = &nacha.Return{Code: "R01", OriginalTrace: "091400600000001", OriginalRouting: "09140060"}
		}, nil, "/lines/8/transaction_code", "kind"},
		"a sum that does not add up": {nil, func(b []byte) []byte {
			return bytes.Replace(b, []byte("0000100000"), []byte("0000100001"), 1)
		}, "/lines/6/total_credits", nacha.TotalCredits},
		"a wrong check digit": {nil, func(b []byte) []byte {
			return bytes.Replace(b, []byte("622121042882"), []byte("622121042881"), 1)
		}, "/lines/3/routing_number", nacha.RoutingDigit},
		"a name that a PPD entry lacks": {func(f *nacha.File) { f.Batches[0].Entries[0].Name = "X" }, func(b []byte) []byte {
			return bytes.Replace(b, []byte("X                     "), []byte("                      "), 1)
		}, "/lines/3/individual_name", "form"},
		"an account number that is the individual's identification too": {func(f *nacha.File) { f.Batches[0].Entries[1].IndividualID = "7700-0001" }, nil,
			"/lines/4/individual_identification", "account-number"},
		"one in a name": {func(f *nacha.File) { f.Batches[0].Entries[1].Name = "ACCT 77000001" }, nil, "/lines/4/individual_name", "account-number"},
		"one in the addenda": {func(f *nacha.File) {
			e := &f.Batches[1].Entries[0]
			e.Account, e.Addenda05 = "0880015-A", []string{"FOR 880015A OF MAY"}
		}, nil,
			"/lines/8/payment_related_information", "account-number"},
		"one that stands in the batch header": {batch(func(h *nacha.BatchHeader) { h.DiscretionaryData = "7700 0002" }), nil,
			"/lines/5/company_discretionary_data", "account-number"},
		"an account number of zeros": {func(f *nacha.File) { f.Batches[0].Entries[0].Account = "00 000" }, nil, "/lines/3/account_number", "blank"},
		"a file that stops short":    {nil, func(b []byte) []byte { return b[:5*95] }, "/file", nacha.NoFileControl},
		"nothing at all":             {nil, func([]byte) []byte { return nil }, "/file", nacha.NoEntries},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBank(t)
			f := payroll(3)
			if tt.change != nil {
				tt.change(&f)
			}
			content := rendered(t, f)
			if tt.edit != nil {
				content = tt.edit(content)
			}
			_, err := b.upload(content)
			var refusal *domain.Refusal
			if !errors.As(err, &refusal) || refusal.Code != domain.RuleBroken {
				t.Fatalf("it says %v", err)
			}
			if !slices.ContainsFunc(refusal.Fields, func(f domain.FieldError) bool { return f.Pointer == tt.pointer && f.Code == tt.code }) {
				t.Errorf("it names %+v, want %s with %s", refusal.Fields, tt.pointer, tt.code)
			}
			if len(b.cutFiles()) != 0 {
				t.Error("a file was opened")
			}
		})
	}
}

// What is wrong with a batch header is said at its line, once, with the value
// that is refused.
func TestARefusedBatchHeaderIsNamedOnce(t *testing.T) {
	b := openBank(t)
	content := rendered(t, payroll(3, func(f *nacha.File) { f.Batches[0].Header.CompanyID = "1999999999" }))
	_, err := b.upload(bytes.Replace(content, []byte("261123"), []byte("      "), 1))
	var refusal *domain.Refusal
	if !errors.As(err, &refusal) {
		t.Fatalf("it says %v", err)
	}
	for _, f := range refusal.Fields {
		if !strings.HasPrefix(f.Pointer, "/lines/2/") {
			t.Errorf("%+v is not at the line of the header", f)
		}
		if f.Code == "company-identification" && f.Message != "1999999999 is not one of this client's" {
			t.Errorf("it says %q", f.Message)
		}
	}
	if !slices.ContainsFunc(refusal.Fields, func(f domain.FieldError) bool { return f.Pointer == "/lines/2/effective_entry_date" }) {
		t.Errorf("it does not name the date: %+v", refusal.Fields)
	}
}

func otherBank(batches ...int) func(*nacha.File) {
	return func(f *nacha.File) {
		for _, i := range batches {
			f.Batches[i].Header.ODFI = otherODFI[:8]
			for j := range f.Batches[i].Entries {
				e := &f.Batches[i].Entries[j]
				e.Trace = otherODFI[:8] + e.Trace[8:]
			}
		}
	}
}

func TestAFileForTwoBanksOfTheClientIsRefused(t *testing.T) {
	b := openBank(t, func(s *domain.Settings) { s.ODFIs = []string{ourBank, otherODFI} })
	if _, err := b.upload(rendered(t, payroll(3, otherBank(1)))); err == nil || !strings.Contains(err.Error(), "a file goes to one ODFI") {
		t.Errorf("it says %v", err)
	}
	_, err := b.upload(rendered(t, payroll(3, otherBank(0, 1))))
	must(t, err)
	if f := b.onlyFile(); f.Opened.ODFI != otherODFI {
		t.Errorf("the file is for %s", f.Opened.ODFI)
	}
}

func TestAnUploadInTheMiddleOfACutSharesTheNumbers(t *testing.T) {
	b := openSmallBank(t)
	ids := b.posts(gym, 8)
	b.clock.Set(at("2026-11-20 14:30"))
	cut := b.batcher
	b.newWorkers() // another process
	var got OrderedFile
	b.fault = onceAt("before fill", 2, func() {
		var err error
		got, err = b.upload(rendered(t, payroll(6)))
		must(t, err)
	})
	must(t, cut.Sweep(t.Context()))
	b.sweep()
	b.settled(gym, append(ids, got.Transactions...))
}

func TestARefusalNamesEverythingThatIsWrong(t *testing.T) {
	b := openBank(t)
	_, err := b.upload(rendered(t, payroll(3, func(f *nacha.File) {
		f.Batches[0].Header.CompanyID, f.Batches[1].Header.CompanyID = "1", "2"
		f.Batches[0].Header.EffectiveOn = "261101"
	})))
	var refusal *domain.Refusal
	if !errors.As(err, &refusal) || len(refusal.Fields) != 3 {
		t.Fatalf("it says %v", err)
	}
}

func TestTodaysDateIsSameDay(t *testing.T) {
	dated := func(f *nacha.File) { f.Batches[0].Header.EffectiveOn = "261120" }
	t.Run("for a client that has it", func(t *testing.T) {
		b := openBank(t)
		_, err := b.upload(rendered(t, payroll(3, dated)))
		must(t, err)
		if f := b.onlyFile(); f.Batches[0].EffectiveOn != "261120" || !f.SendBy.Equal(at("2026-11-20 16:45")) {
			t.Errorf("dated %s, to be sent by %s", f.Batches[0].EffectiveOn, f.SendBy)
		}
	})
	t.Run("once the last window has passed it is dated again", func(t *testing.T) {
		b := openBank(t)
		b.clock.Set(at("2026-11-20 17:00"))
		_, err := b.upload(rendered(t, payroll(3, dated)))
		must(t, err)
		if f := b.onlyFile(); f.Batches[0].EffectiveOn != "261123" || f.Batches[1].EffectiveOn != "261124" || f.Note == "" {
			t.Errorf("dated %s and %s, because %q", f.Batches[0].EffectiveOn, f.Batches[1].EffectiveOn, f.Note)
		}
		b.sweep()
		b.verify()
	})
	t.Run("which not every client has", func(t *testing.T) {
		b := openBank(t, func(s *domain.Settings) { s.SameDay = false })
		_, err := b.upload(rendered(t, payroll(3, dated)))
		if err == nil || !strings.Contains(err.Error(), "same-day") {
			t.Errorf("it says %v", err)
		}
	})
}

func TestNoFileIsTakenForASuspendedClientOrWhileDeliveryIsOff(t *testing.T) {
	b := openBank(t)
	content := rendered(t, payroll(3))
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Suspended = true })
	if _, err := b.upload(content); domain.CodeOf(err) != domain.Suspended {
		t.Errorf("suspended: %v", err)
	}
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Suspended = false })
	b.switched = offFor(ourBank)
	b.newWorkers()
	var off *DeliveryOffError
	if _, err := b.upload(content); !errors.As(err, &off) {
		t.Errorf("delivery off: %v", err)
	}
	if len(b.cutFiles()) != 0 {
		t.Error("a file was opened")
	}
}

func TestAFileLeftOpenIsNotFinishedWhileDeliveryIsOff(t *testing.T) {
	b := openBank(t)
	content := rendered(t, payroll(3))
	b.fault = stopAt("after opened")
	if _, err := b.upload(content); !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
	b.fault = nil
	b.switched = offFor(ourBank) // as in a restored folder: it may have left before
	b.newWorkers()
	var off *DeliveryOffError
	if _, err := b.upload(content); !errors.As(err, &off) {
		t.Errorf("the client asks again: %v", err)
	}
	b.sweep()
	if f := b.onlyFile(); f.State != domain.FileOpen {
		t.Errorf("the file is %s", f.State)
	}
}

// The process dies at each step of taking a file in; the next one finishes
// it from the kept input, and a client that asks again gets its answer.
func TestACrashAtAnyStepOfAnUpload(t *testing.T) {
	content := rendered(t, payroll(4, func(f *nacha.File) {
		for i := range 4 {
			e := f.Batches[1].Entries[0]
			e.Trace = fmt.Sprintf("%s%07d", ourBank[:8], 901+i)
			f.Batches[1].Entries = append(f.Batches[1].Entries, e)
		}
	}))
	limits := small
	limits.AppendEvents = 4 // two entries an append
	atEveryStep(t, func(t *testing.T, n int) error {
		b := openBank(t)
		b.limits = limits
		b.newWorkers()
		b.fault = stopAtNth(n)
		_, died := b.upload(content)
		b.restart()
		// Whoever comes first finishes it: the sweep or the client.
		if n%2 == 0 {
			b.sweep()
		}
		got, err := b.upload(content)
		must(t, err)
		b.sweep()
		if f := b.onlyFile(); f.Cut.Totals.Entries != 9 || len(f.Batches) != 2 {
			t.Errorf("totals %+v in %d batches", f.Cut.Totals, len(f.Batches))
		}
		b.settled(gym, got.Transactions)
		return died
	})
}

func TestEntriesOfAnUploadAreNeverPending(t *testing.T) {
	b := openSmallBank(t, batching(func(b *domain.Batching) { b.MaxEntries = 1 }))
	content := rendered(t, payroll(7))
	b.fault = func(step string) error {
		if step != "before fill" && step != "before cut" {
			return nil
		}
		must(t, b.views.CatchUp(t.Context()))
		queues, err := b.views.Queues(t.Context(), at("2027-01-01 00:00"))
		must(t, err)
		if len(queues) != 0 {
			t.Errorf("the queue shows %+v", queues)
		}
		return nil
	}
	_, err := b.upload(content)
	must(t, err)
	b.fault = nil
	b.sweep()
	b.onlyFile()
}

func TestAnUploadWithHugeAddendaIsFiledInAppendsTheLogTakes(t *testing.T) {
	b := openBank(t)
	_, err := b.upload(rendered(t, payroll(2, func(f *nacha.File) {
		b := &f.Batches[1]
		b.Header.SEC = "CTX"
		for i := range 11 {
			b.Entries = append(b.Entries[:i], nacha.Entry{
				Code: 22, Routing: theirBank, Account: fmt.Sprint("88", i), AmountCents: 100, Name: "TOWEL COMPANY", IndividualID: "1",
				Addenda05: slices.Repeat([]string{strings.Repeat("X", 80)}, nacha.MaxAddenda), Trace: fmt.Sprintf("%s%07d", ourBank[:8], 900+i),
			})
		}
	})))
	must(t, err)
	b.sweep()
	if f := b.onlyFile(); f.State != domain.FileIsDelivered || f.Cut.Totals.Addenda != 11*nacha.MaxAddenda {
		t.Errorf("the file is %s with %+v", f.State, f.Cut.Totals)
	}
	b.verify()
}

// Uploads that a full log refuses would fill the rest of its disk.
func TestAnUploadThatTheFullLogRefusedLeavesNothing(t *testing.T) {
	var free atomic.Uint64
	free.Store(1 << 40)
	b := openBank(t)
	b.close()
	b.faults = sqlite.Faults{FreeBytes: func(string) (uint64, error) { return free.Load(), nil }}
	b.open()
	free.Store(0)
	content := rendered(t, payroll(3))
	eventually(t, "the log is full", func() bool {
		err := b.store.PutToken(context.Background(), eventstore.Token{Hash: []byte("probe")})
		return errors.Is(err, eventstore.ErrStorageFull)
	})
	if _, err := b.upload(content); !errors.Is(err, eventstore.ErrStorageFull) {
		t.Fatalf("it says %v", err)
	}
	left, err := os.ReadDir(filepath.Join(b.folder, "files", "in"))
	must(t, err)
	if len(left) > 0 {
		t.Errorf("it left %v", left)
	}
	free.Store(1 << 40)
	eventually(t, "there is room again", func() bool {
		_, err := b.upload(content)
		return err == nil
	})
}
