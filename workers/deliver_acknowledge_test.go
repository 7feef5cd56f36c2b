package workers

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// sent is a bank whose file with two entries was delivered.
func sentFile(t *testing.T) (*bank, domain.File, []string) {
	t.Helper()
	b := openBank(t)
	ids := b.posts(gym, 2)
	b.clock.Set(at("2026-11-20 14:30"))
	must(t, b.batcher.Sweep(context.Background()))
	return b, b.onlyFile(), ids
}

func answer(f domain.File, result ack.Result, batches ...ack.RejectedBatch) ack.Acknowledgement {
	return ack.Acknowledgement{
		Origin: f.Opened.Settings.ImmediateOrigin, CreatedOn: f.Cut.CreatedOn, CreatedAt: f.Cut.CreatedAt,
		Modifier: f.Cut.Modifier, Result: result, Reason: "because", Batches: batches,
	}
}

func (b *bank) states(ids []string) (states []domain.State) {
	for _, id := range ids {
		t, err := b.Transaction(context.Background(), gym, id)
		must(b.t, err)
		states = append(states, t.Origination().State)
	}
	return states
}

// What the operator says, and whether the entries wait again.
func TestAcknowledgements(t *testing.T) {
	for name, tt := range map[string]struct {
		results []ack.Result
		batches []ack.RejectedBatch
		state   domain.FileState
		entries domain.State
		code    domain.Code // of the last answer
	}{
		"accepted":                     {[]ack.Result{ack.Accepted}, nil, domain.FileIsAcked, domain.Filed, ""},
		"pended, then accepted":        {[]ack.Result{ack.Pended, ack.Accepted}, nil, domain.FileIsAcked, domain.Filed, ""},
		"pended, then rejected":        {[]ack.Result{ack.Pended, ack.Rejected}, nil, domain.FileIsRefused, domain.Pending, ""},
		"rejected":                     {[]ack.Result{ack.Rejected}, nil, domain.FileIsRefused, domain.Pending, ""},
		"rejected and said twice":      {[]ack.Result{ack.Rejected, ack.Rejected}, nil, domain.FileIsRefused, domain.Pending, ""},
		"a duplicate frees nothing":    {[]ack.Result{ack.Duplicate}, nil, domain.FileIsDelivered, domain.Filed, ""},
		"a duplicate, then rejected":   {[]ack.Result{ack.Duplicate, ack.Rejected}, nil, domain.FileIsDelivered, domain.Filed, domain.Conflict},
		"pended, one copy rejected":    {[]ack.Result{ack.Pended, ack.Duplicate, ack.Rejected}, nil, domain.FileIsAcked, domain.Filed, domain.Conflict},
		"pended, one copy accepted":    {[]ack.Result{ack.Pended, ack.Duplicate, ack.Accepted}, nil, domain.FileIsAcked, domain.Filed, ""},
		"a batch of it rejected":       {[]ack.Result{ack.Accepted}, []ack.RejectedBatch{{Number: 1, Reason: "hash"}}, domain.FileIsAcked, domain.Pending, ""},
		"a batch that it has not":      {[]ack.Result{ack.Accepted}, []ack.RejectedBatch{{Number: 7, Reason: "hash"}}, domain.FileIsDelivered, domain.Filed, domain.Conflict},
		"pended, a batch rejected":     {[]ack.Result{ack.Pended}, []ack.RejectedBatch{{Number: 1, Reason: "hash"}}, domain.FileIsDelivered, domain.Filed, domain.Conflict},
		"accepted, then rejected":      {[]ack.Result{ack.Accepted, ack.Rejected}, nil, domain.FileIsAcked, domain.Filed, domain.Conflict},
		"rejected, then accepted late": {[]ack.Result{ack.Rejected, ack.Accepted}, nil, domain.FileIsRefused, domain.Pending, domain.Conflict},
	} {
		t.Run(name, func(t *testing.T) {
			b, f, ids := sentFile(t)
			var err error
			for _, r := range tt.results {
				_, err = b.files.Acknowledge(context.Background(), b.views, answer(f, r, tt.batches...))
			}
			if domain.CodeOf(err) != tt.code || err != nil && tt.code == "" {
				t.Errorf("got %v, want code %q", err, tt.code)
			}
			after, err := b.File(context.Background(), f.ID)
			must(t, err)
			if after.State != tt.state {
				t.Errorf("the file is %s, want %s", after.State, tt.state)
			}
			for i, s := range b.states(ids) {
				if s != tt.entries {
					t.Errorf("entry %d is %s, want %s", i+1, s, tt.entries)
				}
			}
		})
	}
}

