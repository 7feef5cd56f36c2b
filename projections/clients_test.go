package projections

import (
	"reflect"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

func TestClientsAndTheirCredentials(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	w.openClient("spa", ours, theirs)
	w.openClient("zoo", theirs)
	w.change("spa", domain.ClientSuspended{Reason: "unpaid"})
	w.change("gym", domain.ClientChanged{Settings: domain.Settings{Name: "Harbor Gym", ODFIs: []string{theirs}}})
	for _, key := range []string{"key-b", "key-a"} {
		w.append(ledger.Change{Stream: domain.CredentialStream(key), Client: "gym", Events: []domain.Event{
			domain.CredentialIssued{Key: key, Client: "gym", Scopes: []string{"read", "vault"}, SecretHash: []byte("hash")},
		}})
	}
	w.append(ledger.Change{Stream: domain.CredentialStream("key-b"), Client: "gym", Events: []domain.Event{domain.CredentialRevoked{}}})
	v := w.caughtUp(Options{})

	page, next, err := v.Clients(w.ctx, 2, "")
	w.must(err)
	rest, end, err := v.Clients(w.ctx, 2, next)
	w.must(err)
	if end != "" || len(page) != 2 || len(rest) != 1 {
		t.Fatalf("%+v then %+v, %q", page, rest, end)
	}
	if c := page[0]; c.ID != "gym" || c.Name != "Harbor Gym" || c.Suspended || !reflect.DeepEqual(c.ODFIs, []string{theirs}) {
		t.Errorf("the gym: %+v", c)
	}
	if c := page[1]; c.ID != "spa" || !c.Suspended {
		t.Errorf("the spa: %+v", c)
	}
	for odfi, want := range map[string][]string{ours: {"spa"}, theirs: {"gym", "spa", "zoo"}, "011000015": nil} {
		if got, err := v.ClientsByODFI(w.ctx, odfi); !reflect.DeepEqual(got, want) || err != nil {
			t.Errorf("clients of %s: %v, %v; want %v", odfi, got, err, want)
		}
	}
	credentials, err := v.Credentials(w.ctx, "gym")
	w.must(err)
	if len(credentials) != 2 || credentials[0].Key != "key-b" || !credentials[0].Revoked || credentials[1].Revoked ||
		!reflect.DeepEqual(credentials[1].Scopes, []string{"read", "vault"}) {
		t.Errorf("credentials %+v", credentials)
	}
	if other, err := v.Credentials(w.ctx, "spa"); len(other) != 0 || err != nil {
		t.Errorf("the spa has %+v, %v", other, err)
	}
}

func TestFilesAndWhatWorkersHaveToDo(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})
	open := w.openFile("gym", "entries")
	w.fill(open, []testItem{w.originate("gym"), w.originate("gym")})
	cut := w.openFile("gym", "window")
	w.fill(cut, []testItem{w.originate("gym")})
	w.advance(cut, domain.FileIsCut)
	sent := w.cutAndDeliver(w.originate("gym"))
	w.must(v.CatchUp(w.ctx))

	unfinished, err := v.UnfinishedFiles(w.ctx)
	w.must(err)
	if got := idsOf(unfinished); !reflect.DeepEqual(got, []string{open.id, cut.id}) {
		t.Errorf("unfinished: %v", got)
	}
	shown, _, err := v.Files(w.ctx, FileFilter{Client: "gym"})
	w.must(err)
	if got := idsOf(shown); !reflect.DeepEqual(got, []string{sent.id, cut.id}) {
		t.Errorf("shown: %v", got)
	}
	openOnes, _, err := v.Files(w.ctx, FileFilter{States: []domain.FileState{domain.FileOpen}})
	w.must(err)
	if got := idsOf(openOnes); !reflect.DeepEqual(got, []string{open.id}) {
		t.Errorf("open: %v", got)
	}
	f, ok, err := v.FindFile(w.ctx, sent.id)
	folded, ferr := w.ledger.File(w.ctx, sent.id)
	w.must(ferr)
	want := File{
		ID: sent.id, Client: "gym", ODFI: ours, Name: folded.Name(), HeaderName: folded.HeaderName(), State: domain.FileIsDelivered, Why: "window",
		Method: domain.ToOutbox, ImmediateOrigin: ours, Modifier: "A", CreatedAt: folded.OpenedAt, CutAt: folded.CutAt,
		SendBy: folded.SendBy, DeliveredAt: folded.DeliveredAt, Totals: folded.Cut.Totals, SHA256: folded.Rendered.SHA256,
		Position: f.Position,
	}
	if !ok || err != nil || !reflect.DeepEqual(f, want) {
		t.Errorf("the view says\n%+v\nthe fold\n%+v, %v", f, want, err)
	}
	var entries []FileEntry
	w.must(v.FileEntries(w.ctx, open.id, func(e FileEntry) error { entries = append(entries, e); return nil }))
	if len(entries) != 2 || entries[0].Trace >= entries[1].Trace || entries[0].AmountCents != 1234 || entries[0].Batch != 1 {
		t.Errorf("entries %+v", entries)
	}
	if err := v.FileEntries(w.ctx, "no such file", nil); err != nil {
		t.Errorf("a file that is not there has none: %v", err)
	}
}

