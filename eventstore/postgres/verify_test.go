package postgres_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

func TestVerifyFindsWhatSomebodyChanged(t *testing.T) {
	const open1 = `ALTER TABLE achledger.events DISABLE TRIGGER USER; ALTER TABLE achledger.idempotency DISABLE TRIGGER USER;`
	const close1 = `; ALTER TABLE achledger.events ENABLE ALWAYS TRIGGER events_are_never_changed; ALTER TABLE achledger.idempotency ENABLE ALWAYS TRIGGER keys_are_never_changed`
	for name, tt := range map[string]struct{ sql, says string }{
		"nothing":              {`SELECT 1`, ""},
		"an event was changed": {open1 + `UPDATE achledger.events SET data = '{}' WHERE position = 2` + close1, "one of them was changed"},
		"an event is missing":  {open1 + `DELETE FROM achledger.events WHERE position = 2` + close1, "missing"},
		"a version is another": {open1 + `UPDATE achledger.events SET version = 9 WHERE position = 3` + close1, "version 9"},
		"a key points nowhere": {open1 + `UPDATE achledger.idempotency SET last = 99` + close1, `idempotency key "k" of client c1`},
		"a key names others":   {open1 + `UPDATE achledger.idempotency SET first = 4, last = 4` + close1, `idempotency key "k" of client c1`},
		"one of many keys does": {open1 + `INSERT INTO achledger.idempotency SELECT client, scope, 'k' || n, request_hash, CASE n WHEN 12345 THEN 4 ELSE first END, last, at
			FROM achledger.idempotency, generate_series(10001, 20001) n` + close1, `idempotency key "k12345" of client c1`},
		"the triggers are off": {`ALTER TABLE achledger.events DISABLE TRIGGER USER`, "triggers"},
	} {
		t.Run(name, func(t *testing.T) {
			s, url := fresh(t, postgres.Options{})
			if _, err := s.Append(t.Context(), keyed(story("a", 0, 3), "k")); err != nil {
				t.Fatal(err)
			}
			tell(t, s, "b", 0, 2)
			execIn(t, postgrestest.Shared(t), url, tt.sql)
			r := open(t, postgres.Options{URL: url, ReadOnly: true})
			steps := int64(0)
			report, err := r.Verify(t.Context(), func(done, total int64) { steps = total - done })
			must(t, err)
			said := ""
			for _, p := range report.Problems {
				said += p.String() + "\n"
			}
			if (tt.says == "") != report.Sound() || !strings.Contains(said, tt.says) {
				t.Errorf("it says %q", said)
			}
			if tt.says == "" && (report.Events != 5 || report.Streams != 2 || steps != 0) {
				t.Errorf("%+v, %d steps left", report, steps)
			}
		})
	}
}