// An operator that takes a file for a duplicate may reject the second copy and
// process the first. Only a person can know that it processed neither.
func TestAPersonRejectsAFileThatTheOperatorTookForADuplicate(t *testing.T) {
	b, f, ids := sentFile(t)
	_, err := b.files.Acknowledge(t.Context(), b.views, answer(f, ack.Duplicate))
	must(t, err)
	rejected := answer(f, ack.Rejected)
	if _, err := b.files.Acknowledge(t.Context(), b.views, rejected); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("the operator's rejection: %v", err)
	}
	_, err = b.files.AcknowledgeByHand(t.Context(), b.views, rejected)
	must(t, err)
	if states := b.states(ids); slices.Contains(states, domain.Filed) {
		t.Errorf("handed in by a person: %v", states)
	}
}

// A restored ledger lacks the delivery of a file. Its acknowledgement waits until
// somebody has said what had left.
func TestAnAcknowledgementOfAFileThatMayHaveLeftWaits(t *testing.T) {
	b := openBank(t)
	switched := &switching{}
	b.switched = switched
	b.newWorkers()
	_, err := b.upload(rendered(t, payroll(3)))
	must(t, err)
	said := answer(b.onlyFile(), ack.Accepted)
	switched.off = true
	var off *DeliveryOffError
	if _, err := b.files.Acknowledge(t.Context(), b.views, said); !errors.As(err, &off) {
		t.Errorf("while delivery is off it says %v", err)
	}
	switched.off = false
	if _, err := b.files.Acknowledge(t.Context(), b.views, said); domain.CodeOf(err) != domain.Conflict {
		t.Errorf("when nothing had left it says %v", err)
	}
	b.sweep()
	if _, err := b.files.Acknowledge(t.Context(), b.views, said); err != nil {
		t.Errorf("when it has left it says %v", err)
	}
}

func TestReleasedEntriesLeaveOnceMoreUnderNewNumbers(t *testing.T) {
	b, f, ids := sentFile(t)
	before, err := b.Transaction(context.Background(), gym, ids[0])
	must(t, err)
	_, err = b.files.Acknowledge(context.Background(), b.views, answer(f, ack.Rejected))
	must(t, err)
	b.clock.Set(at("2026-11-20 16:30"))
	must(t, b.batcher.Sweep(context.Background()))
	after, err := b.Transaction(context.Background(), gym, ids[0])
	must(t, err)
	was, is := before.Origination().Filing, after.Origination().Filing
	if is == nil || is.File == was.File || is.Trace == was.Trace {
		t.Errorf("filed as %+v, before as %+v", is, was)
	}
}

// A crash in the middle of a release leaves some entries filed in a file that
// was refused; the acknowledgement is still there, and is applied again.
func TestAReleaseThatACrashCutShortIsFinished(t *testing.T) {
	for _, step := range []string{"before releases", "after releases", "before released"} {
		t.Run(step, func(t *testing.T) {
			b, f, ids := sentFile(t)
			b.fault = stopAt(step)
			if _, err := b.files.Acknowledge(context.Background(), b.views, answer(f, ack.Rejected)); err == nil {
				t.Fatal("the crash did not happen")
			}
			b.restart()
			_, err := b.files.Acknowledge(context.Background(), b.views, answer(f, ack.Rejected))
			must(t, err)
			for i, s := range b.states(ids) {
				if s != domain.Pending {
					t.Errorf("entry %d is %s", i+1, s)
				}
			}
		})
	}
}

func TestAnAcknowledgementOfNoFileOfOursIsRefused(t *testing.T) {
	b, f, _ := sentFile(t)
	a := answer(f, ack.Rejected)
	a.Modifier = "Z"
	if _, err := b.files.Acknowledge(context.Background(), b.views, a); domain.CodeOf(err) != domain.NotFound {
		t.Errorf("got %v", err)
	}
}

func reversed(o domain.Outgoing) domain.Event {
	return domain.TransactionReversalRequested{Outgoing: o}
}