func idsOf(files []File) (ids []string) {
	for _, f := range files {
		ids = append(ids, f.ID)
	}
	return ids
}

func TestWhatIsDueAndWhen(t *testing.T) {
	w := newWorld(t) // Monday, 23 November 2026, 09:00 in New York
	v := w.open(Options{})
	now := w.originate("gym", cents(100))
	friday := w.originate("gym", cents(20), askedOn("2026-11-27")) // due Wednesday 03:00: Thursday is Thanksgiving
	again := w.originate("gym", cents(3))
	w.must(v.CatchUp(w.ctx))
	due, ok, err := v.NextDue(w.ctx, w.now)
	w.must(err)
	if !ok || due.Format("2006-01-02T15:04Z") != "2026-11-25T08:00Z" {
		t.Errorf("next due %s, %t", due, ok)
	}
	for _, tt := range []struct {
		name  string
		late  int // seconds after due
		cents int64
		items []testItem
	}{
		{"a second before", -1, 103, []testItem{now, again}},
		{"at the moment", 0, 123, []testItem{now, friday, again}},
	} {
		at := due.Add(time.Duration(tt.late) * time.Second)
		queues, err := v.Queues(w.ctx, at)
		w.must(err)
		if len(queues) != 1 || queues[0].Cents != tt.cents {
			t.Errorf("%s: %+v", tt.name, queues)
		}
		items, err := v.WaitingItems(w.ctx, "gym", ours, false, at, 0, 10)
		w.must(err)
		var got []testItem
		for _, i := range items {
			got = append(got, testItem{i.Client, i.TransactionID, i.ItemID})
		}
		if !reflect.DeepEqual(got, tt.items) {
			t.Errorf("%s: %v; want %v in log order", tt.name, got, tt.items)
		}
	}
	if _, ok, err := v.NextDue(w.ctx, due); ok || err != nil {
		t.Errorf("something is due after all was: %v", err)
	}
}

// Answers are a queue of their own at the bank that received what they answer,
// with the earliest moment by which one has to leave.
func TestAnswersWaitApart(t *testing.T) {
	w := newWorld(t)
	v := w.open(Options{})
	w.originate("gym")
	var answers []testItem
	by := w.now.Add(50 * time.Hour)
	for n := range 3 {
		r := testItem{"gym", w.id("txn"), w.id("item")}
		w.append(about(r, domain.TransactionReceived{TransactionID: r.transaction, Incoming: incoming(r.item, "")}))
		answer := testItem{"gym", r.transaction, w.id("item")}
		leave := []time.Time{by.Add(time.Hour), by, by.Add(2 * time.Hour)}[n].Format(time.RFC3339)
		w.append(about(answer, domain.TransactionReturnRequested{Outgoing: domain.Outgoing{
			ItemID: answer.item, ReplyTo: r.item, Code: "R03", LeaveBy: leave,
		}}))
		answers = append(answers, answer)
	}
	w.must(v.CatchUp(w.ctx))
	queues, err := v.QueueTotals(w.ctx)
	w.must(err)
	if len(queues) != 2 || queues[0].Answers || queues[0].Entries != 1 || !queues[0].LeaveBy.IsZero() {
		t.Fatalf("queues %+v", queues)
	}
	if q := queues[1]; !q.Answers || q.Entries != 3 || q.Cents != 3*777 || q.ODFI != ours || !q.LeaveBy.Equal(by) {
		t.Errorf("answers %+v; the first leaves by %s", q, by)
	}
	waiting, err := v.WaitingItems(w.ctx, "gym", ours, true, w.now, 0, 10)
	w.must(err)
	if len(waiting) != 3 || waiting[1].ItemID != answers[1].item || !waiting[1].LeaveBy.Equal(by) || waiting[1].Addenda != 1 {
		t.Errorf("waiting %+v", waiting)
	}
	w.append(about(answers[1], domain.TransactionRecalled{ItemID: answers[1].item}))
	w.must(v.CatchUp(w.ctx))
	if queues, err := v.QueueTotals(w.ctx); err != nil || len(queues) != 2 || !queues[1].LeaveBy.Equal(by.Add(time.Hour)) {
		t.Errorf("without the most urgent: %+v, %v", queues, err)
	}
}
