package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// introduced: the story of a song came with vocabulary 2.
func introduced(eventType string) int {
	if eventType == "story.sung" {
		return 2
	}
	return 0
}

func sung(stream string, expect int64) eventstore.Append {
	a := story(stream, expect, 1)
	a.Events[0].Type = "story.sung"
	return a
}

// Nodes are replaced one by one: what the last of the old ones does not know is not
// written before it is gone, and then none comes back.
func TestANewEventTypeBeginsWhenNoNodeIsLeftThatDoesNotKnowIt(t *testing.T) {
	c := postgrestest.Shared(t)
	s, url := fresh(t, postgres.Options{Node: "new", Release: "v2", Knows: 2, Introduced: introduced})
	older := postgres.Options{URL: url, Node: "old", Release: "v1", Knows: 1}
	old, err := postgres.Open(t.Context(), older)
	must(t, err)
	refused := func(node string) {
		t.Helper()
		_, err := s.Append(t.Context(), sung("song", 0))
		if !errors.Is(err, eventstore.ErrNotKnown) || !strings.Contains(err.Error(), node) {
			t.Errorf("while %s runs: %v", node, err)
		}
	}
	refused("node old (release v1)")
	if _, err := s.Append(t.Context(), story("tale", 0, 1)); err != nil {
		t.Errorf("what all know: %v", err)
	}
	must(t, old.Close())
	// A release from before there was a vocabulary, as its row looks.
	execIn(t, c, url, `INSERT INTO achledger.nodes(name, release, position, seen) VALUES('elder', 'v0', 0, now() + interval '1 hour')`)
	refused("node elder (release v0)")
	// One that was replaced by a release before under its own name.
	execIn(t, c, url, `UPDATE achledger.nodes SET knows = 2, told_by = 'v2' WHERE name = 'elder'`)
	refused("node elder (release v0)")
	execIn(t, c, url, `DELETE FROM achledger.nodes WHERE name = 'elder'`)

	_, err = s.Append(t.Context(), sung("song", 0))
	must(t, err)
	if _, err := postgres.Open(t.Context(), older); err == nil || !strings.Contains(err.Error(), "newer release") {
		t.Errorf("the old release comes back: %v", err)
	}
	older.ReadOnly = true
	if _, err := postgres.Open(t.Context(), older); err == nil || !strings.Contains(err.Error(), "newer release") {
		t.Errorf("the old release reads: %v", err)
	}
}

// A node of the old release that stood still counts as gone, and serves no more when
// it wakes up.
func TestANodeThatWakesUpAmongWhatItDoesNotKnowStops(t *testing.T) {
	f := &lines{}
	s, url := fresh(t, postgres.Options{Node: "new", Knows: 2, Introduced: introduced})
	old := open(t, postgres.Options{URL: url, Node: "old", Knows: 1, Dial: f.dial})
	cut := func(*line, []byte) error { return errCut }
	f.set(cut, cut)
	eventually(t, "it counts as gone", func() bool {
		_, err := s.Append(t.Context(), sung("song", 0))
		return err == nil
	})
	f.set(nil, nil)
	<-old.Failed()
	if _, err := old.Append(t.Context(), story("tale", 0, 1)); !errors.Is(err, eventstore.ErrFailed) {
		t.Errorf("it writes: %v", err)
	}
}