// decide lets a command decide about a transaction of the gym's.
func (b *bank) decide(id string, command func(domain.Transaction) ([]domain.Event, error)) {
	b.t.Helper()
	_, err := ledger.Execute(b.t.Context(), b.Ledger, ledger.TransactionStream(gym, id), command)
	must(b.t, err)
}

func (b *bank) lastItem(id string) *domain.Item {
	b.t.Helper()
	t, err := b.Transaction(b.t.Context(), gym, id)
	must(b.t, err)
	return t.Items[len(t.Items)-1]
}

// itemStates are those of all items of a transaction.
func (b *bank) itemStates(id string) (states []domain.State) {
	b.t.Helper()
	t, err := b.Transaction(b.t.Context(), gym, id)
	must(b.t, err)
	for _, i := range t.Items {
		states = append(states, i.State)
	}
	return states
}

// A payment that was sent is to be reversed; then the operator refuses its
// file, so that it never came. What has not left has nothing to reverse, and
// must not leave together with the payment that it would take back. Nor does the
// payment leave by itself: its client took it for an error.
func TestAReversalOfWhatNeverCameIsRejectedWithIt(t *testing.T) {
	batch := []ack.RejectedBatch{{Number: 1, Reason: "hash"}}
	for name, tt := range map[string]struct {
		before func(b *bank, id, reversal string) // the refusal
		result ack.Result
		batch  []ack.RejectedBatch
		want   domain.State // of the reversal
		then   domain.State // of the payment, at the next window
	}{
		"it waits":                        {func(*bank, string, string) {}, ack.Rejected, nil, domain.Rejected, domain.Held},
		"it waits, and a batch was meant": {func(*bank, string, string) {}, ack.Accepted, batch, domain.Rejected, domain.Held},
		"it is held": {func(b *bank, id, reversal string) {
			b.decide(id, domain.Hold{ItemID: reversal, Reason: "looks odd"}.Decide)
		}, ack.Rejected, nil, domain.Rejected, domain.Held},
		"it was recalled": {func(b *bank, id, reversal string) {
			b.decide(id, domain.Recall{ItemID: reversal}.Decide)
		}, ack.Rejected, nil, domain.Recalled, domain.Filed},
		"it left before": {func(b *bank, _, _ string) { b.sweepAt("2026-11-20 16:30") }, ack.Rejected, nil, domain.Filed, domain.Filed},
	} {
		t.Run(name, func(t *testing.T) {
			b, f, ids := sentFile(t)
			reversal := b.answer(gym, ids[0], reversed, domain.Outgoing{Reason: "duplicate"})
			tt.before(b, ids[0], reversal)
			_, err := b.files.Acknowledge(t.Context(), b.views, answer(f, tt.result, tt.batch...))
			must(t, err)
			if got := b.itemStates(ids[0]); got[1] != tt.want {
				t.Errorf("the payment and its reversal are %v; want the reversal %s", got, tt.want)
			}
			b.sweepAt("2026-11-20 22:30")
			if got := b.itemStates(ids[0]); !slices.Equal(got, []domain.State{tt.then, tt.want}) {
				t.Errorf("at the next window they are %v", got)
			}
			if got := b.item(gym, ids[1]).State; got != domain.Filed {
				t.Errorf("another payment of the file is %s", got)
			}
			b.verify()
		})
	}
}

// The reversal left in a file of its own. Both files are refused, the
// payment's first: the reversal comes back to a payment that waits.
func TestAReversalThatComesBackHasNothingToReverseEither(t *testing.T) {
	b, f, ids := sentFile(t)
	b.answer(gym, ids[0], reversed, domain.Outgoing{Reason: "duplicate"})
	b.sweepAt("2026-11-20 16:30")
	for _, refused := range []domain.File{f, b.cutFiles()[1]} {
		_, err := b.files.Acknowledge(t.Context(), b.views, answer(refused, ack.Rejected))
		must(t, err)
	}
	if got := b.itemStates(ids[0]); !slices.Equal(got, []domain.State{domain.Held, domain.Rejected}) {
		t.Errorf("the payment and its reversal are %v", got)
	}
	b.decide(ids[0], domain.Approve{ItemID: b.item(gym, ids[0]).ID}.Decide)
	b.sweepAt("2026-11-20 22:30")
	if got := b.item(gym, ids[0]).State; got != domain.Filed {
		t.Errorf("approved, the payment is %s", got)
	}
	if why := b.lastItem(ids[0]).Reason; why != "the entry waits for a file: there is nothing to reverse" {
		t.Errorf("it says %q", why)
	}
}

