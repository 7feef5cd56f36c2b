package broker

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// attempt is one message that subscriber A1 of client acme sends.
type attempt struct {
	subject, body string
	reply         string // its own inbox by default
}

// create is an attempt to make a consumer, with some settings changed.
func create(subject string, change map[string]any) attempt {
	config := map[string]any{
		"name": "feed-A1", "durable_name": "feed-A1", "filter_subject": "ledger.acme.>",
		"ack_policy": "explicit", "deliver_policy": "all", "replay_policy": "instant",
	}
	for name, value := range change {
		if value == nil {
			delete(config, name)
		} else {
			config[name] = value
		}
	}
	b, _ := json.Marshal(map[string]any{"stream_name": "LEDGER", "config": config, "action": ""})
	return attempt{subject: subject, body: string(b)}
}

const (
	createA1 = "$JS.API.CONSUMER.CREATE.LEDGER.feed-A1.ledger.acme.>"
	nextA1   = "$JS.API.CONSUMER.MSG.NEXT.LEDGER.feed-A1"
	infoA1   = "$JS.API.CONSUMER.INFO.LEDGER.feed-A1"
	ackA1    = "$JS.ACK.LEDGER.feed-A1.1.1.1.1795228450443402090.4"
	ackR1    = "$JS.ACK.LEDGER.feed-R1.1.2.1.1795228450443402090.4"
)

