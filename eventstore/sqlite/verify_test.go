package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/eventstore/testseed"
)

// written makes a closed log of 60 events at 20 streams, with keys.
func written(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	s := open(t, folder, sqlite.Options{})
	for i := range 20 {
		a := story(fmt.Sprintf("stream/%02d", i), 0, 2)
		a.Idempotency = &eventstore.IdempotencyKey{Client: "c1", Scope: "POST /", Key: fmt.Sprint("k", i)}
		if _, err := s.Append(t.Context(), a, story("shared", int64(i), 1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return folder
}

func TestVerifyFindsNothingWrong(t *testing.T) {
	folder := written(t)
	var steps, last, total int64
	report, err := sqlite.Verify(t.Context(), folder, func(done, of int64) {
		if done < last {
			t.Errorf("progress went back from %d to %d", last, done)
		}
		steps, last, total = steps+1, done, of
	})
	if err != nil || !report.Sound() || report.Events != 60 || report.Streams != 21 || report.Head.Position != 60 {
		t.Errorf("got %+v, %v", report, err)
	}
	if steps == 0 || last != total {
		t.Errorf("after %d steps progress is %d of %d", steps, last, total)
	}
}

func TestVerifyAnEmptyLog(t *testing.T) {
	s := open(t, t.TempDir(), sqlite.Options{})
	if report := mustBeSound(t, s); report.Events != 0 || report.Streams != 0 || report.Head.Position != 0 {
		t.Errorf("got %+v", report)
	}
}

func TestVerifyBesideAServerUnderLoad(t *testing.T) {
	folder := t.TempDir()
	server := open(t, folder, sqlite.Options{})
	defer busy(t, server)()
	for range 20 {
		report, err := sqlite.Verify(t.Context(), folder, nil)
		if err != nil || !report.Sound() {
			t.Errorf("%v, %v", report.Problems, err)
		}
	}
}

func TestVerifySaysWhatIsBrokenAndWhere(t *testing.T) {
	for name, tt := range map[string]struct {
		tamper   string
		position int64
		reason   string
		only     bool // this is the only problem
	}{
		"one byte of the data":         {`UPDATE events SET data = CAST(replace(CAST(data AS TEXT), '0', '1') AS BLOB) WHERE position = 31`, 31, "was changed", true},
		"the client":                   {`UPDATE events SET client = 'c2' WHERE position = 30`, 30, "was changed", true},
		"the type":                     {`UPDATE events SET type = 'story.untold' WHERE position = 30`, 30, "was changed", true},
		"the meta":                     {`UPDATE events SET meta = x'7b207d' WHERE position = 30`, 30, "was changed", true},
		"the id":                       {`UPDATE events SET event_id = randomblob(16) WHERE position = 30`, 30, "was changed", true},
		"the time":                     {`UPDATE events SET recorded_at = recorded_at - 1000000 WHERE position = 30`, 30, "before the event before it", false},
		"the hash":                     {`UPDATE events SET hash = randomblob(32) WHERE position = 30`, 30, "was changed", false},
		"the hash of the newest event": {`UPDATE events SET hash = randomblob(32) WHERE position = 60`, 60, "the head has another hash", false},
		"a hash that is too short":     {`UPDATE events SET hash = x'00' WHERE position = 30`, 0, "damaged at position 30", false},
		"data that is not JSON":        {`UPDATE events SET data = x'7b' WHERE position = 30`, 30, "not JSON", false},
		"one event deleted":            {`DELETE FROM events WHERE position = 30`, 30, "missing", false},
		"several events deleted":       {`DELETE FROM events WHERE position BETWEEN 30 AND 34`, 30, "5 events are missing", false},
		"the newest event deleted":     {`DELETE FROM events WHERE position = 60`, 0, "the head stands at position 60 and the newest event at 59", false},
		"a version skipped":            {`UPDATE events SET version = 21 WHERE stream = 'shared' AND version = 20`, 60, "it has version 21 where 20 belongs", false},
		"two versions exchanged": {`UPDATE events SET version = 99 WHERE stream = 'shared' AND version = 4;
			UPDATE events SET version = 4 WHERE stream = 'shared' AND version = 5;
			UPDATE events SET version = 5 WHERE stream = 'shared' AND version = 99`, 12, "version 5 stands before version 4", false},
		"an event replaced": {`INSERT OR REPLACE INTO events SELECT 30, stream, version, event_id, client, type, x'7b7d', meta, recorded_at, hash
			FROM events WHERE position = 30`, 30, "was changed", true},
		"the head":                  {`UPDATE head SET position = 7`, 0, "the head stands at position 7", true},
		"the head deleted":          {`DELETE FROM head`, 0, "the head is missing", true},
		"an idempotency key":        {`UPDATE idempotency SET first = first + 3 WHERE key = 'k7'`, 0, `"k7" of client c1`, true},
		"an idempotency key beyond": {`UPDATE idempotency SET last = 900 WHERE key = 'k7'`, 0, `"k7" of client c1`, true},
		"the triggers": {`DROP TRIGGER IF EXISTS events_are_never_changed; -- and not put back
			CREATE TRIGGER gone BEFORE UPDATE ON events BEGIN SELECT 1; END`, 0, "triggers", true},
	} {
		t.Run(name, func(t *testing.T) {
			folder := written(t)
			tampered(t, folder, tt.tamper, name != "the triggers")
			report, err := sqlite.Verify(t.Context(), folder, nil)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, p := range report.Problems {
				found = found || p.Position == tt.position && strings.Contains(p.String(), tt.reason)
			}
			if !found || report.Sound() {
				t.Errorf("position %d: %q is not among %v", tt.position, tt.reason, report.Problems)
			}
			if tt.only && report.Found != 1 {
				t.Errorf("one change gave %v", report.Problems)
			}
		})
	}
}

// tampered changes a log as a person with an SQL shell would.
func tampered(t *testing.T, folder, statements string, hide bool) {
	t.Helper()
	db := sqlOn(t, folder)
	var triggers []string
	rows, err := db.Query("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		triggers = append(triggers, text)
	}
	for _, name := range []string{"events_are_never_changed", "events_are_never_deleted"} {
		mustExec(t, db, "DROP TRIGGER "+name)
	}
	mustExec(t, db, statements)
	if hide {
		for _, text := range triggers {
			mustExec(t, db, text)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func mustExec(t *testing.T, db *sql.DB, statements string) {
	t.Helper()
	if _, err := db.Exec(statements); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

// TestVerifyFindsOneChangedByte flips one bit of an event's own bytes in the
// file, wherever they lie.
func TestVerifyFindsOneChangedByte(t *testing.T) {
	pristine := written(t)
	content, err := os.ReadFile(filepath.Join(pristine, sqlite.FileName))
	if err != nil {
		t.Fatal(err)
	}
	seed := testseed.Of(t, 20261128)
	random := rand.New(rand.NewPCG(seed, 0))
	for _, mark := range []string{"story.told", `{"n":1}`, "stream/07", "stream/13"} {
		var places []int
		for at := 0; ; at++ {
			next := bytes.Index(content[at:], []byte(mark))
			if next < 0 {
				break
			}
			at += next
			places = append(places, at)
		}
		for range 5 {
			at := places[random.IntN(len(places))] + random.IntN(len(mark))
			changed := bytes.Clone(content)
			changed[at] ^= 1 << random.IntN(7)
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, sqlite.FileName), changed, 0o600); err != nil {
				t.Fatal(err)
			}
			report, err := sqlite.Verify(t.Context(), folder, nil)
			if err == nil && report.Sound() {
				t.Errorf("byte %d, in %q, was changed and nobody noticed", at, mark)
			}
		}
	}
}

func TestVerifyStopsWhenAsked(t *testing.T) {
	folder := written(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := sqlite.Verify(ctx, folder, func(int64, int64) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
