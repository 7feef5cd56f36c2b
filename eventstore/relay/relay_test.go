package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore"
)

func TestTheStreamEchoesTheLog(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	record(log, 1500) // written while no relay ran
	r := newRelay(log, b.connect())
	r.Every = time.Hour // so that only hints wake it
	running(t, r)
	waitFor(t, r, 1500)
	for range 20 {
		waitFor(t, r, record(log, 7))
	}
	mustEcho(t, b.connect(), log)
}

func TestAMessageSaysWhereItsEventStands(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	_, err := log.Append(context.Background(), eventstore.Append{
		Stream: "origin/ 091000019%", Client: "_ledger",
		Events: []eventstore.New{{Type: "modifier.taken", Data: json.RawMessage(`{"b":1, "a":"é"}`), Meta: json.RawMessage(`{}`)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := newRelay(log, b.connect())
	running(t, r)
	waitFor(t, r, 1)
	events, err := log.ReadAll(context.Background(), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(b.connect())
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.Stream(context.Background(), "LEDGER")
	if err != nil {
		t.Fatal(err)
	}
	m, err := stream.GetMsg(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	e := events[0]
	if m.Subject != "ledger._ledger.modifier.taken" || string(m.Data) != `{"b":1, "a":"é"}` {
		t.Errorf("published %s on %s", m.Data, m.Subject)
	}
	epoch := stream.CachedInfo().Config.Metadata["achledger_epoch"]
	if uuid.Validate(epoch) != nil {
		t.Errorf("the stream's epoch is %q", epoch)
	}
	want := nats.Header{
		"Nats-Expected-Last-Sequence": {"0"},
		"Ledger-Position":             {"1"},
		"Ledger-Stream":               {"origin/%20091000019%25"},
		"Ledger-Version":              {"1"},
		"Ledger-Hash":                 {fmt.Sprintf("%x", e.Hash)},
		"ce-specversion":              {"1.0"},
		"ce-id":                       {uuid.UUID(e.EventID).String()},
		"Ledger-Epoch":                {epoch},
		"ce-source":                   {"/achledger/" + epoch},
		"ce-type":                     {"modifier.taken"},
		"ce-subject":                  {"origin/%20091000019%25"},
		"ce-time":                     {e.RecordedAt.UTC().Format("2006-01-02T15:04:05.000000Z")},
		"content-type":                {"application/json"},
	}
	if !reflect.DeepEqual(m.Header, want) {
		t.Errorf("headers\n%v, want\n%v", m.Header, want)
	}
}

func TestTheLargestEventPasses(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	large := `"` + strings.Repeat("x", eventstore.MaxEventBytes-4) + `"`
	for i := range 8 { // more than may be on its way at once
		_, err := log.Append(context.Background(), eventstore.Append{
			Stream: fmt.Sprint("transaction/acme/", i), Client: "acme",
			Events: []eventstore.New{{Type: "transaction.originated", Data: json.RawMessage(large), Meta: json.RawMessage(`{}`)}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	r := newRelay(log, b.connect())
	running(t, r)
	waitFor(t, r, 8)
	mustEcho(t, b.connect(), log)
}

// A stream that was deleted, by whatever means, comes back under another epoch,
// which a subscriber sees in each message; one of an earlier release keeps having
// none.
func TestAStreamThatIsFilledAgainHasAnotherEpoch(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	record(log, 10)
	r := newRelay(log, b.connect())
	running(t, r)
	waitFor(t, r, 10)
	js, err := jetstream.New(b.connect())
	if err != nil {
		t.Fatal(err)
	}
	epoch := func() string {
		t.Helper()
		s, err := js.Stream(t.Context(), Stream)
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.GetMsg(t.Context(), 10)
		if err != nil {
			return ""
		}
		of := s.CachedInfo().Config.Metadata["achledger_epoch"]
		if m.Header.Get(EpochHeader) != of {
			t.Errorf("a message is of epoch %q, the stream of %q", m.Header.Get(EpochHeader), of)
		}
		return of
	}
	seen := map[string]bool{epoch(): true}
	for name, remove := range map[string]func() error{
		"reset":                    func() error { return r.Reset(t.Context()) },
		"deleted by somebody else": func() error { return js.DeleteStream(t.Context(), Stream) },
	} {
		if err := remove(); err != nil {
			t.Fatal(err)
		}
		var now string
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			if s, err := js.Stream(t.Context(), Stream); err == nil && s.CachedInfo().State.LastSeq == 10 {
				now = epoch()
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: the stream is not filled again", name)
			}
		}
		if now == "" || seen[now] {
			t.Errorf("%s: the epoch is %q again", name, now)
		}
		seen[now] = true
	}
	mustEcho(t, b.connect(), log)
	if found, err := Compare(t.Context(), b.connect(), log); err != nil || len(found.Problems) > 0 {
		t.Errorf("%v, %v", found.Problems, err)
	}
}

func TestAStreamOfAnEarlierReleaseHasNoEpoch(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	record(log, 3)
	conn := b.connect()
	r := newRelay(log, conn)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	s, err := js.CreateStream(t.Context(), r.settings(jetstream.StreamConfig{Name: Stream, Replicas: 1}))
	if err != nil {
		t.Fatal(err)
	}
	running(t, r)
	waitFor(t, r, 3)
	m, err := s.GetMsg(t.Context(), 3)
	if err != nil {
		t.Fatal(err)
	}
	if _, has := m.Header[EpochHeader]; has || m.Header.Get("ce-source") != "/achledger" {
		t.Errorf("its messages say %v", m.Header)
	}
}

func TestAForkIsRefused(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	record(log, 10)
	r := newRelay(log, b.connect())
	stop := running(t, r)
	waitFor(t, r, 10)
	stop()

	for name, tt := range map[string]struct {
		events int
		says   string
	}{
		"an older log":                      {6, "restored from a backup"},
		"another log, as long":              {10, "message 10 is another event"},
		"another log, longer by now":        {12, "message 10 is another event"},
		"an empty log beside a full stream": {0, "restored from a backup"},
	} {
		t.Run(name, func(t *testing.T) {
			other := openLog(t, t.TempDir())
			record(other, tt.events)
			r := newRelay(other, b.connect())
			if _, err := r.Open(soon(t)); !errors.Is(err, ErrFork) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Open: %v, want ErrFork saying %q", err, tt.says)
			}
			if err := r.Run(soon(t)); !errors.Is(err, ErrFork) {
				t.Errorf("Run: %v, want ErrFork", err)
			}
		})
	}
	mustEcho(t, b.connect(), log) // and none of them wrote anything
}

func TestAStreamThatLostAMessageIsRefused(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	record(log, 10)
	js, err := jetstream.New(b.connect())
	if err != nil {
		t.Fatal(err)
	}
	stream, err := js.CreateStream(context.Background(), jetstream.StreamConfig{Name: Stream, Subjects: []string{Subjects}})
	if err != nil {
		t.Fatal(err)
	}
	r := newRelay(log, b.connect())
	for _, e := range must(log.ReadAll(context.Background(), 0, 10)) {
		if _, err := js.PublishMsg(context.Background(), must(new(encoder).encode(e).forClient())); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Open(context.Background()); err != nil { // whole, if loosely kept
		t.Fatal(err)
	}
	if err := stream.DeleteMsg(context.Background(), 5); err == nil {
		t.Fatal("the relay left a stream from which messages can be deleted")
	}
	if err := js.DeleteStream(context.Background(), Stream); err != nil {
		t.Fatal(err)
	}
	var loose jetstream.Stream
	within(t, func() bool { // the server may still be removing the files of the stream before
		loose, err = js.CreateStream(context.Background(), jetstream.StreamConfig{Name: Stream, Subjects: []string{Subjects}})
		return !storeFailed(err)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range must(log.ReadAll(context.Background(), 0, 10)) {
		if _, err := js.PublishMsg(context.Background(), must(new(encoder).encode(e).forClient())); err != nil {
			t.Fatal(err)
		}
	}
	if err := loose.DeleteMsg(context.Background(), 5); err != nil {
		t.Fatal(err)
	}
	if err := r.Run(soon(t)); !errors.Is(err, ErrGaps) {
		t.Errorf("got %v, want ErrGaps", err)
	}
}

func TestTheStreamKeepsEverythingForGood(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	js, err := jetstream.New(b.connect())
	if err != nil {
		t.Fatal(err)
	}
	check := func(t *testing.T, mode jetstream.PersistModeType) {
		r := newRelay(log, b.connect())
		if _, err := r.Open(context.Background()); err != nil {
			t.Fatal(err)
		}
		stream, err := js.Stream(context.Background(), Stream)
		if err != nil {
			t.Fatal(err)
		}
		c := stream.CachedInfo().Config
		if c.PersistMode != mode || !c.DenyDelete || !c.DenyPurge || c.AllowDirect || c.Compression != jetstream.S2Compression || c.Replicas != 1 ||
			c.Storage != jetstream.FileStorage || c.MaxAge != 0 || c.MaxMsgs != -1 || c.MaxBytes != -1 ||
			c.Retention != jetstream.LimitsPolicy || c.Discard != jetstream.DiscardNew ||
			!reflect.DeepEqual(c.Subjects, []string{"ledger.>"}) {
			t.Errorf("the stream is kept as %+v", c)
		}
	}
	t.Run("made by the relay", func(t *testing.T) { check(t, jetstream.AsyncPersistMode) })
	if err := js.DeleteStream(context.Background(), Stream); err != nil {
		t.Fatal(err)
	}
	_, err = js.CreateStream(context.Background(), jetstream.StreamConfig{
		Name: Stream, Subjects: []string{"ledger.acme.>"}, MaxAge: time.Hour, MaxMsgs: 5, MaxBytes: 1 << 20, AllowDirect: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("made by someone else", func(t *testing.T) { check(t, jetstream.DefaultPersistMode) })
}

func TestAServerThatTakesSmallMessagesOnlyIsRefused(t *testing.T) {
	b := newBroker(t)
	b.stop()
	b.payload = 1 << 20
	b.start()
	r := newRelay(openLog(t, t.TempDir()), b.connect())
	err := r.Run(soon(t))
	if !errors.Is(err, ErrPayload) || !strings.Contains(err.Error(), "max_payload: 8MB") {
		t.Errorf("got %v, want ErrPayload with the setting to change", err)
	}
}

// soon ends before anyone stops waiting.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
