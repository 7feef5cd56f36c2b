package workers

import (
	"context"
	"testing"
	"time"

	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/projections"
)

func TestAFileIsMissedOnlyWhereTheOperatorEverAnswered(t *testing.T) {
	b, first, _ := sentFile(t)
	missing := func(after time.Duration) int {
		t.Helper()
		must(t, b.views.CatchUp(context.Background()))
		files, err := b.views.UnacknowledgedFiles(context.Background(), b.Now().Add(after-AcknowledgedWithin))
		must(t, err)
		return len(files)
	}
	if n := missing(48 * time.Hour); n != 0 {
		t.Errorf("%d files are missed of an operator that never answered", n)
	}
	_, err := b.files.Acknowledge(context.Background(), b.views, answer(first, ack.Accepted))
	must(t, err)
	b.posts(gym, 2)
	b.clock.Set(at("2026-11-20 16:30"))
	must(t, b.batcher.Sweep(context.Background()))
	if n := missing(59 * time.Minute); n != 0 {
		t.Errorf("%d files are missed before the hour is over", n)
	}
	if n := missing(time.Hour); n != 1 {
		t.Errorf("%d files are missed after an hour, want the second", n)
	}
}

func TestAnAlarmIsRaisedOnceForEachFile(t *testing.T) {
	raised := alarmed{}
	if first := raised.first([]projections.File{{ID: "a"}, {ID: "b"}}); len(first) != 2 {
		t.Errorf("at first %d alarms", len(first))
	}
	if again := raised.first([]projections.File{{ID: "a"}, {ID: "c"}}); len(again) != 1 || again[0].ID != "c" {
		t.Errorf("then %+v", again)
	}
}
