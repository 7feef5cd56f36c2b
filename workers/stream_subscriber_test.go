package workers

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/relay"
)

// broker starts a NATS server in this process.
func broker(t testing.TB) (*server.Server, *nats.Conn) {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		DontListen: true, JetStream: true, StoreDir: t.TempDir(), NoSigs: true, NoLog: true, MaxPayload: relay.MinPayload,
	})
	must(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the broker does not start")
	}
	c, err := nats.Connect("", nats.InProcessServer(s))
	must(t, err)
	t.Cleanup(c.Close)
	return s, c
}

// publisher stands in for the relay, which publishes nothing but the log.
type publisher struct{ js jetstream.JetStream }

func (p publisher) Publish(topic string, messages ...*message.Message) error {
	for _, m := range messages {
		header := nats.Header{"ce-id": {m.UUID}}
		for name, value := range m.Metadata {
			header[name] = []string{value}
		}
		if _, err := p.js.PublishMsg(m.Context(), &nats.Msg{Subject: topic, Header: header, Data: m.Payload}); err != nil {
			return err
		}
	}
	return nil
}

func (p publisher) Close() error { return nil }

// TestSubscriberPassesWatermillsOwnTests runs those of its exported suite
// that apply: order is kept within a group, and delivery is at least once.
func TestSubscriberPassesWatermillsOwnTests(t *testing.T) {
	_, conn := broker(t)
	js, err := jetstream.New(conn)
	must(t, err)
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "SUITE", Subjects: []string{"suite.>"}, Storage: jetstream.MemoryStorage})
	must(t, err)
	inGroup := func(t *testing.T, group string) (message.Publisher, message.Subscriber) {
		s, err := NewSubscriber(SubscriberConfig{JetStream: js, Stream: "SUITE", Group: group, AckWait: 2 * time.Second})
		must(t, err)
		return publisher{js}, s
	}
	tests.TestPubSub(t,
		tests.Features{
			ConsumerGroups: true, GuaranteedOrder: true, GuaranteedOrderWithSingleSubscriber: true, Persistent: true,
			ForceShort:        true, // the long form passes too
			GenerateTopicFunc: func(c tests.TestContext) string { return "suite." + string(c.TestID) },
		},
		func(t *testing.T) (message.Publisher, message.Subscriber) { return inGroup(t, "all") },
		inGroup,
	)
}

func TestAMessageInWorkIsGivenToNobodyElseHoweverLongItTakes(t *testing.T) {
	_, conn := broker(t)
	js, err := jetstream.New(conn)
	must(t, err)
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "SUITE", Subjects: []string{"suite.>"}})
	must(t, err)
	s, err := NewSubscriber(SubscriberConfig{JetStream: js, Stream: "SUITE", Group: "g", AckWait: time.Second})
	must(t, err)
	defer s.Close()
	one, err := s.Subscribe(t.Context(), "suite.slow")
	must(t, err)
	other, err := s.Subscribe(t.Context(), "suite.slow")
	must(t, err)
	must(t, publisher{js}.Publish("suite.slow", message.NewMessage("1", []byte("x"))))
	var working *message.Message
	select {
	case working = <-one:
	case working = <-other:
	case <-time.After(time.Minute):
		t.Fatal("no message came")
	}
	select {
	case <-one:
		t.Error("it came a second time")
	case <-other:
		t.Error("it came a second time")
	case <-time.After(3 * time.Second):
	}
	working.Ack()
}

func TestAMessageLeftByOneSubscriberComesToTheNextAtOnce(t *testing.T) {
	_, conn := broker(t)
	js, err := jetstream.New(conn)
	must(t, err)
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "SUITE", Subjects: []string{"suite.>"}})
	must(t, err)
	must(t, publisher{js}.Publish("suite.left", message.NewMessage("1", []byte("x"))))
	for range 2 {
		s, err := NewSubscriber(SubscriberConfig{JetStream: js, Stream: "SUITE", Group: "g", AckWait: time.Hour})
		must(t, err)
		messages, err := s.Subscribe(t.Context(), "suite.left")
		must(t, err)
		select {
		case <-messages: // and no answer
		case <-time.After(time.Minute):
			t.Fatal("no message came")
		}
		must(t, s.Close())
	}
}