// The reversal left, and its bank returned it; then the operator refuses the file of
// the payment. Nothing takes the payment back any more, so it does not leave by itself.
// Where the return was dishonored, the reversal stands: the payment has to leave.
func TestAPaymentWhoseReversalCameBackDoesNotLeaveAgainByItself(t *testing.T) {
	for name, tt := range map[string]struct {
		dishonored, contested bool
		want                  domain.State
	}{
		"it came back":                   {want: domain.Held},
		"its return was dishonored":      {dishonored: true, want: domain.Pending},
		"and the dishonor was contested": {dishonored: true, contested: true, want: domain.Held},
	} {
		t.Run(name, func(t *testing.T) {
			b, f, ids := sentFile(t)
			id := ids[0]
			reversal := b.answer(gym, id, reversed, domain.Outgoing{Reason: "duplicate"})
			b.sweepAt("2026-11-20 16:30")
			b.answered(id, domain.TransactionReturned{Incoming: domain.Incoming{
				ItemID: "back", ReplyTo: reversal, Inbound: "f", SettledOn: "2026-11-23",
				Entry: nacha.Entry{Code: 21, Routing: ourBank, AmountCents: 1025, Return: &nacha.Return{Code: "R01"}},
			}})
			if tt.dishonored {
				b.answered(id, domain.TransactionDishonorRequested{Outgoing: domain.Outgoing{ItemID: "dishonor", ReplyTo: "back", Code: "R68"}})
				b.answered(id, domain.TransactionFiled{ItemID: "dishonor", File: "f9", Batch: 1, Trace: "231380100000099"})
			}
			if tt.contested {
				b.answered(id, domain.TransactionContested{Incoming: domain.Incoming{ItemID: "contest", ReplyTo: "dishonor", Inbound: "f", SettledOn: "2026-11-23"}})
			}
			b.refuse(f)
			if got := b.item(gym, id).State; got != tt.want {
				t.Errorf("the payment is %s, want %s", got, tt.want)
			}
		})
	}
}

// The reversal of a payment left, and then the operator refuses the payment's file.
// The payment has to leave: recalled, its reversal would take back what never came.
func TestAPaymentWhoseReversalLeftIsNotRecalled(t *testing.T) {
	b, f, ids := sentFile(t)
	id := ids[0]
	reversal := b.answer(gym, id, reversed, domain.Outgoing{Reason: "duplicate"})
	b.sweepAt("2026-11-20 16:30")
	b.refuse(f)
	recall := func() (offered bool, code domain.Code) {
		c, err := b.Case(t.Context(), gym, id)
		must(t, err)
		for _, a := range c.Available() {
			offered = offered || a.Name == "recall" && a.ItemID == c.Transaction.Origination().ID
		}
		_, err = domain.Recall{ItemID: c.Transaction.Origination().ID}.Decide(c.Transaction)
		return offered, domain.CodeOf(err)
	}
	if offered, code := recall(); offered || code != domain.TooLate {
		t.Errorf("while its reversal stands: offered %t, %q", offered, code)
	}
	b.answered(id, domain.TransactionReturned{Incoming: domain.Incoming{
		ItemID: "back", ReplyTo: reversal, Inbound: "f", SettledOn: "2026-11-23",
		Entry: nacha.Entry{Code: 21, Routing: ourBank, AmountCents: 1025, Return: &nacha.Return{Code: "R01"}},
	}})
	if offered, code := recall(); !offered || code != "" {
		t.Errorf("when that came back: offered %t, %q", offered, code)
	}
}