// forbidden lists what a subscriber must not do. Everything is tried against
// the embedded broker, and against a server configured as docs/nats.md says.
func forbidden() map[string]attempt {
	all := map[string]attempt{
		"a feed of another client":                 create("$JS.API.CONSUMER.CREATE.LEDGER.feed-A1.ledger.rival.>", map[string]any{"filter_subject": "ledger.rival.>"}),
		"a feed of another client, slipped in":     create(createA1, map[string]any{"filter_subject": "ledger.rival.>"}),
		"a feed of the ledger's own streams":       create("$JS.API.CONSUMER.CREATE.LEDGER.feed-A1.ledger._ledger.>", map[string]any{"filter_subject": "ledger._ledger.>"}),
		"a feed of everything":                     create("$JS.API.CONSUMER.CREATE.LEDGER.feed-A1.ledger.>", map[string]any{"filter_subject": "ledger.>"}),
		"a feed of everything, by a wildcard":      create("$JS.API.CONSUMER.CREATE.LEDGER.feed-A1.ledger.*.>", map[string]any{"filter_subject": "ledger.*.>"}),
		"a feed without filter":                    create("$JS.API.CONSUMER.CREATE.LEDGER.feed-A1", map[string]any{"filter_subject": nil}),
		"a feed without filter, slipped in":        create(createA1, map[string]any{"filter_subject": nil}),
		"an empty filter":                          create(createA1, map[string]any{"filter_subject": ""}),
		"several filters":                          create("$JS.API.CONSUMER.CREATE.LEDGER.feed-A1", map[string]any{"filter_subject": nil, "filter_subjects": []string{"ledger.acme.>", "ledger.rival.>"}}),
		"several filters, slipped in":              create(createA1, map[string]any{"filter_subjects": []string{"ledger.acme.>", "ledger.rival.>"}}),
		"one filter in the list of several":        create(createA1, map[string]any{"filter_subject": nil, "filter_subjects": []string{"ledger.rival.>"}}),
		"a filter spelled in capitals":             create(createA1, map[string]any{"Filter_Subject": "ledger.rival.>"}),
		"a narrower filter":                        create("$JS.API.CONSUMER.CREATE.LEDGER.feed-A1.ledger.acme.file.>", map[string]any{"filter_subject": "ledger.acme.file.>"}),
		"another consumer's name":                  create("$JS.API.CONSUMER.CREATE.LEDGER.feed-R1.ledger.acme.>", map[string]any{"name": "feed-R1", "durable_name": "feed-R1"}),
		"another consumer's name, slipped in":      create(createA1, map[string]any{"name": "feed-R1", "durable_name": "feed-R1"}),
		"a second consumer":                        create("$JS.API.CONSUMER.CREATE.LEDGER.mine.ledger.acme.>", map[string]any{"name": "mine", "durable_name": "mine"}),
		"a consumer of the old kind":               create("$JS.API.CONSUMER.DURABLE.CREATE.LEDGER.feed-A1", nil),
		"a passing consumer of the old kind":       create("$JS.API.CONSUMER.CREATE.LEDGER", map[string]any{"name": nil, "durable_name": nil}),
		"pushing to another's inbox":               create(createA1, map[string]any{"deliver_subject": "_INBOX_R1.x"}),
		"pushing to the ledger":                    create(createA1, map[string]any{"deliver_subject": "ledger.rival.x"}),
		"pushing to the API":                       create(createA1, map[string]any{"deliver_subject": "$JS.API.STREAM.DELETE.LEDGER", "headers_only": true, "ack_policy": "none"}),
		"pushing to oneself":                       create(createA1, map[string]any{"deliver_subject": "_INBOX_A1.x"}),
		"pushing past the gate":                    create(createA1, map[string]any{"deliver_subject": "feeds.out.R1.x"}),
		"samples of acknowledgements":              create(createA1, map[string]any{"sample_freq": "100"}),
		"a consumer that is direct":                create(createA1, map[string]any{"direct": true}),
		"another stream":                           {subject: createA1, body: `{"stream_name":"OTHER","config":{"filter_subject":"ledger.acme.>"}}`},
		"a request that is no request":             {subject: createA1, body: `[1]`},
		"a request without settings":               {subject: createA1, body: `{"stream_name":"LEDGER"}`},
		"looking at another's consumer":            {subject: "$JS.API.CONSUMER.INFO.LEDGER.feed-R1"},
		"pulling from another's consumer":          {subject: "$JS.API.CONSUMER.MSG.NEXT.LEDGER.feed-R1"},
		"acknowledging for another":                {subject: ackR1, body: "+ACK"},
		"deleting another's consumer":              {subject: "$JS.API.CONSUMER.DELETE.LEDGER.feed-R1"},
		"deleting its own consumer":                {subject: "$JS.API.CONSUMER.DELETE.LEDGER.feed-A1"},
		"pausing another's consumer":               {subject: "$JS.API.CONSUMER.PAUSE.LEDGER.feed-R1", body: `{"pause_until":"2099-01-01T00:00:00Z"}`},
		"resetting another's consumer":             {subject: "$JS.API.CONSUMER.RESET.LEDGER.feed-R1"},
		"listing consumers":                        {subject: "$JS.API.CONSUMER.LIST.LEDGER"},
		"listing names of consumers":               {subject: "$JS.API.CONSUMER.NAMES.LEDGER"},
		"a message by its number":                  {subject: "$JS.API.STREAM.MSG.GET.LEDGER", body: `{"seq":2}`},
		"a message directly":                       {subject: "$JS.API.DIRECT.GET.LEDGER", body: `{"seq":2}`},
		"the last message of a subject, directly":  {subject: "$JS.API.DIRECT.GET.LEDGER.ledger.rival.transaction.originated"},
		"looking at the stream":                    {subject: "$JS.API.STREAM.INFO.LEDGER"},
		"counting another's subjects":              {subject: "$JS.API.STREAM.INFO.LEDGER", body: `{"subjects_filter":"ledger.rival.>"}`},
		"listing streams":                          {subject: "$JS.API.STREAM.LIST"},
		"listing names of streams":                 {subject: "$JS.API.STREAM.NAMES"},
		"deleting the stream":                      {subject: "$JS.API.STREAM.DELETE.LEDGER"},
		"purging the stream":                       {subject: "$JS.API.STREAM.PURGE.LEDGER"},
		"changing the stream":                      {subject: "$JS.API.STREAM.UPDATE.LEDGER", body: `{"name":"LEDGER","subjects":["ledger.>"],"max_msgs":1}`},
		"making a stream":                          {subject: "$JS.API.STREAM.CREATE.COPY", body: `{"name":"COPY","sources":[{"name":"LEDGER"}]}`},
		"a snapshot of the stream":                 {subject: "$JS.API.STREAM.SNAPSHOT.LEDGER", body: `{"deliver_subject":"_INBOX_A1.x"}`},
		"the account":                              {subject: "$JS.API.INFO"},
		"the server":                               {subject: "$SYS.REQ.USER.INFO"},
		"publishing an event of its own":           {subject: "ledger.acme.transaction.originated", body: "{}"},
		"publishing an event of another":           {subject: "ledger.rival.transaction.originated", body: "{}"},
		"writing to another's inbox":               {subject: "_INBOX_R1.x", body: "{}"},
		"writing past the gate, in":                {subject: "feeds.in.R1.$JS.API.CONSUMER.MSG.NEXT.LEDGER.feed-R1"},
		"asking as the gate hears it, for another": {subject: "feed.request.API.CONSUMER.MSG.NEXT.LEDGER.feed-R1"},
		"asking as the gate hears it, for more":    {subject: "feed.request.API.STREAM.DELETE.LEDGER"},
		"writing past the gate, out":               {subject: "feeds.out.R1.x", body: "{}"},
	}
	// A server publishes to the reply subject with its own rights.
	for what, reply := range map[string]string{
		"delete the stream":            "$JS.API.STREAM.DELETE.LEDGER",
		"delete another's consumer":    "$JS.API.CONSUMER.DELETE.LEDGER.feed-R1",
		"forge an event":               "ledger.rival.transaction.originated",
		"acknowledge for another":      ackR1,
		"pull for another":             "$JS.API.CONSUMER.MSG.NEXT.LEDGER.feed-R1",
		"write to another's inbox":     "_INBOX_R1.x",
		"write past the gate":          "feeds.out.R1.x",
		"write to a service's replies": "_R_.x.y",
		"write to no inbox":            "_INBOX_A1.",
		"write to a longer name":       "_INBOX_A1x.y",
		"write to two places":          "_INBOX_A1.*",
	} {
		all["a pull whose answer would "+what] = attempt{nextA1, `{"batch":5,"no_wait":true}`, reply}
		all["an empty pull whose answer would "+what] = attempt{nextA1, "", reply}
		all["a question whose answer would "+what] = attempt{infoA1, "", reply}
		all["an acknowledgement whose answer would "+what] = attempt{ackA1, "+ACK", reply}
		all["an acknowledgement that pulls and would "+what] = attempt{ackA1, "+NXT", reply}
		made := create(createA1, nil)
		made.reply = reply
		all["making a feed would "+what] = made
	}
	return all
}