func TestNothingIsSubscribedAfterClose(t *testing.T) {
	_, conn := broker(t)
	js, err := jetstream.New(conn)
	must(t, err)
	s, err := NewSubscriber(SubscriberConfig{JetStream: js, Stream: "SUITE", Group: "g"})
	must(t, err)
	must(t, s.Close())
	if _, err := s.Subscribe(t.Context(), "suite.x"); err == nil {
		t.Error("it subscribed")
	}
}

// routed is a bank whose log is echoed to a broker, with the router running
// and no sweep to help.
func routed(t *testing.T) (*bank, jetstream.JetStream) {
	t.Helper()
	b := openBank(t)
	_, conn := broker(t)
	js, err := jetstream.New(conn)
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	r := &relay.Relay{Store: b.store, Conn: conn, Source: "test"}
	relayed := make(chan error, 1)
	go func() { relayed <- r.Run(ctx) }()
	sub, err := NewSubscriber(SubscriberConfig{JetStream: js, Stream: relay.Stream, Group: "deliver"})
	must(t, err)
	router, err := NewRouter(RouterConfig{
		Delivery: b.delivery, Subscriber: sub, Poison: Poison{JetStream: js},
	})
	must(t, err)
	ran := make(chan error, 1)
	go func() { ran <- router.Run(ctx) }()
	<-router.Running()
	t.Cleanup(func() {
		stop()
		must(t, <-ran)
		must(t, <-relayed)
	})
	return b, js
}

func TestAFileThatWasCutIsDeliveredWhenTheBrokerSaysSo(t *testing.T) {
	b, _ := routed(t)
	b.posts(gym, 2)
	b.clock.Set(at("2026-11-20 14:30"))
	must(t, b.batcher.cutDue(t.Context())) // no sweep follows
	eventually(t, "the file is delivered", b.delivered(1))
	b.verify()
}

func TestWhatCannotBeHandledIsPoisonAndTheRestGoesOn(t *testing.T) {
	b, js := routed(t)
	b.posts(gym, 1)
	b.clock.Set(at("2026-11-20 14:30"))
	var tries atomic.Int32
	b.fault = func(step string) error {
		if step == "before keep" && tries.Load() <= retries {
			if tries.Add(1); tries.Load() == 2 {
				panic("a bug") // which is one try, too
			}
			return fmt.Errorf("the disk is full")
		}
		return nil
	}
	must(t, b.batcher.cutDue(t.Context()))
	var poison jetstream.Stream
	eventually(t, "the message is in the poison queue", func() bool {
		var err error
		poison, err = js.Stream(t.Context(), PoisonStream)
		return err == nil && poison.CachedInfo().State.Msgs == 1
	})
	m, err := poison.GetLastMsgForSubject(t.Context(), PoisonTopic)
	must(t, err)
	if got := m.Header.Get("reason_poisoned"); !strings.Contains(got, "the disk is full") || m.Header.Get(relay.StreamHeader) == "" {
		t.Errorf("the poison queue says %q with %v", got, m.Header)
	}
	if n := tries.Load(); n != 1+retries {
		t.Errorf("tried %d times, want %d", n, 1+retries)
	}
	b.post(gym, pull(2))
	b.clock.Set(at("2026-11-20 16:30"))
	must(t, b.batcher.cutDue(t.Context()))
	eventually(t, "the next file is delivered", b.delivered(1))
	must(t, b.delivery.Sweep(t.Context())) // and a sweep does what the router could not
	if files := b.cutFiles(); files[0].State != domain.FileIsDelivered {
		t.Errorf("the first file is %s", files[0].State)
	}
	b.verify()
}