// A receiving bank was asked to return a payment that never came to it: the
// payment does not leave again by itself.
func TestAPaymentThatWasAskedBackDoesNotLeaveAgainByItself(t *testing.T) {
	b, f, ids := sentFile(t)
	c, err := b.Case(t.Context(), gym, ids[0])
	must(t, err)
	d, err := answers.AskBack{ItemID: "ask", Reason: "paid twice"}.Decide(c)
	must(t, err)
	b.write(domain.TransactionStream(gym, ids[0]), gym, c.Transaction.Version, d.Events...)
	b.refuse(f)
	b.sweepAt("2026-11-20 16:30")
	if got := b.itemStates(ids[0]); !slices.Equal(got, []domain.State{domain.Held, domain.Asked}) {
		t.Errorf("the payment and the request are %v", got)
	}
	b.verify()
}

// A payment came back and was presented again, and that is to be reversed when the
// operator refuses its file.
func TestARetryThatIsToBeReversedDoesNotLeaveAgainByItself(t *testing.T) {
	b, _, ids := sentFile(t)
	b.cameBack(ids[0])
	b.clock.Set(at("2026-11-24 09:00"))
	c, err := b.Case(t.Context(), gym, ids[0])
	must(t, err)
	d, err := answers.Retry{ItemID: "again", ReplyTo: "return-" + ids[0]}.Decide(c)
	must(t, err)
	b.write(domain.TransactionStream(gym, ids[0]), gym, c.Transaction.Version, d.Events...)
	b.sweepAt("2026-11-24 10:15")
	b.reverse(ids[0])
	b.refuse(b.cutFiles()[1])
	b.sweepAt("2026-11-24 14:30")
	if got := b.itemStates(ids[0]); !slices.Equal(got, []domain.State{domain.Filed, domain.InHand, domain.Held, domain.Rejected}) {
		t.Errorf("the payment, its return, the retry and the reversal are %v", got)
	}
	b.verify()
}

// A reversal whose own file was refused waits again, while the payment
// stands.
func TestAReversalThatComesBackToAPaymentThatWasSentWaits(t *testing.T) {
	b, _, ids := sentFile(t)
	b.answer(gym, ids[0], reversed, domain.Outgoing{Reason: "duplicate"})
	b.sweepAt("2026-11-20 16:30")
	_, err := b.files.Acknowledge(t.Context(), b.views, answer(b.cutFiles()[1], ack.Rejected))
	must(t, err)
	if got := b.itemStates(ids[0]); !slices.Equal(got, []domain.State{domain.Filed, domain.Pending}) {
		t.Errorf("the payment and its reversal are %v", got)
	}
}

// A payment that came is corrected and returned, in one file. Two events of
// one transaction are released by one append.
func TestTwoAnswersToOnePaymentAreReleasedFromOneFile(t *testing.T) {
	b := openBank(t)
	id := b.receive(gym)
	b.answer(gym, id, corrected, domain.Outgoing{Code: "C01", Data: domain.Sealed("4000999"), DataMasked: "***0999"})
	b.write(domain.TransactionStream(gym, id), gym, 2, domain.TransactionReturnRequested{
		Outgoing: domain.Outgoing{ItemID: "returned", ReplyTo: id + "-in", Code: "R01"},
	})
	b.sweepAt("2026-11-20 14:30")
	_, err := b.files.Acknowledge(t.Context(), b.views, answer(b.onlyFile(), ack.Rejected))
	must(t, err)
	if got := b.itemStates(id)[1:]; !slices.Equal(got, []domain.State{domain.Pending, domain.Pending}) {
		t.Errorf("the answers are %v", got)
	}
}

func TestAFileThatItsClientCouldNotHaveCarriedYetIsNotAnswered(t *testing.T) {
	b := openBank(t)
	c, err := b.Ledger.Client(t.Context(), gym)
	must(t, err)
	made, err := b.uploads.UploadACHFile(t.Context(), gym, ACHFile{Batches: payroll(3).Batches, Settings: c.Settings.File}, Request{})
	must(t, err)
	say := func() error {
		_, err := b.files.Acknowledge(t.Context(), b.views, answer(b.read(made.FileID), ack.Rejected))
		return err
	}
	if err := say(); domain.CodeOf(err) != domain.Conflict || b.read(made.FileID).State != domain.FileIsCut {
		t.Errorf("before it was rendered: %v, the file is %s", err, b.read(made.FileID).State)
	}
	b.sweep()
	if err := say(); err != nil || b.read(made.FileID).State != domain.FileIsRefused {
		t.Errorf("after it was rendered: %v, the file is %s", err, b.read(made.FileID).State)
	}
	b.verify()
}
