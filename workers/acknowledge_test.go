package workers

import (
	"context"
	"slices"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
)

// sent is a bank whose file with two entries was delivered.
func sentFile(t *testing.T) (*bank, domain.File, []string) {
	t.Helper()
	b := openBank(t)
	ids := b.posts(gym, 2)
	b.clock.set(at("2026-11-20 14:30"))
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
		"a batch of it rejected":       {[]ack.Result{ack.Accepted}, []ack.RejectedBatch{{Number: 1, Reason: "hash"}}, domain.FileIsAcked, domain.Pending, ""},
		"another batch rejected":       {[]ack.Result{ack.Accepted}, []ack.RejectedBatch{{Number: 7, Reason: "hash"}}, domain.FileIsAcked, domain.Filed, ""},
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

func TestReleasedEntriesLeaveOnceMoreUnderNewNumbers(t *testing.T) {
	b, f, ids := sentFile(t)
	before, err := b.Transaction(context.Background(), gym, ids[0])
	must(t, err)
	_, err = b.files.Acknowledge(context.Background(), b.views, answer(f, ack.Rejected))
	must(t, err)
	b.clock.set(at("2026-11-20 16:30"))
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

// A payment that came is corrected and returned, in one file. Two events of
// one transaction are released by one append.
func TestTwoAnswersToOnePaymentAreReleasedFromOneFile(t *testing.T) {
	b := openBank(t)
	id := b.receive(gym)
	data, err := b.SealData(gym, "4000999")
	must(t, err)
	b.answer(gym, id, corrected, domain.Outgoing{Code: "C01", Data: data, DataMasked: "***0999"})
	b.write(domain.TransactionStream(gym, id), gym, 2, domain.TransactionReturnRequested{
		Outgoing: domain.Outgoing{ItemID: "returned", ReplyTo: id + "-in", Code: "R01"},
	})
	b.sweepAt("2026-11-20 14:30")
	_, err = b.files.Acknowledge(t.Context(), b.views, answer(b.onlyFile(), ack.Rejected))
	must(t, err)
	if got := b.itemStates(id)[1:]; !slices.Equal(got, []domain.State{domain.Pending, domain.Pending}) {
		t.Errorf("the answers are %v", got)
	}
}