func TestWhatASubscriberMayNotDo(t *testing.T) {
	b := start(t, t.TempDir())
	_, js := owner(t, b)
	log := ledger(t, b)
	for range 5 {
		originate(log, "acme", 1)
		originate(log, "rival", 1)
	}
	for ctx := soon(t); must(js.Stream(ctx, "LEDGER")).CachedInfo().State.LastSeq < 10; { // the relay publishes asynchronously
		time.Sleep(5 * time.Millisecond)
	}
	tryAll(t, js, b.URL())
}

// tryAll makes every forbidden attempt and compares the stream and its
// consumers before and after.
func tryAll(t *testing.T, js jetstream.JetStream, url string) {
	t.Helper()
	rival := subscriber(t, url, "R1")
	next(t, feed(t, rival, "R1")) // left without an acknowledgement
	feed(t, subscriber(t, url, "A1"), "A1")
	for name, due := range map[string]uint64{"feed-A1": 5, "feed-R1": 4} { // a server of a cluster may still be behind
		for ctx := soon(t); must(js.Consumer(ctx, "LEDGER", name)).CachedInfo().NumPending != due; {
			time.Sleep(5 * time.Millisecond)
		}
	}
	intruded := must(rival.SubscribeSync("_INBOX_R1.>"))
	before := world(t, js)
	for name, a := range forbidden() {
		t.Run(name, func(t *testing.T) {
			c := subscriber(t, url, "A1")
			answers := must(c.SubscribeSync("_INBOX_A1.>"))
			if a.reply == "" {
				a.reply = "_INBOX_A1.answer"
			}
			if err := c.PublishRequest(a.subject, a.reply, []byte(a.body)); err != nil {
				t.Fatal(err)
			}
			if err := c.Flush(); err != nil {
				t.Fatal(err)
			}
			for m, err := answers.NextMsg(30 * time.Millisecond); err == nil; m, err = answers.NextMsg(10 * time.Millisecond) {
				if !strings.Contains(string(m.Data), `"error"`) {
					t.Errorf("was answered %s %v %s", m.Subject, m.Header, m.Data)
				}
			}
			if m, err := intruded.NextMsg(time.Millisecond); err == nil {
				t.Errorf("the other client received %s %v %s", m.Subject, m.Header, m.Data)
			}
			if after := world(t, js); after != before {
				t.Error(changes(before, after))
				before = after
			}
		})
	}
}

// changes returns the lines that differ.
func changes(before, after string) string {
	text := "the world changed:"
	was, is := strings.Split(before, "\n"), strings.Split(after, "\n")
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			text += "\nwas " + was[i] + "\nis  " + is[i]
		}
	}
	return text
}

// world describes the stream and its consumers.
func world(t *testing.T, js jetstream.JetStream) string {
	t.Helper()
	stream, err := js.Stream(soon(t), "LEDGER")
	if err != nil {
		return fmt.Sprintf("the stream cannot be seen: %v", err)
	}
	info := stream.CachedInfo()
	text := fmt.Sprintf("%d messages, first %d, last %d, %d consumers, %+v", info.State.Msgs, info.State.FirstSeq, info.State.LastSeq, info.State.Consumers, info.Config)
	for _, name := range []string{"feed-A1", "feed-R1"} {
		c, err := stream.Consumer(soon(t), name)
		if err != nil {
			text += fmt.Sprintf("\n%s cannot be seen: %v", name, err)
			continue
		}
		i := c.CachedInfo()
		text += fmt.Sprintf("\n%s: %d to come, %d to be acknowledged, delivered %d, acknowledged %d, pulls %d, %+v",
			name, i.NumPending, i.NumAckPending, i.Delivered.Stream, i.AckFloor.Stream, i.NumWaiting, i.Config)
	}
	return text
}

func TestNobodyListensToOthers(t *testing.T) {
	b := start(t, t.TempDir())
	log := ledger(t, b)
	for _, subject := range []string{"ledger.>", "ledger.acme.>", ">", "*.>", "_INBOX_R1.>", "_INBOX_A1", "_INBOX_*.>", "$JS.>", "$SYS.>", "feeds.>", "_R_.>"} {
		t.Run(subject, func(t *testing.T) {
			c := subscriber(t, b.URL(), "A1")
			s := must(c.SubscribeSync(subject))
			if err := c.Flush(); err != nil {
				t.Fatal(err)
			}
			originate(log, "acme", 1)
			if m, err := s.NextMsg(50 * time.Millisecond); err == nil {
				t.Errorf("heard %s %s", m.Subject, m.Data)
			}
			if err := c.LastError(); err == nil || !strings.Contains(strings.ToLower(err.Error()), "permissions violation") {
				t.Errorf("the subscription was not refused: %v", err)
			}
		})
	}
}
