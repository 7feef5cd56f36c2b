package projections

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
)

// What its client carries to the bank stays rendered for ever: no worker looks
// at it again.
func TestADownloadedFileIsNotUnfinished(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	carried := w.id("file")
	w.append(w.fileEvents(&testFile{id: carried, client: "gym"}, domain.FileOpened{
		FileID: carried, Client: "gym", ODFI: ours, Why: "upload", Method: domain.ByDownload,
		Settings: domain.FileSettings{ImmediateOrigin: ours, ImmediateDestination: theirs},
	}))
	f := &testFile{id: carried, client: "gym", state: domain.FileOpen}
	w.fill(f, []testItem{w.originate("gym")})
	v := w.caughtUp(Options{})
	unfinished := func() (ids []string) {
		t.Helper()
		w.must(v.CatchUp(w.ctx))
		files, err := v.UnfinishedFiles(w.ctx)
		w.must(err)
		for _, f := range files {
			ids = append(ids, f.ID)
		}
		return ids
	}
	for _, to := range []domain.FileState{domain.FileOpen, domain.FileIsCut} {
		if to != domain.FileOpen {
			w.advance(f, to)
		}
		if got := unfinished(); !slices.Equal(got, []string{carried}) {
			t.Errorf("while it is %s, unfinished are %v", to, got)
		}
	}
	w.advance(f, domain.FileIsRendered)
	if got := unfinished(); len(got) > 0 {
		t.Errorf("rendered, unfinished are %v", got)
	}
	files, err := v.CarriedFiles(w.ctx)
	w.must(err)
	if len(files) != 1 || files[0].ID != carried {
		t.Errorf("carried are %+v", files)
	}
}

// Files are counted and listed by state without going through the others.
func TestFilesAreCountedAndListedByState(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	w.openClient("spa", ours)
	states := []domain.FileState{domain.FileOpen, domain.FileIsCut, domain.FileIsDelivered, domain.FileIsAcked}
	for n := range 17 {
		client := []string{"gym", "spa"}[n%2]
		f := w.openFile(client, "entries")
		w.fill(f, []testItem{w.originate(client)})
		for f.state != states[n%4] {
			w.advance(f, following(f.state))
		}
	}
	v := w.caughtUp(Options{BatchSize: 3})
	all, _, err := v.Files(w.ctx, FileFilter{States: []domain.FileState{domain.FileOpen, domain.FileIsCut, domain.FileIsDelivered, domain.FileIsAcked}})
	w.must(err)
	want := map[string]int{}
	for _, f := range all {
		want[string(f.State)]++
	}
	counts, err := v.FileCounts(w.ctx)
	w.must(err)
	if !maps.Equal(counts, want) || len(counts) != 4 {
		t.Errorf("counted %v, listed %v", counts, want)
	}
	for _, client := range []string{"", "spa"} {
		var listed, filtered []string
		for _, f := range all {
			if (client == "" || f.Client == client) && (f.State == domain.FileIsCut || f.State == domain.FileIsAcked) {
				filtered = append(filtered, f.ID)
			}
		}
		filter := FileFilter{Client: client, States: []domain.FileState{domain.FileIsAcked, domain.FileIsCut}, Limit: 2}
		for next := "."; next != ""; {
			var files []File
			files, next, err = v.Files(w.ctx, filter)
			w.must(err)
			for _, f := range files {
				listed = append(listed, f.ID)
			}
			filter.Cursor = next
		}
		if !slices.Equal(listed, filtered) {
			t.Errorf("client %q: listed %v, want %v", client, listed, filtered)
		}
	}
	if _, n, err := v.Compare(w.ctx, nil); n != 0 || err != nil {
		t.Errorf("%d rows differ from the log, %v", n, err)
	}
}

func TestFilesWithoutAnAnswerAreThoseOfBanksThatAnswer(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	send := func() *testFile { return w.cutAndDeliver(w.originate("gym")) }
	first, second := send(), send()
	v := w.caughtUp(Options{})
	missed := func(until time.Time) (ids []string) {
		t.Helper()
		w.must(v.CatchUp(w.ctx))
		files, err := v.UnacknowledgedFiles(w.ctx, until)
		w.must(err)
		for _, f := range files {
			ids = append(ids, f.ID)
		}
		return ids
	}
	later := w.now.Add(time.Hour)
	if got := missed(later); len(got) > 0 {
		t.Errorf("of a bank that never answered, %v are missed", got)
	}
	w.advance(first, domain.FileIsAcked)
	if got := missed(later); !slices.Equal(got, []string{second.id}) {
		t.Errorf("missed are %v", got)
	}
	if got := missed(w.now.Add(-time.Hour)); len(got) > 0 {
		t.Errorf("before they were sent, %v are missed", got)
	}
}

// A list of what lies in files reads as many files ahead as it may show, and
// no file whose transactions are all newer or all older.
func TestAListOfWhatLiesInFilesAsksFewOfThem(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	var want []string
	for range 3 * filesAtOnce {
		i := w.originate("gym")
		w.cutAndDeliver(i)
		want = append([]string{i.key()}, want...)
	}
	v := w.caughtUp(Options{})
	f := TransactionFilter{Status: Transmitted, Limit: 7}
	if got := w.ids(v, f); !slices.Equal(got, want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	rows, next, err := v.Transactions(w.ctx, f)
	w.must(err)
	if len(rows) != 7 || next == "" {
		t.Fatalf("%d rows, next %q", len(rows), next)
	}
	w.must(v.read(w.ctx, func(s snapshot) error {
		l := transactionList{f: f}
		files, asked := l.filesShown(sentOfAll, sentOfOne), 0
		before := int64(1 << 60)
		for range 7 {
			if _, ok := files.next(s, 0, before); ok {
				asked++
			}
		}
		if asked != 7 || len(files.ahead) != filesAtOnce-7 {
			t.Errorf("%d files asked, %d read ahead", asked, len(files.ahead))
		}
		return nil
	}))
}
